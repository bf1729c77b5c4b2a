/** Recurring tasks and what came of their runs. When the next one is due stands in the timers. */
import type { RecurringRun, RecurringTask } from '../contract/planning.ts'
import { createId } from '../platform/ids.ts'
import { assignments, type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export const recurringTimer = 'recurring_task'
export type RecurringRunRow = Stored<RecurringRun>
export interface RecurringRow extends Omit<Stored<RecurringTask>, 'last_run'> {
  last_run: RecurringRunRow | null
  /** Where the rhythm of an interval begins. */
  anchor_at: number
}
export type RecurringFields = Omit<
  RecurringRow,
  'id' | 'next_run_at' | 'run_count' | 'last_task_id' | 'last_run' | 'created_at' | 'updated_at'
>
const listed = ['assigned_agent_ids', 'tag_ids', 'custom_field_values'] as const
const runsKept = 100

export function recurringTasksRepository({ db, clock, touch }: RepositoryContext) {
  const select = `SELECT r.*, t.due_at AS next_run_at FROM recurring_tasks r LEFT JOIN timers t ON t.kind = '${recurringTimer}' AND t.subject_id = r.id`
  const byId = db.prepare(`${select} WHERE r.id = ?`)
  const runs = db.prepare(
    'SELECT due_at, ran_at, outcome, reason, task_id, asked_for FROM recurring_runs WHERE recurring_task_id = ? ORDER BY due_at DESC LIMIT ?',
  )
  const insertRun = db.prepare(
    'INSERT OR IGNORE INTO recurring_runs (recurring_task_id, due_at, ran_at, outcome, reason, task_id, asked_for) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const pruneRuns = db.prepare(
    'DELETE FROM recurring_runs WHERE recurring_task_id = @id AND due_at < (SELECT min(due_at) FROM (SELECT due_at FROM recurring_runs WHERE recurring_task_id = @id ORDER BY due_at DESC LIMIT @kept))',
  )

  const shapeRun = (raw: unknown): RecurringRunRow => {
    const row = raw as RecurringRunRow & { asked_for: unknown }
    return { ...row, asked_for: Boolean(row.asked_for) }
  }
  function shape(raw: unknown): RecurringRow {
    const row = { ...(raw as Record<string, unknown>) }
    for (const name of listed) {
      row[name] = JSON.parse(row[`${name}_json`] as string)
      delete row[`${name}_json`]
    }
    const last = runs.get(row['id'], 1)
    return { ...(row as unknown as RecurringRow), paused: Boolean(row['paused']), last_run: last === undefined ? null : shapeRun(last) }
  }
  function columns(patch: Partial<{ [Key in keyof RecurringFields]: RecurringFields[Key] | undefined }>) {
    const row: Record<string, string | number | boolean | null | undefined> = {}
    for (const [key, value] of Object.entries(patch)) {
      if ((listed as readonly string[]).includes(key)) row[`${key}_json`] = value === undefined ? undefined : JSON.stringify(value)
      else row[key] = value as string | number | boolean | null | undefined
    }
    return row
  }

  return {
    get(id: string): RecurringRow | undefined {
      const row = byId.get(id)
      return row === undefined ? undefined : shape(row)
    },
    list(filter: { board_id?: string | undefined } & Paging): Listed<RecurringRow> {
      const condition = where([filter.board_id !== undefined && ['r.board_id = ?', filter.board_id]])
      const { n } = db.prepare(`SELECT count(*) AS n FROM recurring_tasks r ${condition.sql}`).get(...condition.values) as { n: number }
      return {
        items: db
          .prepare(`${select} ${condition.sql} ORDER BY r.id LIMIT ? OFFSET ?`)
          .all(...condition.values, filter.limit, filter.offset)
          .map(shape),
        total: n,
      }
    },
    /** @param fields.run_count Where `{n}` goes on from. */
    create(fields: RecurringFields & { run_count?: number }): string {
      const now = clock.now()
      const id = createId(now)
      const { sql, values } = assignments({ id, ...columns(fields), created_at: now, updated_at: now })
      const names = sql.split(', ').map((part) => part.replace(' = ?', ''))
      db.prepare(`INSERT INTO recurring_tasks (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(...values)
      touch('recurring_task', id)
      return id
    },
    update(id: string, patch: Partial<{ [Key in keyof RecurringFields]: RecurringFields[Key] | undefined }>): void {
      const { sql, values } = assignments({ ...columns(patch), updated_at: clock.now() })
      db.prepare(`UPDATE recurring_tasks SET ${sql} WHERE id = ?`).run(...values, id)
      touch('recurring_task', id)
    },
    remove(id: string): void {
      db.prepare('DELETE FROM timers WHERE kind = ? AND subject_id = ?').run(recurringTimer, id)
      db.prepare('DELETE FROM recurring_tasks WHERE id = ?').run(id)
      touch('recurring_task', id, true)
    },

    /** Notes a run. False when this very moment has its run already: then nothing was written, and nothing else may be. */
    noteRun(id: string, run: RecurringRunRow): boolean {
      const { changes } = insertRun.run(id, run.due_at, run.ran_at, run.outcome, run.reason, run.task_id, Number(run.asked_for))
      if (changes === 0) return false
      db.prepare('UPDATE recurring_tasks SET run_count = run_count + ?, last_task_id = coalesce(?, last_task_id) WHERE id = ?').run(
        run.outcome === 'created' ? 1 : 0,
        run.task_id,
        id,
      )
      pruneRuns.run({ id, kept: runsKept })
      touch('recurring_task', id)
      return true
    },
    /** Newest first. */
    runs: (id: string, limit: number): RecurringRunRow[] => runs.all(id, limit).map(shapeRun),
    hasRun: (id: string, dueAt: number): boolean =>
      db.prepare('SELECT 1 FROM recurring_runs WHERE recurring_task_id = ? AND due_at = ?').get(id, dueAt) !== undefined,
    /** Those whose timer is due, the earliest first, and those that lost theirs. */
    due: (now: number, limit: number): { id: string; due_at: number }[] =>
      db
        .prepare('SELECT subject_id AS id, due_at FROM timers WHERE kind = ? AND due_at <= ? ORDER BY due_at LIMIT ?')
        .all(recurringTimer, now, limit) as { id: string; due_at: number }[],
    nextDueAt: (): number | null =>
      (db.prepare('SELECT min(due_at) AS at FROM timers WHERE kind = ?').get(recurringTimer) as { at: number | null }).at,
    /** Timers of schedules that are gone, e.g. with their board. */
    forgetOrphans(): void {
      db.prepare('DELETE FROM timers WHERE kind = ? AND subject_id NOT IN (SELECT id FROM recurring_tasks)').run(recurringTimer)
    },
  }
}
