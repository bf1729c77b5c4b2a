/**
 * A task as a card. The title is a link that covers the card; the menu lies above it.
 * Thousands may scroll by: nothing here follows the address, and the menu is made when it is opened.
 */
import { Menu } from '@mantine/core'
import { CalendarClock, Hourglass, MessageSquare, OctagonAlert } from 'lucide-react'
import { memo, useLayoutEffect, useRef, useState } from 'react'
import { useShallow } from 'zustand/react/shallow'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus, taskStatuses } from '../../../../native-services/contract/states.ts'
import { keepQuery, navigate } from '../../lib/hash-location.ts'
import { pressed } from '../../lib/shortcuts.ts'
import { useLive } from '../../lib/store.ts'
import { exactTime, relativeTime } from '../../lib/time.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { StateIcon } from '../../ui/icon.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { FieldChips } from '../planning/task-fields.tsx'
import { TagChips } from '../tasks/tag-chips.tsx'
import { UnreadMark } from '../tasks/unread-mark.tsx'
import { WaitingFor } from '../tasks/waiting-for.tsx'
import { PriorityMark } from './priority-mark.tsx'
import { strings } from './strings.ts'
import { TitleField } from './title-field.tsx'

/** The same functions for every card and every render, so that a card is drawn again only when its task changed. */
export interface CardEvents {
  onMoveTo: (task: Task, status: TaskStatus) => void
  onKeyDown: (event: React.KeyboardEvent<HTMLElement>, task: Task) => void
  /** Chooses the card, or with `range` all from the one chosen last. */
  onChoose: (task: Task, range: boolean) => void
}

/** Whose height is measured: an element may be handed on to another task. */
export interface CardMeasure {
  start: (element: HTMLLIElement | null) => void
  end: (id: string) => void
}

interface CardProps {
  task: Task
  index: number
  /** Where it stands in its column, in px. */
  top: number
  held: boolean
  dragging: boolean
  open: boolean
  chosen: boolean
  events: CardEvents
  measure: CardMeasure
}

const flag = (on: boolean) => (on ? '' : undefined)

export const TaskCard = memo(function TaskCard({ task, index, top, held, dragging, open, chosen, events, measure }: CardProps) {
  const element = useRef<HTMLLIElement>(null)
  const { id } = task
  useLayoutEffect(() => {
    measure.start(element.current)
    // The focus in it was that of another task: a key must not act on this one.
    const focused = document.activeElement
    if (focused instanceof HTMLElement && element.current?.contains(focused)) focused.blur()
    return () => measure.end(id)
  }, [id, measure])
  return (
    <li
      ref={element}
      className="task-card"
      style={{ top }}
      data-card={task.id}
      data-index={index}
      data-dragging={flag(dragging)}
      data-held={flag(held)}
      data-open={flag(open)}
      data-chosen={flag(chosen)}
    >
      <CardBody task={task} chosen={chosen} events={events} />
    </li>
  )
})

function MoveMenu({
  task,
  opened,
  onChange,
  onMoveTo,
  onEdit,
}: Pick<CardEvents, 'onMoveTo'> & { task: Task; opened: boolean; onChange: (opened: boolean) => void; onEdit: () => void }) {
  const button = (
    <button
      type="button"
      className="iconbtn more"
      tabIndex={-1}
      aria-label={`${strings.moveTo} #${task.number}`}
      aria-haspopup="menu"
      data-no-drag
      {...(opened ? {} : { onClick: () => onChange(true) })}
    />
  )
  if (!opened) return button
  return (
    <Menu opened onChange={onChange} position="bottom-end" width={180}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown data-no-drag>
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
        <Menu.Divider />
        <Menu.Item onClick={onEdit}>{strings.rename}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** Only the agents of this card: the others come and go without it. */
function Assignees({ ids }: { ids: readonly string[] }) {
  const agents = useLive(useShallow((state) => ids.flatMap((id) => state.maps.agent[id] ?? [])))
  if (agents.length === 0) return null
  return (
    <>
      <span className="avatars">
        {agents.slice(0, 3).map((agent) => (
          <AgentAvatar key={agent.id} agent={agent} size={20} />
        ))}
      </span>
      {agents.length === 1 ? <span className="truncate">{agents[0]?.name}</span> : null}
    </>
  )
}

function DueMark({ task }: { task: Task }) {
  if (task.due_at === null) return null
  const late = task.status !== 'done' && task.status !== 'archived' && Date.parse(task.due_at) < Date.now()
  return (
    <span className="with-icon" data-tone={late ? 'bad' : undefined} data-late={flag(late)} title={exactTime(task.due_at)}>
      <CalendarClock size={11.5} aria-hidden />
      {late ? strings.overdue : relativeTime(task.due_at, Date.now())}
    </span>
  )
}

const CardBody = memo(function CardBody({ task, chosen, events }: { task: Task; chosen: boolean; events: CardEvents }) {
  // Of which task: the element may be another's by now.
  const [menuOf, setMenuOf] = useState<string | null>(null)
  const [editedOf, setEditedOf] = useState<string | null>(null)
  const menu = menuOf === task.id
  const editing = editedOf === task.id
  const setMenu = (opened: boolean) => setMenuOf(opened ? task.id : null)
  const setEditing = (begun: boolean) => setEditedOf(begun ? task.id : null)
  const path = `/boards/${task.board_id}/tasks/${task.id}`
  const assigned = task.assigned_agent_ids.length > 0
  return (
    <>
      <div className="task-top">
        <span className="num">#{task.number}</span>
        <PriorityMark priority={task.priority} />
        <RelativeTime at={task.last_message_at ?? task.updated_at} />
        <MoveMenu task={task} opened={menu} onChange={setMenu} onMoveTo={events.onMoveTo} onEdit={() => setEditing(true)} />
      </div>
      {editing ? (
        <TitleField
          key={task.id}
          task={task}
          onClose={() => {
            setEditing(false)
            requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-card-link="${task.id}"]`)?.focus())
          }}
        />
      ) : (
        <a
          href={`#${path}`}
          onClick={(event) => {
            if (event.altKey) return
            event.preventDefault()
            if (event.ctrlKey || event.metaKey || event.shiftKey) events.onChoose(task, event.shiftKey)
            // The second click of two is about the title; the first has opened the task beside it.
            else if (event.detail < 2) navigate(keepQuery(path))
          }}
          onDoubleClick={() => {
            navigate(keepQuery(`/boards/${task.board_id}`))
            setEditing(true)
          }}
          className="task-link"
          draggable={false}
          aria-describedby={chosen ? 'card-hint card-chosen' : 'card-hint'}
          data-row
          data-card-link={task.id}
          onKeyDown={(event) => {
            if (pressed(event, 'card', 'move')) {
              event.preventDefault()
              // After this key: a menu that is there while it still travels takes it for a key outside of it and closes.
              setTimeout(() => setMenu(true))
            } else if (pressed(event, 'card', 'rename')) {
              event.preventDefault()
              setEditing(true)
            } else if (pressed(event, 'card', 'choose')) {
              event.preventDefault()
              events.onChoose(task, false)
            } else events.onKeyDown(event, task)
          }}
        >
          {task.title}
        </a>
      )}
      {task.status === 'blocked' && task.blocked_reason ? (
        <div className="task-wait" data-tone="bad">
          <OctagonAlert size={12} aria-label={taskStates.blocked.label} />
          <span>{task.blocked_reason}</span>
        </div>
      ) : task.waiting_for ? (
        <div className="task-wait" data-tone="warning">
          <Hourglass size={12} aria-label={strings.waitsFor} />
          <span>
            <WaitingFor task={task} />
          </span>
        </div>
      ) : null}
      {task.tag_ids.length > 0 ? <TagChips ids={task.tag_ids} /> : null}
      <FieldChips task={task} />
      {assigned || task.comment_count > 0 || task.due_at !== null ? (
        <div className="task-foot">
          {assigned ? <Assignees ids={task.assigned_agent_ids} /> : null}
          <span className="spacer" />
          <DueMark task={task} />
          <UnreadMark task={task} />
          {task.comment_count > 0 ? (
            <span className="with-icon" title={strings.comments(task.comment_count)}>
              <MessageSquare size={11.5} aria-hidden />
              {task.comment_count}
            </span>
          ) : null}
        </div>
      ) : null}
    </>
  )
})
