/** What the measurements of processes put into Needs attention. */
import type { AttentionRow } from './attention.ts'
import type { ProcessStateRow } from './process-monitor.ts'

const names = { gateway: 'The gateway', services: 'The services', host: 'The control center' } as const

/** Memory that only grows, and a core that never rests. `since_at` of a leak is not known, so it stands by its key alone. */
export function processRows(states: readonly ProcessStateRow[], gatewayId: string | null): AttentionRow[] {
  return states.flatMap((state): AttentionRow[] => {
    if (state.hot_since_at === null && !state.leaking) return []
    const name = names[state.part]
    // Coarse figures: a row that changes with every sample would be told to every page each time.
    const memory = Math.round((state.rss ?? 0) / 2 ** 20 / 50) * 50
    const growth = Math.round((state.trend_mb_h ?? 0) / 50) * 50
    const hot = state.hot_since_at !== null
    return [
      {
        key: `process:${state.part}`,
        tone: 'warning',
        title: hot ? `${name} has used most of a core for minutes` : `The memory of ${name.toLowerCase()} only grows`,
        reason: hot
          ? 'Something in it works without a pause; everything else gets slower.'
          : `About ${growth} MB an hour; it holds about ${memory} MB now.`,
        since_at: state.hot_since_at ?? state.leak_since_at ?? 0,
        link: state.part === 'gateway' ? '/gateway' : '/doctor',
        fix:
          state.part === 'gateway' && gatewayId !== null
            ? { label: 'Restart when idle', action: 'restart_gateway_when_idle', target_id: gatewayId }
            : { label: 'Run the Doctor', action: 'open', target_id: null },
      },
    ]
  })
}
