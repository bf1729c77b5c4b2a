import type { Task } from '../contract/entities.ts'
import type { TaskStatus } from '../contract/states.ts'
import { createId } from '../platform/ids.ts'
import { assignments, type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

/** A task as stored. `waiting_for` is worked out from the outbox when it is read. */
export type TaskRow = Stored<Task>

export type TaskPatch = Partial<{
  [Key in 'title' | 'description' | 'status' | 'priority' | 'position' | 'blocked_reason' | 'due_at' | 'in_progress_at']:
    | TaskRow[Key]
    | undefined
}>

export interface TaskFilter extends Paging {
  board_id: string
  status?: TaskStatus | undefined
  assigned_agent_id?: string | undefined
  unassigned?: boolean | undefined
  include_archived?: boolean | undefined
  q?: string | undefined
}

export function tasksRepository({ db, clock, touch }: RepositoryContext) {
  const byId = db.prepare('SELECT * FROM tasks WHERE id = ?')
  const assignees = db.prepare('SELECT agent_id FROM assignments WHERE task_id = ? ORDER BY position')
  // The oldest undelivered message of a task tells what the task waits for.
  const pending = db.prepare(`
    SELECT n.state, n.attempts, n.last_error, a.name AS agent_name, a.status AS agent_status
    FROM notifications n JOIN agents a ON a.id = n.agent_id
    WHERE n.task_id = ? AND n.state IN ('queued', 'leased', 'dead') ORDER BY n.state = 'dead', n.seq LIMIT 1`)
  const awaited = db.prepare(`
    SELECT 'approval' AS kind, action_type AS what FROM approvals WHERE task_id = ? AND status = 'pending'
    UNION ALL SELECT 'question', content FROM questions WHERE task_id = ? AND status = 'open' LIMIT 1`)
  const insertAssignee = db.prepare('INSERT INTO assignments (task_id, agent_id, position, created_at) VALUES (?, ?, ?, ?)')
  // They go with their task.
  const askedIn = db.prepare(
    `SELECT 'approval' AS kind, id FROM approvals WHERE task_id = ? UNION ALL SELECT 'question', id FROM questions WHERE task_id = ?`,
  )
  const insertSubscription = db.prepare('INSERT OR IGNORE INTO subscriptions (task_id, agent_id, created_at) VALUES (?, ?, ?)')

  function waitingFor(row: Record<string, unknown>): string | null {
    if (row['status'] === 'blocked') return `blocked: ${String(row['blocked_reason'] ?? 'no reason given')}`
    if (row['status'] === 'archived') return null
    const asked = awaited.get(row['id'], row['id']) as { kind: 'approval' | 'question'; what: string } | undefined
    if (asked) return asked.kind === 'approval' ? `waiting for approval: ${asked.what}` : `waiting for an answer: ${asked.what.slice(0, 140)}`
    const next = pending.get(row['id']) as
      | { state: string; attempts: number; last_error: string | null; agent_name: string; agent_status: string }
      | undefined
    if (!next) return null
    if (next.state === 'leased') return `${next.agent_name} is working on it`
    if (next.state === 'dead') return `delivery to ${next.agent_name} failed: ${next.last_error ?? 'no reason recorded'}`
    if (next.last_error) return `delivery to ${next.agent_name} will be retried: ${next.last_error}`
    if (next.agent_status === 'paused') return `${next.agent_name} is paused`
    return `waiting for ${next.agent_name}`
  }

  function shape(row: Record<string, unknown>): TaskRow {
    const { auto_reason: _, ...fields } = row
    const ids = (assignees.all(row['id']) as { agent_id: string }[]).map((entry) => entry.agent_id)
    return {
      ...(fields as unknown as TaskRow),
      auto_created: Boolean(row['auto_created']),
      assigned_agent_id: ids[0] ?? null,
      assigned_agent_ids: ids,
      waiting_for: waitingFor(row),
    }
  }

  return {
    get(id: string): TaskRow | undefined {
      const row = byId.get(id) as Record<string, unknown> | undefined
      return row && shape(row)
    },

    list(filter: TaskFilter): Listed<TaskRow> {
      const like = filter.q === undefined ? undefined : `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`
      const condition = where([
        ['board_id = ?', filter.board_id],
        filter.status !== undefined && ['status = ?', filter.status],
        filter.status === undefined && !filter.include_archived && [`status <> 'archived'`],
        filter.assigned_agent_id !== undefined && ['id IN (SELECT task_id FROM assignments WHERE agent_id = ?)', filter.assigned_agent_id],
        filter.unassigned === true && ['id NOT IN (SELECT task_id FROM assignments)'],
        like !== undefined && [`(title LIKE ? ESCAPE '\\' OR description LIKE ? ESCAPE '\\')`, like, like],
      ])
      const rows = db
        .prepare(`SELECT * FROM tasks ${condition.sql} ORDER BY status, position, id LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM tasks ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: rows.map((row) => shape(row as Record<string, unknown>)), total: n }
    },

    /** What an agent has to do: not done, not archived, most urgent status first. */
    assignedTo: (agentId: string, limit = 20): TaskRow[] =>
      db
        .prepare(
          `SELECT t.* FROM tasks t JOIN assignments a ON a.task_id = t.id WHERE a.agent_id = ? AND t.status IN ('in_progress', 'assigned', 'review', 'blocked')
           ORDER BY CASE t.status WHEN 'in_progress' THEN 0 WHEN 'assigned' THEN 1 WHEN 'review' THEN 2 ELSE 3 END, t.id LIMIT ?`,
        )
        .all(agentId, limit)
        .map((row) => shape(row as Record<string, unknown>)),

    /** Of all boards, the ones that changed last first. */
    withStatus: (status: TaskStatus, limit: number): TaskRow[] =>
      db
        .prepare('SELECT * FROM tasks WHERE status = ? ORDER BY updated_at DESC, id LIMIT ?')
        .all(status, limit)
        .map((row) => shape(row as Record<string, unknown>)),

    countByStatus(): Partial<Record<TaskStatus, number>> {
      const rows = db.prepare('SELECT status, count(*) AS n FROM tasks GROUP BY status').all() as { status: TaskStatus; n: number }[]
      return Object.fromEntries(rows.map(({ status, n }) => [status, n]))
    },

    create(task: {
      board_id: string
      number: number
      title: string
      description: string
      status: TaskStatus
      priority: TaskRow['priority']
      due_at: number | null
      created_by: string
      auto_created?: boolean
      auto_reason?: string | null
    }): string {
      const now = clock.now()
      const id = createId(now)
      const { last } = db
        .prepare('SELECT max(position) AS last FROM tasks WHERE board_id = ? AND status = ?')
        .get(task.board_id, task.status) as { last: number | null }
      const all = {
        id,
        ...task,
        auto_created: Number(task.auto_created ?? false),
        auto_reason: task.auto_reason ?? null,
        position: (last ?? 0) + 1024,
        created_at: now,
        updated_at: now,
        in_progress_at: task.status === 'in_progress' ? now : null,
      }
      const columns = Object.keys(all)
      db.prepare(`INSERT INTO tasks (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(...Object.values(all))
      touch('task', id)
      touch('board', task.board_id)
      return id
    },

    /** Changes some fields. A new status without a position puts the task at the end of its new column. */
    update(id: string, patch: TaskPatch): void {
      const before = byId.get(id) as { board_id: string; status: string } | undefined
      if (!before) return
      let position = patch.position
      if (patch.status !== undefined && patch.status !== before.status && position === undefined) {
        const { last } = db
          .prepare('SELECT max(position) AS last FROM tasks WHERE board_id = ? AND status = ?')
          .get(before.board_id, patch.status) as { last: number | null }
        position = (last ?? 0) + 1024
      }
      const { sql, values } = assignments({ ...patch, position, updated_at: clock.now() })
      db.prepare(`UPDATE tasks SET ${sql} WHERE id = ?`).run(...values, id)
      touch('task', id)
      if (patch.status !== undefined && patch.status !== before.status) touch('board', before.board_id)
    },

    /** Replaces the assignees and subscribes them. */
    setAssignees(id: string, agentIds: readonly string[]): void {
      const now = clock.now()
      db.prepare('DELETE FROM assignments WHERE task_id = ?').run(id)
      agentIds.forEach((agentId, position) => {
        insertAssignee.run(id, agentId, position, now)
        insertSubscription.run(id, agentId, now)
      })
      db.prepare('UPDATE tasks SET updated_at = ? WHERE id = ?').run(now, id)
      touch('task', id)
    },

    subscribe(id: string, agentId: string): void {
      insertSubscription.run(id, agentId, clock.now())
    },
    subscribers: (id: string): string[] =>
      (db.prepare('SELECT agent_id FROM subscriptions WHERE task_id = ?').all(id) as { agent_id: string }[]).map((row) => row.agent_id),

    remove(id: string): void {
      const row = byId.get(id) as { board_id: string } | undefined
      for (const { kind, id: asked } of askedIn.all(id, id) as { kind: 'approval' | 'question'; id: string }[]) touch(kind, asked, true)
      db.prepare('DELETE FROM tasks WHERE id = ?').run(id)
      touch('task', id, true)
      if (row) touch('board', row.board_id)
    },
  }
}
