/** Durable timers: rows with a due time. One timer in memory waits for the earliest; after a crash the rows are still there. */
import { createId } from '../platform/ids.ts'
import type { RepositoryContext } from './store.ts'

export interface TimerRow {
  id: string
  kind: string
  subject_id: string
  due_at: number
  /** The generation of the subject when the timer was set; a timer of an older one is stale. */
  generation: number
  attempts: number
  payload: Record<string, unknown>
}

export function timersRepository({ db, clock }: RepositoryContext) {
  const upsert =
    db.prepare(`INSERT INTO timers (id, kind, subject_id, due_at, generation, attempts, payload_json, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (kind, subject_id) DO UPDATE SET due_at = excluded.due_at, generation = excluded.generation, attempts = excluded.attempts, payload_json = excluded.payload_json`)
  const due = db.prepare('SELECT * FROM timers WHERE due_at <= ? ORDER BY due_at LIMIT ?')
  const next = db.prepare('SELECT min(due_at) AS at FROM timers')

  function shape(row: unknown): TimerRow {
    const { payload_json: payload, created_at: _, ...fields } = row as Record<string, unknown>
    return { ...(fields as unknown as TimerRow), payload: JSON.parse(payload as string) as Record<string, unknown> }
  }

  return {
    /** Sets or moves the timer of a subject. */
    set(timer: {
      kind: string
      subject_id: string
      due_at: number
      generation?: number
      attempts?: number
      payload?: Record<string, unknown>
    }): void {
      const now = clock.now()
      upsert.run(
        createId(now),
        timer.kind,
        timer.subject_id,
        timer.due_at,
        timer.generation ?? 0,
        timer.attempts ?? 0,
        JSON.stringify(timer.payload ?? {}),
        now,
      )
    },
    clear(kind: string, subjectId: string): void {
      db.prepare('DELETE FROM timers WHERE kind = ? AND subject_id = ?').run(kind, subjectId)
    },
    get(kind: string, subjectId: string): TimerRow | undefined {
      const row = db.prepare('SELECT * FROM timers WHERE kind = ? AND subject_id = ?').get(kind, subjectId)
      return row === undefined ? undefined : shape(row)
    },
    due: (now: number, limit: number): TimerRow[] => due.all(now, limit).map(shape),
    nextDueAt: (): number | null => (next.get() as { at: number | null }).at,
    count: (): number => (db.prepare('SELECT count(*) AS n FROM timers').get() as { n: number }).n,
  }
}
