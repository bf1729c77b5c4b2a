/**
 * A gateway that behaves: agents are created, slugged and deleted, configuration has a hash, files have hashes, a wake may be answered.
 * It stands at the outermost edge: everything on our side of `GatewayConnection` is real in the tests that use it.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type GatewayConnection,
  type GatewayConnectionState,
  GatewayError,
  type GatewayEvent,
} from '../../native-services/gateway/types.ts'
import type { Clock } from '../../native-services/platform/clock.ts'

export interface SentMessage {
  sessionKey: string
  message: string
  idempotencyKey: string
  at: number
}

export interface FakeGateway extends GatewayConnection {
  /** Comes up; with `sameBoot` only the connection had been lost. */
  up(options?: { sameBoot?: boolean }): void
  down(reason?: string): void
  emit(event: string, payload: Record<string, unknown>): void
  /** Every `chat.send` that had an effect: a repeated idempotency key has none. */
  readonly sent: SentMessage[]
  readonly calls: { method: string; params: Record<string, unknown> }[]
  readonly agents: Map<string, { name: string; workspace: string }>
  /** As our own profile has it: nobody beats by default. */
  readonly config: { defaults: Record<string, unknown>; entries: Record<string, Record<string, unknown>> }
  /** The next calls of this method fail with these errors, one each. */
  failNext(method: string, ...errors: GatewayError[]): void
  /** Loses the answer of the next call after it took effect, as a connection that breaks does. */
  loseAnswerOf(method: string): void
  /** Called for each wake that arrives; this is where a test lets its agents check in. */
  onWake: (message: SentMessage) => void
}

const allowedFiles = new Set(['AGENTS.md', 'SOUL.md', 'IDENTITY.md', 'USER.md', 'MEMORY.md', 'BOOTSTRAP.md'])
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const rejected = (message: string): GatewayError => new GatewayError('rejected', message, { detail: 'INVALID_REQUEST' })

export function createFakeGateway(options: { clock: Clock; version?: string }): FakeGateway {
  const { clock } = options
  const stateListeners = new Set<(state: GatewayConnectionState) => void>()
  const eventListeners = new Set<(event: GatewayEvent) => void>()
  const failures = new Map<string, GatewayError[]>()
  const lostAnswers = new Set<string>()
  const keys = new Set<string>()
  const agents: FakeGateway['agents'] = new Map()
  const config: FakeGateway['config'] = { defaults: { heartbeat: { every: '0m', target: 'none' } }, entries: {} }
  let revision = 0
  let bootId: string | null = null
  let bootAt: number | null = null
  let state: GatewayConnectionState = {
    connected: false,
    reason: 'The gateway does not answer.',
    failure: 'unavailable',
    version: null,
    boot_id: null,
    boot_at: null,
    capabilities: null,
    latency_ms: null,
    since_at: clock.now(),
  }

  function publish(patch: Partial<GatewayConnectionState>): void {
    state = { ...state, ...patch, since_at: clock.now() }
    for (const listener of stateListeners) listener(state)
  }

  function file(agentId: string, name: string): { path: string; content: string | null } {
    const agent = agents.get(agentId)
    if (!agent) throw rejected(`unknown agent id "${agentId}"`)
    if (!allowedFiles.has(name)) throw rejected(`unsupported file "${name}"`)
    const path = join(agent.workspace, name)
    try {
      return { path, content: readFileSync(path, 'utf8') }
    } catch {
      return { path, content: null }
    }
  }

  const methods: Record<string, (params: Record<string, unknown>) => Record<string, unknown>> = {
    health: () => ({ ok: true }),
    'agents.list': () => ({ agents: [...agents].map(([id, agent]) => ({ id, ...agent })) }),
    'agents.create'({ name, workspace }) {
      const agentId = String(name)
        .toLowerCase()
        .replace(/[^a-z0-9_-]+/g, '-')
      if (agents.has(agentId)) throw rejected(`agent "${agentId}" already exists`)
      agents.set(agentId, { name: String(name), workspace: String(workspace) })
      config.entries[agentId] = { workspace }
      revision += 1
      return { ok: true, agentId, name, workspace }
    },
    'agents.delete'({ agentId }) {
      if (!agents.delete(String(agentId))) throw rejected(`agent "${String(agentId)}" not found`)
      delete config.entries[String(agentId)]
      revision += 1
      return { ok: true, agentId }
    },
    'config.get': () => ({ hash: `h${revision}`, config: { agents: structuredClone(config) } }),
    'config.patch'({ raw, baseHash }) {
      if (baseHash !== `h${revision}`) throw rejected('config changed since last load; re-run config.get and retry')
      const patch = JSON.parse(String(raw)) as { agents?: { entries?: Record<string, Record<string, unknown>> } }
      for (const [id, entry] of Object.entries(patch.agents?.entries ?? {})) config.entries[id] = { ...config.entries[id], ...entry }
      revision += 1
      return { ok: true, hash: `h${revision}` }
    },
    'agents.files.get'({ agentId, name }) {
      const { path, content } = file(String(agentId), String(name))
      return { file: content === null ? { name, path, missing: true } : { name, path, missing: false, content, hash: sha256(content) } }
    },
    'agents.files.set'({ agentId, name, content, expectedHash }) {
      const found = file(String(agentId), String(name))
      if (expectedHash !== undefined && (found.content === null || sha256(found.content) !== expectedHash))
        throw rejected('file changed since it was read (hash mismatch)')
      mkdirSync(join(found.path, '..'), { recursive: true })
      writeFileSync(found.path, String(content))
      return { ok: true, file: { hash: sha256(String(content)) } }
    },
    'sessions.reset': () => ({ ok: true }),
    'sessions.subscribe': () => ({ ok: true }),
    'chat.send'({ sessionKey, message, idempotencyKey }) {
      const agentId = String(sessionKey).split(':')[1] ?? ''
      if (!agents.has(agentId)) throw rejected(`unknown agent id "${agentId}"`)
      const key = String(idempotencyKey)
      if (!keys.has(key)) {
        keys.add(key)
        const entry = { sessionKey: String(sessionKey), message: String(message), idempotencyKey: key, at: clock.now() }
        fake.sent.push(entry)
        queueMicrotask(() => fake.onWake(entry))
      }
      return { runId: key, status: 'started' }
    },
  }

  const fake: FakeGateway = {
    sent: [],
    calls: [],
    agents,
    config,
    onWake: () => undefined,
    start() {},
    async stop() {},
    setTarget() {},
    state: () => state,
    onState(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    onEvent(listener) {
      eventListeners.add(listener)
      return () => eventListeners.delete(listener)
    },
    async request(method, params) {
      fake.calls.push({ method, params })
      if (!state.connected) throw new GatewayError('unavailable', state.reason ?? 'down')
      const failure = failures.get(method)?.shift()
      if (failure) throw failure
      const handler = methods[method]
      if (!handler) throw rejected(`unknown method: ${method}`)
      const answer = handler(params)
      const boot = state.boot_id
      await Promise.resolve()
      if (!state.connected || state.boot_id !== boot || lostAnswers.delete(method))
        throw new GatewayError('unavailable', 'gateway closed (1006)')
      return answer
    },
    whenConnected: () => (state.connected ? Promise.resolve() : Promise.reject(new GatewayError('unavailable', state.reason ?? 'down'))),
    up({ sameBoot = false } = {}) {
      if (state.connected) return
      if (!sameBoot || bootId === null) {
        bootId = randomUUID()
        bootAt = clock.now()
        keys.clear()
      }
      publish({
        connected: true,
        reason: null,
        failure: null,
        version: options.version ?? '2026.9.6',
        boot_id: bootId,
        boot_at: bootAt,
        latency_ms: 1,
      })
    },
    down(reason = 'The gateway does not answer.') {
      if (state.connected) publish({ connected: false, reason, failure: 'unavailable', latency_ms: null })
    },
    emit(event, payload) {
      for (const listener of eventListeners) listener({ event, payload })
    },
    failNext: (method, ...errors) => void failures.set(method, [...(failures.get(method) ?? []), ...errors]),
    loseAnswerOf: (method) => void lostAnswers.add(method),
  }
  return fake
}
