/** A task in Assigned or In progress has somebody who has it; moving an unassigned one there asks who. */
import type { Agent, Task } from '../../../../native-services/contract/entities.ts'
import { agentStates, type TaskStatus, taskStates } from '../../../../native-services/contract/states.ts'
import { moveInList } from '../../lib/keys.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { strings } from './strings.ts'

/** What a move needs before it can be asked for; null when nothing is missing. */
export function missingFor(task: Task, to: TaskStatus, hasAgents: boolean): 'reason' | 'assignee' | null {
  if (to === 'blocked' && task.status !== 'blocked') return 'reason'
  if ((to === 'assigned' || to === 'in_progress') && task.assigned_agent_ids.length === 0 && hasAgents) return 'assignee'
  return null
}

export function AssignDialog({
  task,
  to,
  agents,
  onAgent,
  onCancel,
}: {
  task: Task
  to: TaskStatus
  agents: readonly Agent[]
  onAgent: (agentId: string) => void
  onCancel: () => void
}) {
  return (
    <Dialog opened onClose={onCancel} title={strings.assign.title(task.number)} size={400}>
      <p className="muted" style={{ marginBottom: 10 }}>
        {strings.assign.body(taskStates[to].label)}
      </p>
      <div className="stack" onKeyDown={moveInList}>
        {agents.map((agent, index) => (
          <button
            key={agent.id}
            type="button"
            className="pick"
            data-row
            data-autofocus={index === 0 ? true : undefined}
            onClick={() => onAgent(agent.id)}
          >
            <AgentAvatar agent={agent} size={24} />
            <span className="grow truncate">{agent.name}</span>
            <StateBadge words={agentStates[agent.status]} reason={agent.status_reason} />
          </button>
        ))}
      </div>
    </Dialog>
  )
}
