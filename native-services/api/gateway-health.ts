/**
 * Whether the gateway works, layer by layer, from what is known anyway: the supervisor's word, the connection, the runs. While somebody
 * looks, its port and one authenticated call are tried as well, at most every 30 s.
 */
import { type GatewayHealth, type HealthLayerName, healthLayerNames } from '../contract/gateway-health.ts'
import { supervisorStates } from '../contract/states.ts'
import type { GatewayConnection } from '../gateway/types.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'
import type { Store } from '../store/store.ts'
import type { LiveState } from './live-state.ts'
import { verdictOf } from '../domain/gateway-verdict.ts'
import type { Internal } from './wire.ts'

export type GatewayHealthRow = Internal<GatewayHealth>
type LayerRow = GatewayHealthRow['layers'][number]

export interface GatewayHealthWatch {
  view(): GatewayHealthRow
  /** Looks at every layer now; who asks meanwhile gets the same look. */
  check(): Promise<GatewayHealthRow>
  /** Somebody looks: checked every 30 s for the next minute. */
  watch(): void
  onChange(listener: (health: GatewayHealthRow) => void): () => void
  stop(): void
}

const checkEveryMs = 30_000
const leaseMs = 60_000
const answerWithinMs = 5000

/** What a try said; kept until the next. */
interface Tried {
  ok: boolean
  at: number
  latency_ms: number | null
  detail: string | null
  error: string | null
}

export function createGatewayHealth(deps: {
  store: Store
  clock: Clock
  live: LiveState
  connection: Pick<GatewayConnection, 'state' | 'request'>
  lastError: () => string | null
}): GatewayHealthWatch {
  const { store, clock, live, connection } = deps
  const listeners = new Set<(health: GatewayHealthRow) => void>()
  const notes = new Map<HealthLayerName, { state: LayerRow['state']; since: number }>()
  let http: Tried | null = null
  let request: Tried | null = null
  let stopped = false
  let checking: Promise<GatewayHealthRow> | null = null
  let lookedUntil = 0
  let timer: TimerHandle | null = null
  let told = ''

  function layer(name: HealthLayerName, found: Omit<LayerRow, 'layer' | 'since_at'> & { since_at?: number }): LayerRow {
    const note = notes.get(name)
    const since = found.since_at ?? (note && note.state === found.state ? note.since : clock.now())
    notes.set(name, { state: found.state, since })
    return { ...found, layer: name, since_at: since }
  }

  function processLayer(): LayerRow {
    const gateway = live.gateway()
    const up = gateway.pid !== null && ['running', 'adopted', 'degraded', 'starting'].includes(gateway.state)
    const words = supervisorStates[gateway.state]
    return layer('process', {
      state: up ? 'ok' : gateway.state === 'starting' ? 'unknown' : 'failing',
      since_at: gateway.since_at,
      checked_at: clock.now(),
      latency_ms: null,
      detail: up ? `Process ${gateway.pid}, ${gateway.owned ? 'started by us' : 'started by someone else'}` : words.sentence,
      error: up ? null : gateway.reason,
    })
  }

  const tried = (name: 'http' | 'request', found: Tried | null, missing: string): LayerRow =>
    found
      ? layer(name, {
          state: found.ok ? 'ok' : 'failing',
          checked_at: found.at,
          latency_ms: found.latency_ms,
          detail: found.detail,
          error: found.error,
        })
      : layer(name, { state: 'unknown', checked_at: null, latency_ms: null, detail: missing, error: null })

  function socketLayer(): LayerRow {
    const state = connection.state()
    return layer('websocket', {
      state: state.connected ? 'ok' : 'failing',
      since_at: state.since_at,
      checked_at: clock.now(),
      latency_ms: null,
      detail: state.connected ? `It said hello${state.version === null ? '' : ` as version ${state.version}`}` : null,
      error: state.connected ? null : state.reason,
    })
  }

  function requestLayer(): LayerRow {
    const { connected, latency_ms, since_at, reason } = connection.state()
    if (!connected)
      return layer('request', {
        state: 'failing',
        since_at,
        checked_at: clock.now(),
        latency_ms: null,
        detail: null,
        error: reason ?? 'The gateway is not connected.',
      })
    // The connection times a call by itself every 30 s; that is as good as ours, unless ours was refused.
    if (request === null || request.at < since_at)
      return tried(
        'request',
        latency_ms === null ? null : { ok: true, at: clock.now(), latency_ms, detail: null, error: null },
        'Not asked yet',
      )
    return tried('request', request, '')
  }

  function runLayer(): { layer: LayerRow; last: GatewayHealthRow['last_run'] } {
    const good = store.runHealth.last('ok')
    const bad = store.runHealth.last('failed')
    const name = (agentId: string): string => store.agents.get(agentId)?.name ?? 'an agent that is gone'
    const last = good && {
      agent_id: good.agent_id,
      agent_name: name(good.agent_id),
      task_id: good.task_id,
      board_id: good.board_id,
      ended_at: good.ended_at,
    }
    if (bad && (!good || bad.ended_at > good.ended_at))
      return {
        last,
        layer: layer('run', {
          state: 'failing',
          since_at: bad.ended_at,
          checked_at: bad.ended_at,
          latency_ms: null,
          detail: `The last run, of ${name(bad.agent_id)}, failed`,
          error: bad.error ?? deps.lastError(),
        }),
      }
    return {
      last,
      layer: layer('run', {
        state: good ? 'ok' : 'unknown',
        ...(good && { since_at: good.ended_at }),
        checked_at: good?.ended_at ?? null,
        latency_ms: null,
        detail: good ? `The last run, of ${name(good.agent_id)}, succeeded` : 'No agent has finished a run yet',
        error: null,
      }),
    }
  }

  function view(): GatewayHealthRow {
    const run = runLayer()
    const process = processLayer()
    const down = process.state === 'failing'
    const byName: Record<HealthLayerName, LayerRow> = {
      process,
      http: tried('http', down ? null : http, down ? 'It does not run' : 'Not asked yet'),
      websocket: socketLayer(),
      request: requestLayer(),
      run: run.layer,
    }
    const layers = healthLayerNames.map((name) => byName[name])
    return { ...verdictOf(layers), layers, last_run: run.last }
  }

  async function get(port: number, path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(answerWithinMs) })
    return { status: response.status, text: (await response.text()).slice(0, 2000) }
  }

  async function tryHttp(): Promise<Tried> {
    const { port } = live.gateway()
    const begun = performance.now()
    const at = clock.now()
    try {
      const alive = await get(port, '/healthz')
      const latency = Math.round((performance.now() - begun) * 10) / 10
      if (alive.status !== 200)
        return { ok: false, at, latency_ms: latency, detail: null, error: `GET /healthz: ${alive.status} ${alive.text}`.trim() }
      const ready = await get(port, '/readyz')
      return ready.status === 200
        ? { ok: true, at, latency_ms: latency, detail: `Port ${port} answers and is ready`, error: null }
        : { ok: false, at, latency_ms: latency, detail: null, error: `GET /readyz: ${ready.status} ${ready.text}`.trim() }
    } catch (error) {
      return { ok: false, at, latency_ms: null, detail: null, error: redact(causeOf(error)) }
    }
  }

  async function tryRequest(): Promise<Tried> {
    const begun = performance.now()
    const at = clock.now()
    try {
      await connection.request('last-heartbeat', {}, { timeoutMs: 10_000 })
      return { ok: true, at, latency_ms: Math.round((performance.now() - begun) * 10) / 10, detail: null, error: null }
    } catch (error) {
      return { ok: false, at, latency_ms: null, detail: null, error: redact(errorText(error)) }
    }
  }

  async function look(): Promise<GatewayHealthRow> {
    const { pid } = live.gateway()
    if (pid === null && !connection.state().connected) {
      http = null
      request = null
    } else [http, request] = await Promise.all([tryHttp(), connection.state().connected ? tryRequest() : Promise.resolve(null)])
    const health = view()
    // Times of the last look move with every one: only what a person would notice is told.
    const text = JSON.stringify(
      health.layers.map(({ state, error, detail, latency_ms }) => [state, error, detail, Math.round(latency_ms ?? 0)]),
    )
    if (text !== told) {
      told = text
      for (const listener of listeners) listener(health)
    }
    return health
  }

  function check(): Promise<GatewayHealthRow> {
    checking ??= look().finally(() => {
      checking = null
    })
    return checking
  }

  /** A look that nobody waits for may end after the store was closed. */
  async function checkBehind(): Promise<void> {
    try {
      await check()
    } catch (error) {
      if (!stopped) throw error
    }
  }

  function round(): void {
    timer = null
    if (clock.now() >= lookedUntil) return
    void checkBehind()
    timer = clock.setTimer(checkEveryMs, round)
  }

  const stopListening = live.onChange((what) => {
    if (what === 'gateway' && clock.now() < lookedUntil) void checkBehind()
  })

  return {
    view,
    check,
    watch() {
      lookedUntil = clock.now() + leaseMs
      if (timer === null) round()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop() {
      stopped = true
      timer?.cancel()
      lookedUntil = 0
      stopListening()
    },
  }
}

/** `fetch` says only that it failed; why is in its cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && cause.message !== '' ? cause.message : errorText(error)
}
