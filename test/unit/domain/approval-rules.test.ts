import { describe, expect, it } from 'vitest'
import { AppError } from '../../../native-services/contract/errors.ts'
import { taskStatuses } from '../../../native-services/contract/states.ts'
import { approvalReason, checkApprovalGates, mayAnswer, mayResolve, noApprovals } from '../../../native-services/domain/approval-rules.ts'
import { planTaskChange } from '../../../native-services/domain/task-rules.ts'

function codeOf(work: () => unknown): string {
  try {
    return String(work())
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

describe('the reason of a request', () => {
  it.each([
    [{ lead_reasoning: ' because ', payload: { reason: 'other' } }, 'because'],
    [{ payload: { reason: 'from the payload' } }, 'from the payload'],
    [{ lead_reasoning: '  ', payload: { decision: { reason: 'nested' } } }, 'nested'],
  ])('%j → %s', (request, reason) => expect(approvalReason(request)).toBe(reason))

  it.each([
    [{ payload: {} }],
    [{ lead_reasoning: '', payload: { reason: '   ' } }],
    [{ payload: { reason: 7, decision: 'yes' } }],
    [{ payload: { decision: null } }],
    [{ payload: { decision: { reason: ['x'] } } }],
  ])('%j has none', (request) => expect(codeOf(() => approvalReason(request))).toBe('invalid_request'))
})

describe('a decision', () => {
  it('is final, and made twice the same way it is one', () => {
    expect(mayResolve('pending', 'approved')).toBe(true)
    expect(mayResolve('approved', 'approved')).toBe(false)
    expect(codeOf(() => mayResolve('approved', 'rejected'))).toBe('conflict')
    expect(codeOf(() => mayResolve('rejected', 'approved'))).toBe('conflict')
  })

  it('an answer is given once, in time', () => {
    expect(mayAnswer({ status: 'open', answer: null }, 'yes')).toBe(true)
    expect(mayAnswer({ status: 'answered', answer: 'yes' }, 'yes')).toBe(false)
    expect(codeOf(() => mayAnswer({ status: 'answered', answer: 'yes' }, 'no'))).toBe('conflict')
    expect(codeOf(() => mayAnswer({ status: 'expired', answer: null }, 'yes'))).toBe('conflict')
  })
})

describe('gates', () => {
  const off = { require_approval_for_done: false, block_status_changes_with_pending_approval: false }

  it('let everything pass when they are off', () => {
    for (const status of taskStatuses)
      expect(codeOf(() => checkApprovalGates(off, status, { pending: true, last_decision: 'rejected' }))).toBe('undefined')
  })

  it('done needs an approved approval; a later refusal takes it back', () => {
    const board = { ...off, require_approval_for_done: true }
    expect(codeOf(() => checkApprovalGates(board, 'done', noApprovals))).toBe('task_gate_failed')
    expect(codeOf(() => checkApprovalGates(board, 'done', { pending: true, last_decision: null }))).toBe('task_gate_failed')
    expect(codeOf(() => checkApprovalGates(board, 'done', { pending: false, last_decision: 'rejected' }))).toBe('task_gate_failed')
    expect(codeOf(() => checkApprovalGates(board, 'done', { pending: false, last_decision: 'approved' }))).toBe('undefined')
    expect(codeOf(() => checkApprovalGates(board, 'review', noApprovals))).toBe('undefined')
  })

  it('a pending approval holds every move, for everybody, and nothing but moves', () => {
    const board = {
      ...off,
      block_status_changes_with_pending_approval: true,
      require_review_before_done: false,
      comment_required_for_review: false,
      only_lead_can_change_status: false,
    }
    const task = { board_id: 'b', status: 'in_progress', assigned_agent_ids: ['w'], blocked_reason: null } as const
    for (const actor of [{ kind: 'operator' }, { kind: 'lead', agent_id: 'l' }, { kind: 'worker', agent_id: 'w' }] as const) {
      const plan = (status: 'review' | 'in_progress', pending: boolean) =>
        codeOf(
          () =>
            planTaskChange({
              task: { ...task, assigned_agent_ids: [...task.assigned_agent_ids] },
              board,
              actor,
              change: { status, has_comment: false, approvals: { pending, last_decision: null } },
            }).status,
        )
      expect(plan('review', true)).toBe('task_gate_failed')
      expect(plan('review', false)).toBe('review')
      expect(plan('in_progress', true)).toBe('in_progress')
    }
  })
})
