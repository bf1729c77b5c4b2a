/** The ledger of heartbeats: expected, sent, seen; and what each cost. */
import type { Heartbeat } from '../contract/heartbeats.ts'
import { createId } from '../platform/ids.ts'
import type { Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export interface HeartbeatRow extends Stored<Heartbeat> {
  excused_until_at: number | null
}

export interface NewBeat {
  agent_id: string
  expected_at: number
  outcome: 'sent' | 'skipped'
  reason?: string
  notification_id?: string
  /** Left out on purpose: until then the silence of the agent is not judged. */
  excused_until_at?: number
}

export function heartbeatsRepository({ db, clock }: RepositoryContext) {
  const byId = db.prepare('SELECT * FROM heartbeats WHERE id = ?')
  const insert = db.prepare(
    'INSERT INTO heartbeats (id, agent_id, expected_at, sent_at, outcome, reason, notification_id, excused_until_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const seen = db.prepare(`UPDATE heartbeats SET outcome = 'seen', seen_at = ? WHERE agent_id = ? AND outcome = 'sent'`)
  const unanswered = db.prepare(`SELECT * FROM heartbeats WHERE outcome = 'sent' AND sent_at < ? ORDER BY sent_at`)
  const missed = db.prepare(`UPDATE heartbeats SET outcome = 'missed', reason = ? WHERE id = ?`)
  const usage = db.prepare('UPDATE heartbeats SET input_tokens = ?, output_tokens = ? WHERE notification_id = ?')
  const excused = db.prepare('SELECT max(excused_until_at) AS at FROM heartbeats WHERE agent_id = ? AND excused_until_at IS NOT NULL')
  const oldest = db.prepare(`SELECT min(sent_at) AS at FROM heartbeats WHERE outcome = 'sent'`)
  const list = db.prepare('SELECT * FROM heartbeats WHERE agent_id = ? ORDER BY expected_at DESC, id DESC LIMIT ?')

  return {
    get: (id: string): HeartbeatRow | undefined => byId.get(id) as HeartbeatRow | undefined,
    /** A beat was due: it was sent, or skipped with a reason. */
    record(beat: NewBeat): string {
      const now = clock.now()
      const id = createId(now)
      insert.run(
        id,
        beat.agent_id,
        beat.expected_at,
        beat.outcome === 'sent' ? now : null,
        beat.outcome,
        beat.reason ?? null,
        beat.notification_id ?? null,
        beat.excused_until_at ?? null,
      )
      return id
    },
    /** The agent checked in: every beat that waits for it is seen. Returns how many. */
    seen: (agentId: string): number => seen.run(clock.now(), agentId).changes,
    /** Beats sent before `before` (exclusive) that nobody answered yet, oldest first. */
    unanswered: (before: number): HeartbeatRow[] => unanswered.all(before) as HeartbeatRow[],
    /** When the oldest beat without an answer was sent; null when there is none. */
    oldestUnansweredAt: (): number | null => (oldest.get() as { at: number | null }).at,
    miss(id: string, reason: string): void {
      missed.run(reason, id)
    },
    /** What the run that a message started used. Messages that are no beats change nothing. */
    recordUsage(notificationId: string, used: { input_tokens: number; output_tokens: number }): void {
      usage.run(used.input_tokens, used.output_tokens, notificationId)
    },
    /** Until when nobody expected the agent to speak, because its beats were left out on purpose; null: never. */
    excusedUntil: (agentId: string): number | null => (excused.get(agentId) as { at: number | null }).at,
    /** It is expected to speak again. */
    endExcuse(agentId: string): void {
      const now = clock.now()
      db.prepare('UPDATE heartbeats SET excused_until_at = ? WHERE agent_id = ? AND excused_until_at > ?').run(now, agentId, now)
    },
    /** Newest first. */
    list: (agentId: string, limit: number): HeartbeatRow[] => list.all(agentId, limit) as HeartbeatRow[],
    /** Keeps the newest `keep` per agent. */
    prune(keep: number): void {
      db.prepare(
        `DELETE FROM heartbeats WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY agent_id ORDER BY id DESC) AS n FROM heartbeats) WHERE n > ?)`,
      ).run(keep)
    },
  }
}
