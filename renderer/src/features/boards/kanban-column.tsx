/** One column. Long columns render only what is in view; the rest is space of the right height. */
import { useDraggable } from '@dnd-kit/react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Plus } from 'lucide-react'
import { Fragment, memo, useRef } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus } from '../../../../native-services/contract/states.ts'
import { StateIcon } from '../../ui/icon.tsx'
import { strings } from './strings.ts'
import { TaskCardBody, type TaskCardProps } from './task-card.tsx'

const virtualAbove = 60

const DraggableCard = memo(function DraggableCard({
  index,
  held,
  open,
  measure,
  ...props
}: TaskCardProps & { index: number; held: boolean; open: boolean; measure?: (element: HTMLElement | null) => void }) {
  const { ref, isDragging } = useDraggable({ id: props.task.id })
  return (
    <li
      ref={(element) => {
        ref(element)
        measure?.(element)
      }}
      className="task-card"
      data-card={props.task.id}
      data-index={index}
      data-dragging={isDragging ? '' : undefined}
      data-held={held ? '' : undefined}
      data-open={open ? '' : undefined}
    >
      <TaskCardBody {...props} />
    </li>
  )
})

export interface ColumnProps extends Omit<TaskCardProps, 'task'> {
  status: TaskStatus
  tasks: readonly Task[]
  /** Where the carried card would go; counted among the other cards. Null when not over this column. */
  dropIndex: number | null
  carriedId: string | null
  heldByKeyboard: boolean
  openTaskId: string | null
  onAdd: () => void
}

export function KanbanColumn({ status, tasks, dropIndex, carriedId, heldByKeyboard, openTaskId, onAdd, ...card }: ColumnProps) {
  const words = taskStates[status]
  const scroller = useRef<HTMLUListElement>(null)
  const virtual = tasks.length > virtualAbove
  const virtualizer = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 92,
    overscan: 8,
    enabled: virtual,
    getItemKey: (index) => tasks[index]?.id ?? index,
  })
  const shown = virtual ? virtualizer.getVirtualItems().map((item) => item.index) : tasks.map((_, index) => index)
  const items = virtual ? virtualizer.getVirtualItems() : []
  const spaceBefore = items[0]?.start ?? 0
  const spaceAfter = virtual ? virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0) : 0
  // The line stands before the n-th of the *other* cards.
  let others = -1
  return (
    <section
      className="column"
      aria-label={`${words.label}, ${tasks.length}`}
      data-column={status}
      data-over={dropIndex === null ? undefined : ''}
    >
      <header className="column-head" data-tone={words.tone} title={words.sentence}>
        <span className="icon">
          <StateIcon name={words.icon} />
        </span>
        {words.label}
        <span className="count">{tasks.length}</span>
        {status === 'inbox' ? (
          <button
            type="button"
            className="iconbtn"
            aria-label={`${strings.newTask}: ${words.label}`}
            title={strings.newTask}
            onClick={onAdd}
          >
            <Plus size={14} aria-hidden />
          </button>
        ) : null}
      </header>
      <ul className="column-cards" ref={scroller} data-cards={status} tabIndex={tasks.length > 0 ? -1 : undefined}>
        {tasks.length === 0 && dropIndex === null ? <li className="column-empty">{strings.emptyColumn[status]}</li> : null}
        {virtual ? <li aria-hidden style={{ height: spaceBefore }} /> : null}
        {shown.map((index) => {
          const task = tasks[index]
          if (!task) return null
          if (task.id !== carriedId) others = virtual ? index : others + 1
          return (
            <Fragment key={task.id}>
              {dropIndex !== null && task.id !== carriedId && others === dropIndex ? <li className="drop-line" aria-hidden /> : null}
              <DraggableCard
                {...card}
                task={task}
                index={index}
                held={heldByKeyboard && task.id === carriedId}
                open={task.id === openTaskId}
                {...(virtual ? { measure: virtualizer.measureElement } : {})}
              />
            </Fragment>
          )
        })}
        {dropIndex !== null && dropIndex > others ? <li className="drop-line" aria-hidden /> : null}
        {virtual ? <li aria-hidden style={{ height: spaceAfter }} /> : null}
      </ul>
    </section>
  )
}
