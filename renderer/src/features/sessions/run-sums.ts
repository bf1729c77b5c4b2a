/** Sums over runs. Pure. */
import type { Run } from '../../../../native-services/contract/usage.ts'
import type { SessionMessage } from '../../../../native-services/contract/sessions.ts'

/** Null when the gateway did not tell. */
export function tokensOfRun(run: Run): number | null {
  if (run.input_tokens === null) return null
  return run.input_tokens + (run.output_tokens ?? 0) + (run.cache_read_tokens ?? 0) + (run.cache_write_tokens ?? 0)
}

/** Millionths of a dollar; null when no run has a price. */
export function costOfRuns(runs: readonly Run[]): number | null {
  const priced = runs.flatMap((run) => (run.cost_micros === null ? [] : [run.cost_micros]))
  return priced.length === 0 ? null : priced.reduce((sum, cost) => sum + cost, 0)
}

/** The run whose last words each message is, by the message's id. */
export function runEnds(items: readonly SessionMessage[], byRun: ReadonlyMap<string, Run>): ReadonlyMap<string, Run> {
  const last = new Map<string, string>()
  for (const item of items) if (item.run_id !== null && item.role === 'assistant') last.set(item.run_id, item.id)
  return new Map(
    [...last].flatMap(([runId, messageId]) => {
      const run = byRun.get(runId)
      return run ? [[messageId, run] as const] : []
    }),
  )
}
