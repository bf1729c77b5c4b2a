/** A board in a list of boards: what it is for, how far it is, who works on it. */
import { Link } from 'wouter'
import type { Agent, Board } from '../../../../native-services/contract/entities.ts'
import { taskStates, taskStatuses } from '../../../../native-services/contract/states.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { GoalChip } from '../goals/goal-bar.tsx'
import { strings } from './strings.ts'

const counted = taskStatuses.filter((status) => status !== 'archived')

/** @param agents May contain those of other boards. */
export function BoardCard({ board, agents }: { board: Board; agents: readonly Agent[] }) {
  const own = board.task_counts
  const members = agents.filter((agent) => agent.board_id === board.id)
  return (
    <Link href={`/boards/${board.id}`} className="card board-card" data-row>
      <div className="row">
        <span className="card-title truncate grow">{board.name}</span>
        <GoalChip goal={board} />
        {board.paused ? <span className="chip">{strings.pausedChip}</span> : null}
      </div>
      <p className="muted" style={{ minHeight: 19 }}>
        {board.description || board.objective || ''}
      </p>
      <div className="board-bar" role="img" aria-label={counted.map((each) => `${own[each] ?? 0} ${taskStates[each].label}`).join(', ')}>
        {counted.map((each) => {
          const count = own[each] ?? 0
          return count > 0 ? (
            <span key={each} data-tone={taskStates[each].tone} style={{ flex: count }} title={`${count} ${taskStates[each].label}`} />
          ) : null
        })}
      </div>
      <div className="row faint num" style={{ fontSize: 12 }}>
        <span className="avatars">
          {members.slice(0, 5).map((agent) => (
            <AgentAvatar key={agent.id} agent={agent} size={22} dot />
          ))}
        </span>
        <span className="grow" />
        {strings.doneOf(
          own.done ?? 0,
          counted.reduce((sum, each) => sum + (own[each] ?? 0), 0),
        )}
      </div>
    </Link>
  )
}
