import type Database from 'better-sqlite3'
import type { Task } from '../contract/entities.ts'
import type { AgentStatus, TaskStatus } from '../contract/states.ts'
import { waitingFor, type WaitingAgent } from '../domain/waiting-for.ts'
import { createId } from '../platform/ids.ts'
import { papersOf } from './documents.ts'
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
  /** `key=value` of a custom field. */
  custom_field?: string | undefined
}

type Statement = Database.Statement<unknown[]>
interface Awaited {
  kind: 'approval' | 'question'
  task_id: string
  what: string
}
/** What is true for all tasks at the moment and stands in no row. */
export interface Surroundings {
  deliveries_paused: boolean
  /** In a word or two; null when it is there. */
  gateway_down: string | null
}

interface AgentColumns {
  agent_name: string
  agent_status: AgentStatus
  status_reason: string | null
  token_status: string
}
const agentOf = (row: AgentColumns): WaitingAgent => ({
  name: row.agent_name,
  status: row.agent_status,
  status_reason: row.status_reason,
  token_drifted: row.token_status === 'drifted',
})
interface Pending extends AgentColumns {
  task_id: string
  state: 'queued' | 'leased' | 'dead'
  next_attempt_at: number | null
  last_error: string | null
  /** It waits for a daily cap. */
  held: 0 | 1
  /** Who asked for an answer; null for other messages. */
  asked_by: string | null
}

interface DependsOn {
  task_id: string
  id: string
  number: number
  open: 0 | 1
}

/** The first row of each task. */
function firstOf<Row extends { task_id: string }>(rows: readonly Row[]): Map<string, Row> {
  const first = new Map<string, Row>()
  for (const row of rows) if (!first.has(row.task_id)) first.set(row.task_id, row)
  return first
}

/** Lists that are kept until something changes. */
const listsKept = 32

export function tasksRepository({ db, clock, touch, version }: RepositoryContext) {
  const papers = papersOf({ db, touch })
  const kept = new Map<string, Listed<TaskRow>>()
  let keptVersion = ''

  const byId = db.prepare('SELECT * FROM tasks WHERE id = ?')
  // Read for a whole page of tasks at once: one statement each instead of three per task. The argument is a JSON array of ids.
  const some = '(SELECT value FROM json_each(?))'
  const agentColumns = 'a.name AS agent_name, a.status AS agent_status, a.status_reason, a.token_status'
  const assignees = db.prepare(
    `SELECT s.task_id, s.agent_id, ${agentColumns} FROM assignments s CROSS JOIN agents a ON a.id = s.agent_id WHERE s.task_id IN ${some} ORDER BY s.task_id, s.position`,
  )
  const pausedBoards = db.prepare('SELECT id FROM boards WHERE paused = 1').pluck()
  let surroundings: () => Surroundings = () => ({ deliveries_paused: false, gateway_down: null })
  // The oldest undelivered message of a task tells what the task waits for.
  const pending = db.prepare(`
    SELECT n.task_id, n.state, n.last_error, n.held, n.next_attempt_at, ${agentColumns},
      CASE n.type WHEN 'response_request' THEN (SELECT m.author_name FROM messages m WHERE m.id = n.comment_id) END AS asked_by
    FROM notifications n INDEXED BY notifications_pending CROSS JOIN agents a ON a.id = n.agent_id
    WHERE n.task_id IN ${some} AND n.state IN ('queued', 'leased', 'dead') ORDER BY n.state = 'dead', n.held, n.seq`)
  const awaited = db.prepare(`
    SELECT 'approval' AS kind, task_id, action_type AS what FROM approvals WHERE task_id IN ${some} AND status = 'pending'
    UNION ALL SELECT 'question', task_id, content FROM questions WHERE task_id IN ${some} AND status = 'open'`)
  const dependsOn = db.prepare(`
    SELECT d.task_id, t.id, t.number, t.status NOT IN ('done', 'archived') AS open
    FROM task_dependencies d JOIN tasks t ON t.id = d.depends_on_task_id WHERE d.task_id IN ${some} ORDER BY t.number`)
  const dependents = db.prepare('SELECT task_id FROM task_dependencies WHERE depends_on_task_id = ?')
  const tagged = db.prepare(`SELECT task_id, tag_id FROM task_tags WHERE task_id IN ${some} ORDER BY tag_id`)
  // A value shows while the board uses the field.
  const fieldValues = db.prepare(`
    SELECT v.task_id, f.field_key, v.value_json FROM task_field_values v JOIN custom_fields f ON f.id = v.field_id JOIN tasks t ON t.id = v.task_id
    JOIN custom_field_boards b ON b.field_id = v.field_id AND b.board_id = t.board_id WHERE v.task_id IN ${some} ORDER BY f.field_key`)
  const anyFieldValue = db.prepare('SELECT EXISTS (SELECT 1 FROM task_field_values) AS yes')
  const anyAwaited = db.prepare(
    `SELECT EXISTS (SELECT 1 FROM approvals WHERE status = 'pending') OR EXISTS (SELECT 1 FROM questions WHERE status = 'open') AS yes`,
  )
  const counted = db.prepare('SELECT status, n FROM task_counts WHERE board_id = ?')
  const statements = new Map<string, Statement>()
  const insertAssignee = db.prepare('INSERT INTO assignments (task_id, agent_id, position, created_at) VALUES (?, ?, ?, ?)')
  // They go with their task.
  const askedIn = db.prepare(
    `SELECT 'approval' AS kind, id FROM approvals WHERE task_id = ? UNION ALL SELECT 'question', id FROM questions WHERE task_id = ?`,
  )
  const insertSubscription = db.prepare('INSERT OR IGNORE INTO subscriptions (task_id, agent_id, created_at) VALUES (?, ?, ?)')

  /** Preparing one takes longer than running it. */
  function statement(sql: string): Statement {
    const known = statements.get(sql) ?? db.prepare<unknown[]>(sql)
    statements.set(sql, known)
    return known
  }

  /** Whoever waits for this task may wait no longer, or again. */
  function touchDependents(id: string): void {
    for (const { task_id: waiting } of dependents.all(id) as { task_id: string }[]) touch('task', waiting)
  }

  function shapeAll(rows: readonly unknown[]): TaskRow[] {
    const ids = JSON.stringify(rows.map((row) => (row as { id: string }).id))
    const assigned = new Map<string, (AgentColumns & { agent_id: string })[]>()
    for (const row of assignees.all(ids) as (AgentColumns & { task_id: string; agent_id: string })[]) {
      const list = assigned.get(row.task_id)
      if (list) list.push(row)
      else assigned.set(row.task_id, [row])
    }
    const around = surroundings()
    const paused = new Set(pausedBoards.all() as string[])
    const depends = Map.groupBy(dependsOn.all(ids) as DependsOn[], (each) => each.task_id)
    const tags = Map.groupBy(tagged.all(ids) as { task_id: string; tag_id: string }[], (each) => each.task_id)
    const values = new Map<string, Record<string, unknown>>()
    if ((anyFieldValue.get() as { yes: 0 | 1 }).yes === 1) {
      for (const value of fieldValues.all(ids) as { task_id: string; field_key: string; value_json: string }[]) {
        const known = values.get(value.task_id) ?? {}
        known[value.field_key] = JSON.parse(value.value_json)
        values.set(value.task_id, known)
      }
    }
    const asked = firstOf((anyAwaited.get() as { yes: 0 | 1 }).yes === 1 ? (awaited.all(ids, ids) as Awaited[]) : [])
    const next = firstOf(pending.all(ids) as Pending[])
    return rows.map((raw) => {
      const row = raw as Record<string, unknown> & { id: string }
      const { auto_reason: _, ...fields } = row
      const agents = assigned.get(row.id) ?? []
      const to = agents.map((each) => each.agent_id)
      const waits = next.get(row.id)
      const dependencies = depends.get(row.id) ?? []
      const blockers = dependencies.filter((each) => each.open)
      const waiting = waitingFor({
        ...around,
        status: row['status'] as TaskStatus,
        blocked_reason: row['blocked_reason'] as string | null,
        blocked_by: blockers.map((each) => each.number),
        asked: asked.get(row.id) ?? null,
        next: waits ? { ...waits, held: waits.held === 1, agent: agentOf(waits) } : null,
        assignees: agents.map(agentOf),
        board_paused: paused.has(row['board_id'] as string),
      })
      return {
        ...(fields as unknown as TaskRow),
        auto_created: Boolean(row['auto_created']),
        watching: row['watching'] === 1,
        assigned_agent_id: to[0] ?? null,
        assigned_agent_ids: to,
        depends_on_task_ids: dependencies.map((each) => each.id),
        blocked_by_task_ids: blockers.map((each) => each.id),
        is_blocked: blockers.length > 0,
        tag_ids: (tags.get(row.id) ?? []).map((each) => each.tag_id),
        custom_field_values: values.get(row.id) ?? {},
        waiting_for: waiting.text,
        waiting_until_at: waiting.until_at,
      }
    })
  }
  const shape = (row: unknown): TaskRow | undefined => shapeAll([row])[0]

  /** How many tasks of a board a list without further filters has. */
  function total(filter: TaskFilter): number {
    const rows = counted.all(filter.board_id) as { status: TaskStatus; n: number }[]
    const fits = (status: TaskStatus): boolean =>
      filter.status === undefined ? filter.include_archived === true || status !== 'archived' : status === filter.status
    return rows.reduce((sum, { status, n }) => (fits(status) ? sum + n : sum), 0)
  }

  function readList(filter: TaskFilter): Listed<TaskRow> {
    const like = filter.q === undefined ? undefined : `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`
    const at = filter.custom_field?.indexOf('=') ?? -1
    const value = filter.custom_field?.slice(at + 1) ?? ''
    // `true` and `12` are themselves, everything else is a text.
    const wanted = filter.custom_field === undefined ? undefined : [filter.custom_field.slice(0, at), value, JSON.stringify(value)]
    const condition = where([
      ['board_id = ?', filter.board_id],
      filter.status !== undefined && ['status = ?', filter.status],
      filter.status === undefined && !filter.include_archived && [`status <> 'archived'`],
      filter.assigned_agent_id !== undefined && ['id IN (SELECT task_id FROM assignments WHERE agent_id = ?)', filter.assigned_agent_id],
      filter.unassigned === true && ['id NOT IN (SELECT task_id FROM assignments)'],
      wanted !== undefined && [
        `id IN (SELECT v.task_id FROM task_field_values v JOIN custom_fields f ON f.id = v.field_id WHERE f.field_key = ? AND (v.value_json = ? OR v.value_json = ?))`,
        ...wanted,
      ],
      like !== undefined && [`(title LIKE ? ESCAPE '\\' OR description LIKE ? ESCAPE '\\')`, like, like],
    ])
    const rows = statement(`SELECT * FROM tasks ${condition.sql} ORDER BY status, position, id LIMIT ? OFFSET ?`).all(
      ...condition.values,
      filter.limit,
      filter.offset,
    )
    const plain = filter.assigned_agent_id === undefined && filter.unassigned !== true && like === undefined && wanted === undefined
    const n = plain
      ? total(filter)
      : (statement(`SELECT count(*) AS n FROM tasks ${condition.sql}`).get(...condition.values) as { n: number }).n
    return { items: shapeAll(rows), total: n }
  }

  return {
    get(id: string): TaskRow | undefined {
      const row = byId.get(id)
      return row === undefined ? undefined : shape(row)
    },

    /** The same list again, and nothing changed since: the very same arrays, which callers must not change. */
    list(filter: TaskFilter): Listed<TaskRow> {
      const { deliveries_paused: still, gateway_down: down } = surroundings()
      const now = `${version()} ${String(still)} ${down ?? ''}`
      if (now !== keptVersion) kept.clear()
      keptVersion = now
      const key = JSON.stringify(filter)
      const listed = kept.get(key) ?? readList(filter)
      // The ones that were asked for last stay.
      kept.delete(key)
      kept.set(key, listed)
      if (kept.size > listsKept) kept.delete(kept.keys().next().value as string)
      return listed
    },

    /** Where to ask for what is true for all tasks. */
    setSurroundings(read: () => Surroundings): void {
      surroundings = read
    },
    /** What messages wait for has changed for all of them. */
    touchWaiting(): void {
      for (const { task_id } of statement(
        `SELECT DISTINCT task_id FROM notifications INDEXED BY notifications_pending WHERE task_id IS NOT NULL AND state IN ('queued', 'leased', 'dead') LIMIT 1000`,
      ).all() as { task_id: string }[])
        touch('task', task_id)
    },

    /** What an agent has to do: not done, not archived, most urgent status first. */
    assignedTo: (agentId: string, limit = 20): TaskRow[] =>
      shapeAll(
        statement(
          `SELECT t.* FROM tasks t JOIN assignments a ON a.task_id = t.id WHERE a.agent_id = ? AND t.status IN ('in_progress', 'assigned', 'review', 'blocked')
           ORDER BY CASE t.status WHEN 'in_progress' THEN 0 WHEN 'assigned' THEN 1 WHEN 'review' THEN 2 ELSE 3 END, t.id LIMIT ?`,
        ).all(agentId, limit),
      ),

    /** Of all boards, the ones that changed last first. */
    withStatus: (status: TaskStatus, limit: number): TaskRow[] =>
      shapeAll(statement('SELECT * FROM tasks WHERE status = ? ORDER BY updated_at DESC, id LIMIT ?').all(status, limit)),

    countByStatus(): Partial<Record<TaskStatus, number>> {
      const rows = db.prepare('SELECT status, sum(n) AS n FROM task_counts GROUP BY status').all() as { status: TaskStatus; n: number }[]
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
      if (patch.status !== undefined && patch.status !== before.status) {
        touch('board', before.board_id)
        touchDependents(id)
      }
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

    idsIn: (boardId: string, status: TaskRow['status']): string[] =>
      db.prepare('SELECT id FROM tasks WHERE board_id = ? AND status = ?').pluck().all(boardId, status) as string[],

    remove(id: string): void {
      const row = byId.get(id) as { board_id: string } | undefined
      for (const { kind, id: asked } of askedIn.all(id, id) as { kind: 'approval' | 'question'; id: string }[]) touch(kind, asked, true)
      const waiting = dependents.all(id) as { task_id: string }[]
      papers.touchOfTask(id)
      db.prepare('DELETE FROM tasks WHERE id = ?').run(id)
      for (const { task_id: dependent } of waiting) touch('task', dependent)
      touch('task', id, true)
      if (row) touch('board', row.board_id)
    },
  }
}
