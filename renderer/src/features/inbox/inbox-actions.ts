/** What a person can say to what agents ask. */
import type { Approval, ExecApproval, ExecDecision, Question } from '../../../../native-services/contract/approvals.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { strings } from './strings.ts'

export async function resolveApproval(row: Approval, status: 'approved' | 'rejected', comment: string): Promise<void> {
  const saved = await attempt(
    () =>
      api.call('resolveApproval', {
        params: { board_id: row.board_id, approval_id: row.id },
        body: { status, ...(comment.trim() === '' ? {} : { comment: comment.trim() }) },
      }),
    { failed: status === 'approved' ? strings.approveFailed : strings.rejectFailed },
  )
  if (saved) remember('approval', saved)
}

export async function answerQuestion(row: Question, answer: string): Promise<boolean> {
  const saved = await attempt(() => api.call('answerQuestion', { params: { question_id: row.id }, body: { answer } }), {
    failed: strings.answerFailed,
  })
  if (saved) remember('question', saved)
  return saved !== null
}

export async function decideExec(row: ExecApproval, decision: ExecDecision): Promise<void> {
  const done = await attempt(() => api.call('resolveExecApproval', { params: { exec_approval_id: row.id }, body: { decision } }), {
    failed: strings.execFailed,
  })
  // The stream says the same in a moment.
  if (done) useLive.setState((state) => ({ execApprovals: state.execApprovals.filter((each) => each.id !== row.id) }))
}
