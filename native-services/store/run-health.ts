/** The last run of an agent that succeeded, and the last that failed: whether the gateway really works. */
import type { RepositoryContext } from './store.ts'

export interface LastRun {
  agent_id: string
  task_id: string | null
  board_id: string | null
  ended_at: number
  /** Why it failed, as it was recorded; null when it did not, or nobody said. */
  error: string | null
}

export function runHealthRepository({ db }: RepositoryContext) {
  // Newest first by the index of `ended_at`; the first that fits ends the search.
  const last = db.prepare(
    `SELECT r.agent_id, r.task_id, r.board_id, r.ended_at, n.last_error AS error FROM runs r
     LEFT JOIN notifications n ON n.id = r.notification_id WHERE r.outcome = ? ORDER BY r.ended_at DESC LIMIT 1`,
  )
  return {
    last: (outcome: 'ok' | 'failed'): LastRun | null => (last.get(outcome) as LastRun | undefined) ?? null,
  }
}
