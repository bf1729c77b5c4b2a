/** A board with agents in a real database, and a delivery over it; only the clock and the gateway's edge are not real. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DeliveryOptions, createDelivery } from '../../native-services/delivery/delivery.ts'
import { createNotifier } from '../../native-services/delivery/notifier.ts'
import type { Actor } from '../../native-services/delivery/types.ts'
import type { GatewayConnectionState, GatewayFailure } from '../../native-services/gateway/types.ts'
import type { Log } from '../../native-services/platform/log.ts'
import type { AgentRow } from '../../native-services/store/agents.ts'
import type { CommentRow } from '../../native-services/store/messages.ts'
import { openStore, type Store } from '../../native-services/store/store.ts'
import type { TaskRow } from '../../native-services/store/tasks.ts'
import { createFakeResponses } from '../fakes/fake-responses.ts'
import { createManualClock, settle } from './manual-clock.ts'

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, scope: () => silentLog }

export const person: Actor = { type: 'user', name: 'Sam', agent_id: null }

export function addAgent(
  store: Store,
  input: {
    gateway_id: string
    board_id: string | null
    name: string
    role?: AgentRow['role']
    every_ms?: number
    status?: AgentRow['status']
  },
): AgentRow {
  const slug = input.name.toLowerCase().replace(/\W+/g, '-')
  return store.write(() =>
    store.agents.create({
      gateway_id: input.gateway_id,
      board_id: input.board_id,
      name: input.name,
      role: input.role ?? 'worker',
      gateway_agent_id: `mc-${slug}`,
      openclaw_session_id: `agent:mc-${slug}:main`,
      workspace_path: `/nowhere/${slug}`,
      status: input.status ?? 'online',
      status_reason: null,
      heartbeat_config: { every: `${(input.every_ms ?? 0) / 1000}s`, target: 'none' },
      heartbeat_every_ms: input.every_ms ?? 0,
      identity_profile: { role: 'Tester' },
    }),
  )
}

export function addTask(
  store: Store,
  boardId: string,
  title: string,
  more: { status?: TaskRow['status']; description?: string } = {},
): TaskRow {
  return store.write(() => {
    const id = store.tasks.create({
      board_id: boardId,
      number: store.boards.takeTaskNumber(boardId),
      title,
      description: more.description ?? '',
      status: more.status ?? 'inbox',
      priority: 'medium',
      due_at: null,
      created_by: 'Sam',
    })
    const task = store.tasks.get(id)
    if (!task) throw new Error('no task')
    return task
  })
}

export interface GatewaySwitch {
  state(): GatewayConnectionState
  onState(listener: (state: GatewayConnectionState) => void): () => void
  up(): void
  down(failure?: GatewayFailure): void
}

export function createGatewaySwitch(): GatewaySwitch {
  const listeners = new Set<(state: GatewayConnectionState) => void>()
  let state: GatewayConnectionState = {
    connected: true,
    reason: null,
    failure: null,
    version: '2026.9.6',
    boot_id: 'b1',
    latency_ms: 1,
    since_at: 0,
  }
  const change = (next: Partial<GatewayConnectionState>): void => {
    state = { ...state, ...next }
    for (const listener of listeners) listener(state)
  }
  return {
    state: () => state,
    onState(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    up: () => change({ connected: true, failure: null, reason: null }),
    down: (failure = 'unavailable') => change({ connected: false, failure, reason: `told to be ${failure}` }),
  }
}

export function createDeliveryWorld(overrides: Partial<DeliveryOptions> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'mc-delivery-'))
  const clock = createManualClock()
  const file = join(dir, 'mc.db')
  const store = openStore({ file, clock })
  const gatewayRow = store.write(() =>
    store.gateways.ensureLocal({ url: 'ws://127.0.0.1:1', workspace_root: '/nowhere', token_hint: null }),
  )
  const board = store.write(() => store.boards.create({ gateway_id: gatewayRow.id, name: 'Launch', slug: 'launch' }))
  const notifier = createNotifier({ store, clock })
  const responses = createFakeResponses()
  const gateway = createGatewaySwitch()
  // The largest jitter, so that a test knows the moment before which nothing happens.
  const options = {
    store,
    clock,
    log: silentLog,
    responses,
    gateway,
    notifier,
    settings: store.settings.get,
    random: () => 0.999999,
    ...overrides,
  }
  const delivery = createDelivery(options)
  const agent = (name: string, more: Partial<Parameters<typeof addAgent>[1]> = {}): AgentRow =>
    addAgent(store, { gateway_id: gatewayRow.id, board_id: board.id, name, ...more })
  const get = (task: TaskRow): TaskRow => store.tasks.get(task.id) ?? task

  return {
    clock,
    store,
    board,
    gatewayRow,
    notifier,
    responses,
    gateway,
    delivery,
    agent,
    task: (title: string, more: { status?: TaskRow['status']; description?: string } = {}) => addTask(store, board.id, title, more),
    assign(task: TaskRow, ...agents: AgentRow[]): void {
      store.write(() => {
        store.tasks.setAssignees(
          task.id,
          agents.map((entry) => entry.id),
        )
        if (task.status === 'inbox') store.tasks.update(task.id, { status: 'assigned' })
        notifier.assigned({ task: get(task), agent_ids: agents.map((entry) => entry.id), actor: person })
      })
    },
    comment(task: TaskRow, message: string, actor: Actor = person): CommentRow {
      return store.write(() => {
        const { comment } = store.messages.add({
          board_id: task.board_id,
          task_id: task.id,
          author_type: actor.type,
          agent_id: actor.agent_id,
          author_name: actor.name,
          message,
          mentions: notifier.resolveMentions(task.board_id, message),
          source_notification_id: null,
        })
        notifier.commented({ task: get(task), comment, actor })
        return comment
      })
    },
    move(task: TaskRow, to: TaskRow['status'], actor: Actor = person): void {
      store.write(() => {
        const from = get(task).status
        store.tasks.update(task.id, { status: to })
        notifier.statusChanged({ task: get(task), from, actor })
      })
    },
    thread: (task: TaskRow): string[] =>
      store.messages.list(task.id, { limit: 200, offset: 0 }).items.map((entry) => `${entry.author_name}: ${entry.message}`),
    outbox: () => store.notifications.list({ limit: 200, offset: 0 }).items.toReversed(),
    activity: (type: string) => store.activity.list({ event_type: type, limit: 200, offset: 0 }).items.toReversed(),
    settle,
    async close(): Promise<void> {
      await delivery.stop(0).catch(() => {})
      store.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

export type DeliveryWorld = ReturnType<typeof createDeliveryWorld>
