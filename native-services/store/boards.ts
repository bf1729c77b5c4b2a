import type { Board } from '../contract/entities.ts'
import { taskStatuses } from '../contract/states.ts'
import { createId } from '../platform/ids.ts'
import { papersOf } from './documents.ts'
import { assignments, type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type BoardRow = Stored<Board>
type BoardFields = Omit<BoardRow, 'id' | 'created_at' | 'updated_at' | 'task_counts' | 'agent_count'>
type BoardPatch = Partial<{ [Key in keyof BoardFields]: BoardFields[Key] | undefined }>
const flags = [
  'require_approval_for_done',
  'require_review_before_done',
  'comment_required_for_review',
  'block_status_changes_with_pending_approval',
  'only_lead_can_change_status',
  'paused',
  'goal_confirmed',
] as const

/** The metrics are kept as JSON; everything else is a column as it stands. */
function columnsOf({ success_metrics, ...fields }: BoardPatch) {
  return { ...fields, ...(success_metrics && { success_metrics_json: JSON.stringify(success_metrics) }) }
}

export function boardsRepository({ db, clock, touch }: RepositoryContext) {
  const papers = papersOf({ db, touch })
  const byId = db.prepare('SELECT * FROM boards WHERE id = ?')
  const counts = db.prepare('SELECT status, n FROM task_counts WHERE board_id = ?')
  const agents = db.prepare('SELECT count(*) AS n FROM agents WHERE board_id = ?')

  function shape(row: Record<string, unknown>): BoardRow {
    const { next_task_number: _, success_metrics_json: metrics, ...fields } = row
    const taskCounts = Object.fromEntries(taskStatuses.map((status) => [status, 0])) as BoardRow['task_counts']
    for (const { status, n } of counts.all(row['id']) as { status: keyof typeof taskCounts; n: number }[]) taskCounts[status] = n
    return {
      ...(fields as unknown as BoardRow),
      ...Object.fromEntries(flags.map((flag) => [flag, Boolean(row[flag])])),
      success_metrics: JSON.parse(metrics as string) as BoardRow['success_metrics'],
      task_counts: taskCounts,
      agent_count: (agents.get(row['id']) as { n: number }).n,
    }
  }

  return {
    get(id: string): BoardRow | undefined {
      const row = byId.get(id) as Record<string, unknown> | undefined
      return row && shape(row)
    },

    list(
      filter: { gateway_id?: string | undefined; board_group_id?: string | undefined; ids?: readonly string[] } & Paging,
    ): Listed<BoardRow> {
      const condition = where([
        filter.gateway_id !== undefined && ['gateway_id = ?', filter.gateway_id],
        filter.board_group_id !== undefined && ['board_group_id = ?', filter.board_group_id],
        filter.ids && [`id IN (${filter.ids.map(() => '?').join(',')})`, ...filter.ids],
      ])
      const rows = db
        .prepare(`SELECT * FROM boards ${condition.sql} ORDER BY id LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM boards ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: rows.map((row) => shape(row as Record<string, unknown>)), total: n }
    },

    slugTaken: (gatewayId: string, slug: string): boolean =>
      db.prepare('SELECT 1 FROM boards WHERE gateway_id = ? AND slug = ?').get(gatewayId, slug) !== undefined,

    create(fields: Pick<BoardFields, 'gateway_id' | 'name' | 'slug'> & Partial<BoardFields>): BoardRow {
      const now = clock.now()
      const id = createId(now)
      const { sql, values } = assignments({ id, ...columnsOf(fields), created_at: now, updated_at: now })
      const columns = sql.split(', ').map((part) => part.replace(' = ?', ''))
      db.prepare(`INSERT INTO boards (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(...values)
      touch('board', id)
      return shape(byId.get(id) as Record<string, unknown>)
    },

    update(id: string, patch: BoardPatch): void {
      const { sql, values } = assignments({ ...columnsOf(patch), updated_at: clock.now() })
      db.prepare(`UPDATE boards SET ${sql} WHERE id = ?`).run(...values, id)
      touch('board', id)
    },

    nextTaskNumber: (id: string): number => db.prepare('SELECT next_task_number FROM boards WHERE id = ?').pluck().get(id) as number,
    /** Takes the next `#number` of a board. */
    takeTaskNumber(id: string): number {
      const row = db
        .prepare('UPDATE boards SET next_task_number = next_task_number + 1 WHERE id = ? RETURNING next_task_number - 1 AS n')
        .get(id)
      return (row as { n: number }).n
    },

    /** Removes the board with its tasks and threads. Agents must be gone already (foreign key). */
    remove(id: string): void {
      papers.touchOfBoard(id)
      db.prepare('DELETE FROM messages WHERE board_id = ?').run(id)
      for (const task of db.prepare('SELECT id FROM tasks WHERE board_id = ?').all(id) as { id: string }[]) touch('task', task.id, true)
      for (const kind of ['approval', 'question'] as const)
        for (const asked of db.prepare(`SELECT id FROM ${kind}s WHERE board_id = ?`).all(id) as { id: string }[])
          touch(kind, asked.id, true)
      for (const kind of ['recurring_task', 'task_template'] as const)
        for (const own of db.prepare(`SELECT id FROM ${kind}s WHERE board_id = ?`).all(id) as { id: string }[]) touch(kind, own.id, true)
      for (const field of db.prepare('SELECT field_id FROM custom_field_boards WHERE board_id = ?').all(id) as { field_id: string }[])
        touch('custom_field', field.field_id)
      db.prepare('DELETE FROM tasks WHERE board_id = ?').run(id)
      db.prepare('DELETE FROM boards WHERE id = ?').run(id)
      touch('board', id, true)
    },
  }
}
