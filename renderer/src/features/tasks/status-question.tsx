/** What has to be said before a task may go where it is sent: what blocks it, or who does it. */
import type { Task } from '../../../../native-services/contract/entities.ts'
import type { TaskStatus } from '../../../../native-services/contract/states.ts'
import { useAgents } from '../../lib/store.ts'
import { AssignDialog } from './assign-dialog.tsx'
import { BlockedDialog } from './blocked-dialog.tsx'

export type StatusAnswer = { blocked_reason: string } | { assigned_agent_ids: string[] }

export function StatusQuestion({
  task,
  to,
  missing,
  onAnswer,
  onCancel,
}: {
  task: Task
  to: TaskStatus
  missing: 'reason' | 'assignee'
  onAnswer: (answer: StatusAnswer) => void
  onCancel: () => void
}) {
  const agents = useAgents(task.board_id)
  if (missing === 'reason')
    return <BlockedDialog task={task} onCancel={onCancel} onReason={(blocked_reason) => onAnswer({ blocked_reason })} />
  return (
    <AssignDialog
      task={task}
      to={to}
      agents={agents}
      onCancel={onCancel}
      onAgent={(agentId) => onAnswer({ assigned_agent_ids: [agentId] })}
    />
  )
}
