/** `/health`, `/readyz`, `/version`: measured when asked, not remembered. */
import type { Health, Readiness } from '../contract/health.ts'
import type { ApiDeps } from './deps.ts'
import { isoTime } from './wire.ts'

const failuresUntilDegraded = 5
const maybe = (ms: number | null): string | null => (ms === null ? null : isoTime(ms))

export function readHealth(deps: ApiDeps): Health {
  const { store, clock, live } = deps
  const gateway = live.gateway()
  const delivery = deps.delivery.stats()
  const heartbeat = deps.heartbeat.stats()
  const reconcile = deps.lifecycle.stats()
  const outbox = store.notifications.countByState()
  const agents = store.agents.countByStatus()
  const tasks = store.tasks.countByStatus()
  const running = gateway.state === 'running' || gateway.state === 'adopted'

  const reasons: string[] = []
  if (!running) reasons.push(`gateway ${gateway.state}${gateway.reason === null ? '' : `: ${gateway.reason}`}`)
  else if (!gateway.connected) reasons.push(`gateway not connected: ${deps.connection.state().reason ?? 'no reason known'}`)
  if (!delivery.running) reasons.push('delivery stopped')
  if (delivery.consecutive_failures >= failuresUntilDegraded)
    reasons.push(`${delivery.consecutive_failures} deliveries failed in a row: ${delivery.last_error_message ?? 'no reason recorded'}`)

  const memory = process.memoryUsage()
  return {
    status: reasons.length === 0 ? 'healthy' : 'degraded',
    reasons,
    uptime: Math.round((clock.now() - deps.startedAt) / 1000),
    versions: { runtimeService: deps.version, openclaw: gateway.version ?? live.runtime().version },
    gateway: {
      state: gateway.state,
      pid: gateway.pid,
      port: gateway.port,
      owned: gateway.owned,
      version: gateway.version,
      running,
      connected: gateway.connected,
      sessions: outbox.leased,
      lastSendAt: maybe(delivery.last_send_at),
      lastSendError: delivery.last_send_error,
      reason: gateway.reason,
      portOwner: gateway.port_owner,
    },
    delivery: {
      running: delivery.running,
      paused: delivery.paused,
      queued: outbox.queued,
      lastDelivery: maybe(delivery.last_delivery_at),
      delivered: delivery.delivered,
      failed: delivery.failed,
      consecutiveFailures: delivery.consecutive_failures,
      lastErrorAt: maybe(delivery.last_error_at),
      lastErrorMessage: delivery.last_error_message,
      noResponseTerminalSkipCount: delivery.no_response_terminal_skips,
      requiredNotificationRetryExhaustedCount: delivery.required_retry_exhausted,
    },
    heartbeat: { running: heartbeat.running, scheduledAgents: heartbeat.scheduled, nextAt: maybe(heartbeat.next_at) },
    reconcile: { running: reconcile.running, pending: reconcile.pending, nextAt: maybe(reconcile.next_at) },
    counts: {
      agents: sum(agents),
      agentsOnline: agents.online ?? 0,
      boards: store.boards.list({ limit: 1, offset: 0 }).total,
      tasks: sum(tasks),
    },
    memory: { rss: memory.rss, heapUsed: memory.heapUsed },
    timestamp: isoTime(clock.now()),
  }
}

const sum = (counts: Partial<Record<string, number>>): number => Object.values(counts).reduce<number>((total, n) => total + (n ?? 0), 0)

/** Ready = the database takes writes and gives reads, and the loops run. A gateway that is down is told, and does not make us unready. */
export function readReadiness(deps: ApiDeps): Readiness {
  const { store, live } = deps
  const checks: Readiness['checks'] = {}
  const check = (name: string, probe: () => { ok: boolean; detail: string }): void => {
    try {
      checks[name] = probe()
    } catch (error) {
      checks[name] = { ok: false, detail: error instanceof Error ? error.message : String(error) }
    }
  }
  check('database', () => {
    const stamp = String(deps.clock.now())
    store.write(() => store.settings.writePrivate('api.ready_probe', stamp))
    const ok = store.settings.readPrivate('api.ready_probe') === stamp
    return { ok, detail: ok ? 'takes writes and gives them back' : 'a value that was written came back different' }
  })
  check('migrations', () => ({ ok: true, detail: `schema version ${String(store.db.pragma('user_version', { simple: true }))}` }))
  check('delivery', () => loop(deps.delivery.stats().running))
  check('heartbeat', () => loop(deps.heartbeat.stats().running))
  check('reconcile', () => loop(deps.lifecycle.stats().running))
  check('gateway', () => {
    const gateway = live.gateway()
    return {
      ok: true,
      detail: `${gateway.state}, ${gateway.connected ? 'connected' : 'not connected'}${gateway.reason === null ? '' : `: ${gateway.reason}`}`,
    }
  })
  return { ready: Object.values(checks).every((entry) => entry.ok), checks }
}

const loop = (running: boolean): { ok: boolean; detail: string } => ({ ok: running, detail: running ? 'running' : 'stopped' })
