/** In the drawer of a task: what its agents wait for from a person. */
import { useApprovals, useLive, useQuestions } from '../../lib/store.ts'
import { ApprovalCard, ExecCard, QuestionCard } from './request-cards.tsx'

export function TaskRequests({ taskId }: { taskId: string }) {
  const approvals = useApprovals(taskId).filter((row) => row.status === 'pending')
  const questions = useQuestions(taskId).filter((row) => row.status === 'open')
  const held = useLive((state) => state.execApprovals).filter((row) => row.task_id === taskId)
  if (approvals.length + questions.length + held.length === 0) return null
  return (
    <div className="task-requests">
      {held.map((row) => (
        <ExecCard key={row.id} row={row} own />
      ))}
      {approvals.map((row) => (
        <ApprovalCard key={row.id} row={row} own />
      ))}
      {questions.map((row) => (
        <QuestionCard key={row.id} row={row} own />
      ))}
    </div>
  )
}
