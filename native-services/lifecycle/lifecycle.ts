/** The one writer of an agent's life: provisioning, wakes, check-ins, tokens. The parts do the work; this is how others reach them. */
import { AppError } from '../contract/errors.ts'
import { parseEvery } from '../domain/agent-interval.ts'
import { agentNames } from '../domain/agent-names.ts'
import { checkedIn } from '../domain/agent-status.ts'
import { createAgentFiles } from '../gateway/agent-files.ts'
import { type GatewayConnection, GatewayError, type ResponsesClient } from '../gateway/types.ts'
import type { Clock } from '../platform/clock.ts'
import { createId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { redact, registerSecret } from '../platform/redact.ts'
import type { AgentRow } from '../store/agents.ts'
import type { Store } from '../store/store.ts'
import type { TimerRow } from '../store/timers.ts'
import { createAgentTokens, type TokenMatch } from './agent-token.ts'
import { createDriftWatch } from './drift-watch.ts'
import { createGatewayPresence } from './gateway-presence.ts'
import { createKeyedLock } from './keyed-lock.ts'
import { type LifecycleContext, recordAgentEvent, timerKinds } from './lifecycle-context.ts'
import { createProvisioner } from './provisioner.ts'
import { createTimerLoop, type TimerLoop } from './timer-loop.ts'
import { createTokenSync } from './token-sync.ts'
import type { AgentLifecycle } from './types.ts'
import { type CheckToken, checkTokenByHttp } from './verify-token.ts'
import { createWaker } from './waker.ts'

export interface LifecycleDeps {
  store: Store
  clock: Clock
  log: Log
  gateway: GatewayConnection
  responses: ResponsesClient
  /** Where agents reach our API, e.g. `http://127.0.0.1:8642`. */
  baseUrl: () => string
  installKey: string
  /** The folder that holds `agent/`. */
  resourcesDir: string
  gatewayId: () => string
  /** What the host says of the gateway; the connection is asked as well. */
  gatewayReady: () => boolean
  random?: () => number
  checkToken?: CheckToken
}

const touchEveryMs = 30_000
const heartbeatActivityMs = 600_000

export function createAgentLifecycle(deps: LifecycleDeps): AgentLifecycle {
  const { store, clock, gateway } = deps
  const log = deps.log.scope('lifecycle')
  const tokens = createAgentTokens(deps.installKey)
  registerSecret(deps.installKey)
  /** Agents whose token we are trying out ourselves: that is no sign of life, and no first use. */
  const verifying = new Map<string, number>()
  const lastMatch = new Map<string, TokenMatch>()
  const lastHeartbeatActivity = new Map<string, number>()
  let unsubscribe: (() => void)[] = []

  const checkToken: CheckToken = async (credentials) => {
    const agent = find(credentials.auth_token)?.agent
    if (!agent) return { ok: false, reason: 'refused', message: 'The token in its workspace is not the one we know.' }
    verifying.set(agent.id, (verifying.get(agent.id) ?? 0) + 1)
    try {
      return await (deps.checkToken ?? checkTokenByHttp)(credentials)
    } finally {
      const left = (verifying.get(agent.id) ?? 1) - 1
      if (left > 0) verifying.set(agent.id, left)
      else verifying.delete(agent.id)
    }
  }

  const context: LifecycleContext = {
    store,
    clock,
    log,
    gateway,
    files: createAgentFiles(gateway),
    tokens,
    locks: createKeyedLock(),
    loop: () => loop,
    random: deps.random ?? Math.random,
    baseUrl: deps.baseUrl,
    resourcesDir: deps.resourcesDir,
    checkToken,
    gatewayUp: () => gateway.state().connected && deps.gatewayReady(),
  }
  const provisioner = createProvisioner(context)
  const waker = createWaker(context, provisioner)
  const presence = createGatewayPresence(context, { provisioner, waker, gatewayId: deps.gatewayId })
  const sync = createTokenSync(context, { provisioner, waker })
  const drift = createDriftWatch(context)
  const loop: TimerLoop = createTimerLoop({
    store,
    clock,
    log,
    random: context.random,
    handlers: {
      [timerKinds.provision]: (timer) => provisioner.onDue(timer),
      [timerKinds.refresh]: (timer) => provisioner.onRefreshDue(timer),
      [timerKinds.wake]: (timer) => waker.onWakeDue(timer),
      [timerKinds.reconcile]: (timer) => waker.onReconcileDue(timer),
      [timerKinds.silence]: (timer) => waker.onSilenceDue(timer),
      [timerKinds.remove]: (timer) => onRemoveDue(timer),
      [timerKinds.gatewayAbsence]: (timer) => presence.onAbsenceDue(timer),
    },
  })

  function get(agentId: string): AgentRow {
    const agent = store.agents.get(agentId)
    if (!agent) throw new AppError('not_found', 'There is no such agent.')
    return agent
  }

  /** A change in one transaction; then the timers are looked at. */
  function change(agentId: string, work: (agent: AgentRow) => void): AgentRow {
    const after = store.write(() => {
      work(get(agentId))
      return get(agentId)
    })
    loop.poke()
    return after
  }

  function refuseWhenLeaving(agent: AgentRow): void {
    if (agent.status === 'deleting') throw new AppError('conflict', `${agent.name} is being removed.`)
  }

  function find(token: string): { agent: AgentRow; match: TokenMatch } | undefined {
    const prefix = tokens.prefix(token)
    if (prefix === undefined) return undefined
    for (const agent of store.agents.byTokenPrefix(prefix)) {
      const match = tokens.match(agent, token)
      if (match) return { agent, match }
    }
    return undefined
  }

  /** Brings rows and timers together again, whatever instant the last run ended in. */
  function heal(): void {
    store.write(() => {
      for (const agent of store.agents.all()) {
        const has = (kind: string): boolean => store.timers.get(kind, agent.id) !== undefined
        const set = (kind: string): void =>
          store.timers.set({ kind, subject_id: agent.id, due_at: clock.now(), generation: agent.lifecycle_generation })
        if (agent.status === 'provisioning' && !has(timerKinds.provision)) set(timerKinds.provision)
        if (agent.status === 'waking' && !has(timerKinds.wake) && !has(timerKinds.reconcile)) set(timerKinds.wake)
        if ((agent.status === 'online' || agent.status === 'late') && !has(timerKinds.silence)) set(timerKinds.silence)
        if (agent.status === 'deleting' && !has(timerKinds.remove)) set(timerKinds.remove)
      }
    })
  }

  async function removeFromGateway(agent: AgentRow): Promise<void> {
    try {
      await gateway.request('agents.delete', { agentId: agent.gateway_agent_id, deleteFiles: false }, { timeoutMs: 60_000 })
    } catch (error) {
      if (error instanceof GatewayError && error.failure === 'rejected' && /not found|unknown agent|no such agent/i.test(error.message))
        return
      throw error
    }
  }

  function forget(agent: AgentRow): void {
    store.write(() => {
      store.agents.remove(agent.id)
      store.activity.record({
        event_type: 'agent.deleted',
        message: `${agent.name} was removed. Its workspace stays at ${agent.workspace_path}.`,
        board_id: agent.board_id,
        gateway_id: agent.gateway_id,
      })
    })
    for (const memory of [lastMatch, lastHeartbeatActivity, verifying]) memory.delete(agent.id)
  }

  /** A removal that a restart interrupted. */
  async function onRemoveDue(timer: TimerRow): Promise<void> {
    const agent = store.agents.get(timer.subject_id)
    if (!agent || agent.status !== 'deleting') {
      store.write(() => loop.finish(timer))
      return
    }
    await removeFromGateway(agent)
    forget(agent)
  }

  return {
    start() {
      heal()
      unsubscribe = [gateway.onState((state) => presence.onState(state)), gateway.onEvent((event) => waker.onGatewayEvent(event))]
      loop.start()
      presence.onState(gateway.state())
      drift.start()
      sync.resume()
    },

    async stop(deadlineAt) {
      for (const undo of unsubscribe) undo()
      unsubscribe = []
      drift.stop()
      await Promise.all([
        loop.stop(deadlineAt),
        Promise.race([sync.stop(), new Promise<void>((resolve) => void clock.setTimer(Math.max(0, deadlineAt - clock.now()), resolve))]),
      ])
    },

    create(input) {
      const gatewayRow = store.gateways.get(input.gateway_id)
      if (!gatewayRow) throw new AppError('not_found', 'There is no such gateway.', { field: 'body.gateway_id' })
      const board = input.board_id === null ? null : store.boards.get(input.board_id)
      if (board === undefined || (board && board.gateway_id !== input.gateway_id))
        throw new AppError('not_found', 'There is no such board on this gateway.', { field: 'body.board_id' })
      if (input.role === 'main' && board)
        throw new AppError('invalid_request', 'The main agent belongs to no board.', { field: 'body.board_id' })
      if (input.role !== 'main' && !board)
        throw new AppError('invalid_request', 'Say which board the agent works on.', { field: 'body.board_id' })
      const everyMs = parseEvery(input.heartbeat_config.every)
      return store.write(() => {
        if (store.agents.nameTaken({ gateway_id: input.gateway_id, board_id: input.board_id, name: input.name }))
          throw new AppError('conflict', `There is an agent named ${input.name} already.`, { field: 'body.name' })
        if (input.role === 'lead' && input.board_id !== null && store.agents.lead(input.board_id))
          throw new AppError('conflict', 'This board has a lead already.', { field: 'body.role' })
        if (input.role === 'main' && store.agents.main(input.gateway_id))
          throw new AppError('conflict', 'This gateway has its main agent already.', { field: 'body.role' })
        if (
          board &&
          input.role === 'worker' &&
          store.agents.all({ board_id: board.id }).filter((agent) => agent.role === 'worker').length >= board.max_agents
        )
          throw new AppError('conflict', `This board takes at most ${board.max_agents} worker agents.`)
        const id = createId(clock.now())
        const agent = store.agents.create({
          id,
          ...input,
          ...agentNames({
            id,
            role: input.role,
            gateway_id: input.gateway_id,
            board_id: input.board_id,
            workspace_root: gatewayRow.workspace_root,
          }),
          status: 'paused',
          status_reason: 'It has not been set up yet. Provision it.',
          heartbeat_every_ms: everyMs,
        })
        recordAgentEvent(context, agent, { event_type: 'agent.created', message: `${agent.name} was created.` })
        return agent
      })
    },

    provision: (agentId) =>
      change(agentId, (agent) => {
        refuseWhenLeaving(agent)
        provisioner.begin(agent)
      }),

    wake: (agentId) =>
      change(agentId, (agent) => {
        refuseWhenLeaving(agent)
        if (agent.status === 'paused') throw new AppError('conflict', `${agent.name} is paused. Resume it first.`, { fix: 'resume_agent' })
        // Without a workspace and a token there is nobody to wake.
        if (agent.token_hash === null || agent.status === 'failed') provisioner.begin(agent)
        else if (agent.status !== 'provisioning') waker.begin(agent, { reason: 'About to be woken.' })
      }),

    checkIn: (agentId) =>
      change(agentId, (agent) => {
        const now = clock.now()
        const patch = checkedIn(agent, now)
        const byCurrent = lastMatch.get(agentId) !== 'previous'
        store.agents.update(agentId, { ...patch, ...(byCurrent && { token_status: 'in_sync' as const, token_verified_at: now }) })
        const answered = store.heartbeats.seen(agentId)
        if (patch.status === 'online') {
          // The deadline's row stays: at its time it finds the agent not stuck, and says so.
          store.timers.clear(timerKinds.wake, agentId)
          waker.watchSilence(agent)
        }
        const turned = patch.status !== undefined && patch.status !== agent.status
        const told = lastHeartbeatActivity.get(agentId) ?? 0
        if (turned || now - told >= heartbeatActivityMs) {
          lastHeartbeatActivity.set(agentId, now)
          recordAgentEvent(context, agent, {
            event_type: 'agent.heartbeat',
            message: turned ? `${agent.name} checked in and is online.` : `${agent.name} checked in.`,
            data: { from: agent.status, beats: answered },
          })
        }
        log.info('agent.heartbeat', { agent_id: agentId, status: patch.status ?? agent.status })
      }),

    touch(agentId) {
      const agent = store.agents.get(agentId)
      if (!agent || verifying.has(agentId)) return
      const now = clock.now()
      if (agent.last_seen_at !== null && now - agent.last_seen_at < touchEveryMs) return
      store.write(() => store.agents.update(agentId, { last_seen_at: now }))
    },

    pause: (agentId) =>
      change(agentId, (agent) => {
        refuseWhenLeaving(agent)
        if (agent.status === 'paused') return
        for (const kind of [timerKinds.provision, timerKinds.wake, timerKinds.reconcile, timerKinds.silence])
          store.timers.clear(kind, agentId)
        store.agents.update(agentId, {
          status: 'paused',
          status_reason: 'Paused by a person.',
          lifecycle_generation: agent.lifecycle_generation + 1,
          checkin_deadline_at: null,
          wake_attempts: 0,
          provision_step: null,
        })
        recordAgentEvent(context, agent, { event_type: 'agent.paused', message: `${agent.name} was paused.` })
      }),

    resume: (agentId) =>
      change(agentId, (agent) => {
        refuseWhenLeaving(agent)
        if (agent.status !== 'paused') return
        recordAgentEvent(context, agent, { event_type: 'agent.resumed', message: `${agent.name} was resumed.` })
        if (agent.token_hash === null) provisioner.begin(agent)
        else waker.begin(agent, { reason: 'Resumed; about to be woken.' })
      }),

    rename: (agentId, patch) =>
      change(agentId, (agent) => {
        refuseWhenLeaving(agent)
        if (
          patch.name !== undefined &&
          store.agents.nameTaken({ gateway_id: agent.gateway_id, board_id: agent.board_id, name: patch.name, except: agentId })
        )
          throw new AppError('conflict', `There is an agent named ${patch.name} already.`, { field: 'body.name' })
        const everyMs = patch.heartbeat_config && parseEvery(patch.heartbeat_config.every)
        store.agents.update(agentId, { ...patch, ...(everyMs !== undefined && { heartbeat_every_ms: everyMs }) })
        if (everyMs !== undefined && (agent.status === 'online' || agent.status === 'late')) waker.watchSilence(get(agentId))
        if (agent.token_hash !== null && (patch.name !== undefined || patch.identity_profile !== undefined))
          store.timers.set({ kind: timerKinds.refresh, subject_id: agentId, due_at: clock.now() })
      }),

    async remove(agentId) {
      const agent = get(agentId)
      refuseWhenLeaving(agent)
      // Nothing was ever made in the gateway for an agent without a token that was never provisioned.
      const untouched = agent.token_hash === null && agent.lifecycle_generation === 0
      if (!untouched && !gateway.state().connected)
        throw new AppError(
          'gateway_unavailable',
          `${agent.name} cannot be removed while the gateway is not connected. Start the gateway and try again.`,
        )
      const former = { status: agent.status, status_reason: agent.status_reason, status_since_at: agent.status_since_at }
      store.write(() => {
        store.agents.update(agentId, { status: 'deleting', status_reason: 'It is being removed from the gateway.' })
        // Taken up by the next start if this process dies here.
        store.timers.set({
          kind: timerKinds.remove,
          subject_id: agentId,
          due_at: clock.now() + 120_000,
          generation: agent.lifecycle_generation,
        })
      })
      try {
        if (!untouched) await removeFromGateway(agent)
      } catch (error) {
        store.write(() => {
          store.agents.update(agentId, former)
          store.timers.clear(timerKinds.remove, agentId)
        })
        heal()
        loop.poke()
        const away = error instanceof GatewayError && error.failure !== 'rejected' && error.failure !== 'failed'
        const text = redact(error instanceof Error ? error.message : String(error))
        throw new AppError(away ? 'gateway_unavailable' : 'gateway_error', `${agent.name} was not removed: ${text}`, { cause: error })
      }
      forget(agent)
    },

    authenticate(token) {
      const found = find(token)
      if (!found) return undefined
      const { agent, match } = found
      if (verifying.has(agent.id)) return agent
      lastMatch.set(agent.id, match)
      if (match === 'current' && agent.previous_token_hash !== null) {
        store.write(() => store.agents.update(agent.id, { previous_token_hash: null, previous_token_prefix: null }))
        log.info('agent.token.previous_dropped', { agent_id: agent.id })
        return store.agents.get(agent.id)
      }
      return agent
    },

    sync: (gatewayId, options) => sync.start(gatewayId, options),

    stats: () => loop.stats(),
  }
}
