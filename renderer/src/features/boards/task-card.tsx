/**
 * A task as a card. The title is a link that covers the card; the menu lies above it.
 * Thousands may scroll by: nothing here follows the address, and the menu is made when it is opened.
 */
import { Menu } from '@mantine/core'
import { Ellipsis, Hourglass, MessageSquare, OctagonAlert } from 'lucide-react'
import { memo, useState } from 'react'
import type { Agent, Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus, taskStatuses } from '../../../../native-services/contract/states.ts'
import { keepQuery, navigate } from '../../lib/hash-location.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { StateIcon } from '../../ui/icon.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { PriorityMark } from './priority-mark.tsx'
import { UnreadMark } from '../tasks/unread-mark.tsx'
import { FieldChips } from '../planning/task-fields.tsx'
import { TagChips } from '../tasks/tag-chips.tsx'
import { WaitingFor } from '../tasks/waiting-for.tsx'
import { strings } from './strings.ts'

export interface TaskCardProps {
  task: Task
  agents: Readonly<Record<string, Agent>>
  onMoveTo: (task: Task, status: TaskStatus) => void
  onKeyDown?: (event: React.KeyboardEvent<HTMLElement>, task: Task) => void
}

function MoveMenu({
  task,
  opened,
  onChange,
  onMoveTo,
}: Pick<TaskCardProps, 'task' | 'onMoveTo'> & { opened: boolean; onChange: (opened: boolean) => void }) {
  const button = (
    <button
      type="button"
      className="iconbtn more"
      tabIndex={-1}
      aria-label={`${strings.moveTo} #${task.number}`}
      aria-haspopup="menu"
      data-no-drag
      {...(opened ? {} : { onClick: () => onChange(true) })}
    >
      <Ellipsis size={14} aria-hidden />
    </button>
  )
  if (!opened) return button
  return (
    <Menu opened onChange={onChange} position="bottom-end" width={180}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{strings.moveTo}</Menu.Label>
        {taskStatuses.map((status) => (
          <Menu.Item
            key={status}
            disabled={status === task.status}
            leftSection={<StateIcon name={taskStates[status].icon} />}
            onClick={() => onMoveTo(task, status)}
          >
            {taskStates[status].label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

export const TaskCardBody = memo(function TaskCardBody({ task, agents, onMoveTo, onKeyDown }: TaskCardProps) {
  const [menu, setMenu] = useState(false)
  const path = `/boards/${task.board_id}/tasks/${task.id}`
  const assigned = task.assigned_agent_ids.map((id) => agents[id]).filter((agent) => agent !== undefined)
  return (
    <>
      <div className="task-top">
        <span className="num">#{task.number}</span>
        <PriorityMark priority={task.priority} />
        <RelativeTime at={task.last_message_at ?? task.updated_at} />
        <MoveMenu task={task} opened={menu} onChange={setMenu} onMoveTo={onMoveTo} />
      </div>
      <a
        href={`#${path}`}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
          event.preventDefault()
          navigate(keepQuery(path))
        }}
        className="task-link"
        draggable={false}
        aria-describedby="card-hint"
        data-row
        data-card-link={task.id}
        onKeyDown={(event) => {
          if (event.key === 'm' && !event.ctrlKey && !event.metaKey) {
            event.preventDefault()
            setMenu(true)
          } else onKeyDown?.(event, task)
        }}
      >
        {task.title}
      </a>
      {task.status === 'blocked' && task.blocked_reason ? (
        <div className="task-wait" data-tone="bad">
          <OctagonAlert size={12} aria-label="Blocked" />
          <span>{task.blocked_reason}</span>
        </div>
      ) : task.waiting_for ? (
        <div className="task-wait" data-tone="warning">
          <Hourglass size={12} aria-label="Waits for" />
          <span>
            <WaitingFor task={task} />
          </span>
        </div>
      ) : null}
      {task.tag_ids.length > 0 ? <TagChips ids={task.tag_ids} /> : null}
      <FieldChips task={task} />
      {assigned.length > 0 || task.comment_count > 0 ? (
        <div className="task-foot">
          {assigned.length > 0 ? (
            <span className="avatars">
              {assigned.slice(0, 3).map((agent) => (
                <AgentAvatar key={agent.id} agent={agent} size={20} />
              ))}
            </span>
          ) : null}
          {assigned.length === 1 ? <span className="truncate">{assigned[0]?.name}</span> : null}
          <span className="spacer" />
          <UnreadMark task={task} />
          {task.comment_count > 0 ? (
            <span className="with-icon" title={`${task.comment_count} comments`}>
              <MessageSquare size={11.5} aria-hidden />
              {task.comment_count}
            </span>
          ) : null}
        </div>
      ) : null}
    </>
  )
})
