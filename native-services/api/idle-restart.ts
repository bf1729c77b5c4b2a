/** Restarts the gateway as soon as no run is under way. Asked for by a person, given up after half an hour. */
import type { GatewayConnection } from '../gateway/types.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText } from '../platform/log.ts'
import type { Store } from '../store/store.ts'
import type { LiveState } from './live-state.ts'

export interface IdleRestart {
  /** A sentence for a person. */
  ask(gatewayId: string): string
  stop(): void
}

const lookEveryMs = 3000
const givenUpAfterMs = 30 * 60_000

export function createIdleRestart(deps: {
  store: Store
  clock: Clock
  live: LiveState
  connection: Pick<GatewayConnection, 'request'>
}): IdleRestart {
  const { store, clock, live, connection } = deps
  let waiting: { gatewayId: string; until: number; timer: TimerHandle } | null = null

  function tell(gatewayId: string, event: string, message: string, level: 'info' | 'error' = 'info'): void {
    store.write(() => store.activity.record({ event_type: event, message, level, gateway_id: gatewayId }))
  }

  /** What is still under way, in words; null when nothing is. A gateway that cannot say is asked again. */
  async function busyWith(): Promise<string | null> {
    const { leased } = store.notifications.countByState()
    if (leased > 0) return `${leased} ${leased === 1 ? 'message is' : 'messages are'} being answered`
    try {
      const answer = await connection.request('gateway.restart.preflight', {}, { timeoutMs: 5000 })
      if (answer['safe'] === true) return null
      const blockers = Array.isArray(answer['blockers']) ? (answer['blockers'] as { kind?: unknown }[]) : []
      // The gateway counts its own upkeep, which is always there for a while after a start.
      const real = blockers.filter((blocker) => blocker.kind !== 'root-request')
      return real.length === 0 ? null : `${real.length} ${real.length === 1 ? 'thing runs' : 'things run'} in the gateway`
    } catch {
      // It does not know the question, or is not connected: what we have sent ourselves is all that counts.
      return null
    }
  }

  async function look(): Promise<void> {
    const mine = waiting
    if (!mine) return
    const busy = await busyWith()
    if (waiting !== mine) return
    if (busy === null) {
      waiting = null
      const result = await live.command({ action: 'restart' }).catch((error: unknown) => ({ ok: false, message: errorText(error) }))
      if (result.ok) tell(mine.gatewayId, 'gateway.restart', 'Nothing was running, so the gateway was restarted')
      else tell(mine.gatewayId, 'gateway.restart_failed', result.message ?? 'The gateway was not restarted', 'error')
    } else if (clock.now() >= mine.until) {
      waiting = null
      tell(
        mine.gatewayId,
        'gateway.restart_failed',
        `The gateway was not restarted: for half an hour something was running (${busy})`,
        'error',
      )
    } else mine.timer = clock.setTimer(lookEveryMs, () => void look())
  }

  return {
    ask(gatewayId) {
      if (!waiting) waiting = { gatewayId, until: clock.now() + givenUpAfterMs, timer: clock.setTimer(0, () => void look()) }
      return 'The gateway is restarted as soon as nothing runs.'
    },
    stop() {
      waiting?.timer.cancel()
      waiting = null
    },
  }
}
