/** What makes a request for approval acceptable, and what a decision means for a task. Pure functions. */
import type { ApprovalStatus, QuestionStatus } from '../contract/approvals.ts'
import type { Board } from '../contract/entities.ts'
import { AppError } from '../contract/errors.ts'
import type { TaskStatus } from '../contract/states.ts'

/** So many requests of one agent may wait for a person at a time, approvals and questions each: more of them is a loop, not work. */
export const openRequestsLimit = 20

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

/** The reason, from the places where agents put it. Throws `invalid_request` when there is none: a person cannot decide without. */
export function approvalReason(request: { lead_reasoning?: string | undefined; payload: Readonly<Record<string, unknown>> }): string {
  const { payload } = request
  const reason = text(request.lead_reasoning) || text(payload['reason']) || text(field(payload['decision'], 'reason'))
  if (reason === '')
    throw new AppError('invalid_request', 'Say why this should be approved: lead_reasoning or payload.reason.', {
      field: 'body.lead_reasoning',
    })
  return reason
}

/** Decided twice the same way is once; decided otherwise it stays as it was. Returns whether there is anything to do. */
export function mayResolve(current: ApprovalStatus, asked: 'approved' | 'rejected'): boolean {
  if (current === asked) return false
  if (current !== 'pending')
    throw new AppError(
      'conflict',
      `This approval was ${current} already. A decision is final: the agent has been told. Ask it to request again.`,
    )
  return true
}

/** Returns whether the answer is new. Throws `conflict` when the question is closed. */
export function mayAnswer(question: { status: QuestionStatus; answer: string | null }, answer: string): boolean {
  if (question.status === 'answered' && question.answer === answer) return false
  if (question.status === 'answered') throw new AppError('conflict', 'This question was answered already.')
  if (question.status === 'expired')
    throw new AppError(
      'conflict',
      'This question has expired: the agent no longer waits for it. Write to the agent in the thread of its task.',
    )
  return true
}

/** What the gates of a board need to know of a task's approvals. */
export interface ApprovalFacts {
  /** One waits for a decision. */
  readonly pending: boolean
  /** The last decision: a later "no" outweighs an earlier "yes". */
  readonly last_decision: 'approved' | 'rejected' | null
}

export const noApprovals: ApprovalFacts = { pending: false, last_decision: null }

/** The gates of the board that ask for approvals. They hold for everybody. Throws `task_gate_failed`. */
export function checkApprovalGates(
  board: Pick<Board, 'require_approval_for_done' | 'block_status_changes_with_pending_approval'>,
  target: TaskStatus,
  approvals: ApprovalFacts,
): void {
  if (board.block_status_changes_with_pending_approval && approvals.pending)
    throw new AppError('task_gate_failed', 'Task status cannot be changed while a linked approval is pending. Decide it first.', {
      field: 'body.status',
    })
  if (target === 'done' && board.require_approval_for_done && approvals.last_decision !== 'approved')
    throw new AppError(
      'task_gate_failed',
      'Task can only be marked done when a linked approval has been approved. Request one for this task, and let a person decide.',
      { field: 'body.status' },
    )
}
