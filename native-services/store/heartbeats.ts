/** The ledger of heartbeats: expected, sent, seen. */
import { createId } from '../platform/ids.ts'
import type { RepositoryContext } from './store.ts'

export interface HeartbeatRow {
  id: string
  agent_id: string
  expected_at: number
  sent_at: number | null
  seen_at: number | null
  outcome: 'sent' | 'seen' | 'missed' | 'skipped'
  reason: string | null
}

export function heartbeatsRepository({ db, clock }: RepositoryContext) {
  return {
    /** A beat was due: it was sent, or skipped with a reason. */
    record(beat: { agent_id: string; expected_at: number; outcome: 'sent' | 'skipped'; reason?: string }): string {
      const now = clock.now()
      const id = createId(now)
      db.prepare('INSERT INTO heartbeats (id, agent_id, expected_at, sent_at, outcome, reason) VALUES (?, ?, ?, ?, ?, ?)').run(
        id,
        beat.agent_id,
        beat.expected_at,
        beat.outcome === 'sent' ? now : null,
        beat.outcome,
        beat.reason ?? null,
      )
      return id
    },
    /** The agent checked in: every beat that waits for it is seen. Returns how many. */
    seen: (agentId: string): number =>
      db.prepare(`UPDATE heartbeats SET outcome = 'seen', seen_at = ? WHERE agent_id = ? AND outcome = 'sent'`).run(clock.now(), agentId)
        .changes,
    /** Beats sent before `before` and never answered. Returns the agents concerned. */
    markMissed: (before: number, reason: string): string[] =>
      (
        db
          .prepare(`UPDATE heartbeats SET outcome = 'missed', reason = ? WHERE outcome = 'sent' AND sent_at < ? RETURNING agent_id`)
          .all(reason, before) as { agent_id: string }[]
      ).map((row) => row.agent_id),
    list: (agentId: string, limit: number): HeartbeatRow[] =>
      db.prepare('SELECT * FROM heartbeats WHERE agent_id = ? ORDER BY expected_at DESC LIMIT ?').all(agentId, limit) as HeartbeatRow[],
    /** Keeps the newest `keep` per agent. */
    prune(keep: number): void {
      db.prepare(
        `DELETE FROM heartbeats WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY agent_id ORDER BY id DESC) AS n FROM heartbeats) WHERE n > ?)`,
      ).run(keep)
    },
  }
}
