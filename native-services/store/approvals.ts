/** Approvals and questions: what agents ask of people, and what became of it. */
import type { Approval, ApprovalStatus, Question, QuestionStatus } from '../contract/approvals.ts'
import { createId } from '../platform/ids.ts'
import { type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type ApprovalRow = Stored<Approval>
export type QuestionRow = Stored<Question>

export type NewApproval = Pick<
  ApprovalRow,
  'board_id' | 'task_id' | 'agent_id' | 'requested_by' | 'action_type' | 'reason' | 'payload' | 'confidence' | 'rubric_scores'
>
export type NewQuestion = Pick<QuestionRow, 'board_id' | 'task_id' | 'agent_id' | 'content' | 'correlation_id' | 'expires_at'>

interface AskedFilter extends Paging {
  board_id?: string | undefined
  task_id?: string | undefined
}

export function approvalsRepository({ db, clock, touch }: RepositoryContext) {
  const byId = db.prepare('SELECT * FROM approvals WHERE id = ?')
  const pendingOf = db.prepare(`SELECT * FROM approvals WHERE task_id = ? AND status = 'pending'`)
  const decided = db.prepare(
    `SELECT status FROM approvals WHERE task_id = ? AND status <> 'pending' ORDER BY resolved_at DESC, id DESC LIMIT 1`,
  )
  const insert = db.prepare(
    `INSERT INTO approvals (id, board_id, task_id, agent_id, requested_by, action_type, reason, payload_json, confidence, rubric_scores_json, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )

  function shape(row: unknown): ApprovalRow {
    const { payload_json: payload, rubric_scores_json: rubric, ...fields } = row as Record<string, unknown>
    return {
      ...(fields as unknown as ApprovalRow),
      payload: JSON.parse(payload as string) as Record<string, unknown>,
      rubric_scores: JSON.parse(rubric as string) as Record<string, number>,
    }
  }
  function get(id: string): ApprovalRow | undefined {
    const row = byId.get(id)
    return row === undefined ? undefined : shape(row)
  }
  /** The card of a task says that it waits for an approval. */
  function changed(id: string, taskId: string | null): void {
    touch('approval', id)
    if (taskId !== null) touch('task', taskId)
  }

  return {
    get,

    /** Newest first. */
    list(filter: { status?: ApprovalStatus | undefined } & AskedFilter): Listed<ApprovalRow> {
      const condition = where([
        filter.board_id !== undefined && ['board_id = ?', filter.board_id],
        filter.task_id !== undefined && ['task_id = ?', filter.task_id],
        filter.status !== undefined && ['status = ?', filter.status],
      ])
      const rows = db
        .prepare(`SELECT * FROM approvals ${condition.sql} ORDER BY id DESC LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM approvals ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: rows.map(shape), total: n }
    },

    /** At most one: a unique index sees to it. */
    pendingOfTask(taskId: string): ApprovalRow | undefined {
      const row = pendingOf.get(taskId)
      return row === undefined ? undefined : shape(row)
    },
    pendingOfAgent: (agentId: string): number =>
      (db.prepare(`SELECT count(*) AS n FROM approvals WHERE agent_id = ? AND status = 'pending'`).get(agentId) as { n: number }).n,
    /** The last decision on a task; null when there was none. */
    lastDecision: (taskId: string): 'approved' | 'rejected' | null =>
      (decided.get(taskId) as { status: 'approved' | 'rejected' } | undefined)?.status ?? null,

    create(approval: NewApproval): ApprovalRow {
      const now = clock.now()
      const id = createId(now)
      insert.run(
        id,
        approval.board_id,
        approval.task_id,
        approval.agent_id,
        approval.requested_by,
        approval.action_type,
        approval.reason,
        JSON.stringify(approval.payload),
        approval.confidence,
        JSON.stringify(approval.rubric_scores),
        now,
        now,
      )
      changed(id, approval.task_id)
      return shape(byId.get(id))
    },

    resolve(id: string, end: { status: 'approved' | 'rejected'; comment: string | null }): void {
      const now = clock.now()
      db.prepare('UPDATE approvals SET status = ?, resolution_comment = ?, resolved_at = ?, updated_at = ? WHERE id = ?').run(
        end.status,
        end.comment,
        now,
        now,
        id,
      )
      changed(id, get(id)?.task_id ?? null)
    },
  }
}

export function questionsRepository({ db, clock, touch }: RepositoryContext) {
  const columns = 'q.*, a.name AS agent_name'
  const joined = `SELECT ${columns} FROM questions q JOIN agents a ON a.id = q.agent_id`
  const byId = db.prepare(`${joined} WHERE q.id = ?`)
  const due = db.prepare(`${joined} WHERE q.status = 'open' AND q.expires_at <= ? ORDER BY q.expires_at LIMIT 200`)
  const nextDue = db.prepare(`SELECT min(expires_at) AS at FROM questions WHERE status = 'open'`)
  const insert = db.prepare(
    `INSERT INTO questions (id, board_id, task_id, agent_id, content, correlation_id, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )

  function get(id: string): QuestionRow | undefined {
    return byId.get(id) as QuestionRow | undefined
  }
  function changed(id: string, taskId: string | null): void {
    touch('question', id)
    if (taskId !== null) touch('task', taskId)
  }

  return {
    get,

    /** Newest first. */
    list(filter: { status?: QuestionStatus | undefined } & AskedFilter): Listed<QuestionRow> {
      const condition = where([
        filter.board_id !== undefined && ['q.board_id = ?', filter.board_id],
        filter.task_id !== undefined && ['q.task_id = ?', filter.task_id],
        filter.status !== undefined && ['q.status = ?', filter.status],
      ])
      const rows = db
        .prepare(`${joined} ${condition.sql} ORDER BY q.id DESC LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM questions q ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: rows as QuestionRow[], total: n }
    },

    openOfAgent: (agentId: string): QuestionRow[] =>
      db.prepare(`${joined} WHERE q.agent_id = ? AND q.status = 'open' ORDER BY q.id`).all(agentId) as QuestionRow[],

    create(question: NewQuestion): QuestionRow {
      const now = clock.now()
      const id = createId(now)
      insert.run(
        id,
        question.board_id,
        question.task_id,
        question.agent_id,
        question.content,
        question.correlation_id,
        question.expires_at,
        now,
        now,
      )
      changed(id, question.task_id)
      return byId.get(id) as QuestionRow
    },

    resolve(id: string, end: { status: 'answered'; answer: string } | { status: 'expired' }): void {
      const now = clock.now()
      db.prepare('UPDATE questions SET status = ?, answer = ?, resolved_at = ?, updated_at = ? WHERE id = ?').run(
        end.status,
        end.status === 'answered' ? end.answer : null,
        now,
        now,
        id,
      )
      changed(id, get(id)?.task_id ?? null)
    },

    /** Open questions whose time is over. */
    due: (now: number): QuestionRow[] => due.all(now) as QuestionRow[],
    /** When the next open question expires; null when none does. */
    nextDueAt: (): number | null => (nextDue.get() as { at: number | null }).at,
  }
}
