/** A task as a row: what is often changed is changed in place, the rest opens beside the board. */
import { Hourglass, MessageSquare, UserRound } from 'lucide-react'
import { memo, useState } from 'react'
import { Link } from 'wouter'
import { useShallow } from 'zustand/react/shallow'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus, taskStatuses } from '../../../../native-services/contract/states.ts'
import { changeTask } from '../../lib/actions.ts'
import { keepQuery } from '../../lib/hash-location.ts'
import { pressed } from '../../lib/shortcuts.ts'
import { useLive } from '../../lib/store.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { StateIcon } from '../../ui/icon.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { missingFor } from '../tasks/assign-dialog.tsx'
import { StatusQuestion } from '../tasks/status-question.tsx'
import { UnreadMark } from '../tasks/unread-mark.tsx'
import { WaitingFor } from '../tasks/waiting-for.tsx'
import { DueField } from './due-field.tsx'
import { priorities } from './filters.ts'
import { PriorityMark } from './priority-mark.tsx'
import { RowMenu } from './row-menu.tsx'
import { strings } from './strings.ts'
import { TitleField } from './title-field.tsx'

const membersOf = (boardId: string) => Object.values(useLive.getState().maps.agent).filter((agent) => agent.board_id === boardId)

export const TaskRow = memo(function TaskRow({
  task,
  top,
  chosen,
  onChoose,
}: {
  task: Task
  top: number
  chosen: boolean
  onChoose: (task: Task, range: boolean) => void
}) {
  const [editing, setEditing] = useState(false)
  const [asking, setAsking] = useState<{ to: TaskStatus; missing: 'reason' | 'assignee' } | null>(null)
  const agents = useLive(useShallow((state) => task.assigned_agent_ids.flatMap((id) => state.maps.agent[id] ?? [])))
  const words = taskStates[task.status]
  const move = (to: TaskStatus, extra: { blocked_reason?: string; assigned_agent_ids?: string[] } = {}) =>
    void changeTask(
      task,
      { status: to, expected_status: task.status, ...extra },
      strings.notMoved,
      strings.movedTo(task.number, taskStates[to].label),
    )
  return (
    <div className="list-line" style={{ top }} data-chosen={chosen ? '' : undefined}>
      <input
        type="checkbox"
        aria-label={strings.bulk.choose(task.number)}
        checked={chosen}
        onChange={(event) => onChoose(task, event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey)}
      />
      <RowMenu
        label={strings.edit.status(task.number)}
        choices={() =>
          taskStatuses
            .filter((status) => status !== task.status)
            .map((status) => ({ value: status, label: taskStates[status].label, icon: <StateIcon name={taskStates[status].icon} /> }))
        }
        onChoose={(value) => {
          const to = value as TaskStatus
          const missing = missingFor(task, to, membersOf(task.board_id).length > 0)
          if (missing) setAsking({ to, missing })
          else move(to)
        }}
      >
        <span className="row-state" data-tone={words.tone} title={words.label}>
          <StateIcon name={words.icon} />
        </span>
      </RowMenu>
      {editing ? (
        <div className="list-row">
          <span className="number">#{task.number}</span>
          <TitleField task={task} onClose={() => setEditing(false)} />
        </div>
      ) : (
        <Link
          href={keepQuery(`/boards/${task.board_id}/tasks/${task.id}`)}
          className="list-row"
          data-row
          onDoubleClick={(event) => {
            event.preventDefault()
            setEditing(true)
          }}
          onClick={(event) => {
            if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return
            event.preventDefault()
            onChoose(task, event.shiftKey)
          }}
          onKeyDown={(event) => {
            if (pressed(event, 'card', 'choose')) onChoose(task, false)
            else if (pressed(event, 'card', 'rename')) {
              event.preventDefault()
              setEditing(true)
            }
          }}
        >
          <span className="number">#{task.number}</span>
          <span className="truncate grow" style={{ fontWeight: 500 }}>
            {task.title}
          </span>
          {task.waiting_for ? (
            <span className="row muted truncate hide-narrow" data-tone="warning" style={{ fontSize: 12, gap: 5, maxWidth: 260 }}>
              <Hourglass size={12} style={{ color: 'var(--tone)', flex: 'none' }} aria-label={strings.waitsFor} />
              <span className="truncate">
                <WaitingFor task={task} />
              </span>
            </span>
          ) : null}
          <UnreadMark task={task} />
          {task.comment_count > 0 ? (
            <span className="faint num row hide-narrow" style={{ gap: 4, fontSize: 12 }}>
              <MessageSquare size={12} aria-hidden />
              {task.comment_count}
            </span>
          ) : null}
        </Link>
      )}
      <RowMenu
        label={strings.edit.priority(task.number)}
        choices={() =>
          priorities
            .toReversed()
            .map((level) => ({ value: level, label: strings.priority[level], icon: <PriorityMark priority={level} /> }))
        }
        onChoose={(value) => void changeTask(task, { priority: value as Task['priority'] })}
      >
        <PriorityMark priority={task.priority} />
      </RowMenu>
      <RowMenu
        label={strings.edit.assignee(task.number)}
        className="row-people"
        choices={() => [
          ...membersOf(task.board_id).map((agent) => ({
            value: agent.id,
            label: agent.name,
            icon: <AgentAvatar agent={agent} size={18} />,
          })),
          ...(task.assigned_agent_ids.length > 0 ? [{ value: '', label: strings.unassigned }] : []),
        ]}
        onChoose={(value) => void changeTask(task, { assigned_agent_ids: value === '' ? [] : [value] })}
      >
        {agents.length === 0 ? (
          <UserRound size={14} aria-hidden className="faint" />
        ) : (
          <span className="avatars">
            {agents.slice(0, 3).map((agent) => (
              <AgentAvatar key={agent.id} agent={agent} size={20} />
            ))}
          </span>
        )}
      </RowMenu>
      <DueField task={task} />
      <span className="faint hide-narrow row-time">
        <RelativeTime at={task.last_message_at ?? task.updated_at} />
      </span>
      {asking ? (
        <StatusQuestion
          task={task}
          to={asking.to}
          missing={asking.missing}
          onCancel={() => setAsking(null)}
          onAnswer={(answer) => {
            setAsking(null)
            move(asking.to, answer)
          }}
        />
      ) : null}
    </div>
  )
})
