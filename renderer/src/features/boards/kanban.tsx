/**
 * The board as columns. Mouse and finger carry a card through `card-drag`; the keyboard carries it by itself (Space, arrows,
 * Space), because a card should move by places, not by pixels. Both end in the same `move`.
 */
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus } from '../../../../native-services/contract/states.ts'
import { createCardDrag } from './card-drag.ts'
import { pressed } from '../../lib/shortcuts.ts'
import { KanbanColumn } from './kanban-column.tsx'
import { strings } from './strings.ts'
import type { CardEvents } from './task-card.tsx'

interface Carried {
  readonly id: string
  readonly by: 'pointer' | 'keyboard'
  /** Where it would go. */
  readonly status: TaskStatus
  readonly index: number
}

export interface KanbanProps {
  boardId: string
  tasks: readonly Task[]
  statuses: readonly TaskStatus[]
  openTaskId: string | null
  chosen: ReadonlySet<string>
  /** What the cards are filtered by, for whoever waits until they are. */
  filter: string
  /** `index` counts among the cards of the column without the moved one. */
  onMove: (task: Task, status: TaskStatus, index: number) => void
  /** A task that was just written into the field at the top of a column. */
  onAdded: (task: Task, status: TaskStatus) => void
  onMoveTo: (task: Task, status: TaskStatus) => void
  onChoose: (id: string, within?: readonly string[]) => void
  onClear: () => void
}

const none: readonly Task[] = []

/** Columns whose cards are the same as before stay the same array, so that they are not drawn again. */
function useColumns(tasks: readonly Task[]): (status: TaskStatus) => readonly Task[] {
  const before = useRef(new Map<TaskStatus, readonly Task[]>())
  const columns = useMemo(() => {
    const next = new Map<TaskStatus, readonly Task[]>(Map.groupBy(tasks, (task) => task.status))
    for (const [status, own] of next) {
      const old = before.current.get(status)
      if (old?.length === own.length && own.every((task, at) => task === old[at])) next.set(status, old)
    }
    return next
  }, [tasks])
  useEffect(() => {
    before.current = columns
  }, [columns])
  return (status) => columns.get(status) ?? none
}

export const Kanban = memo(function Kanban(props: KanbanProps) {
  const { boardId, tasks, statuses, openTaskId, chosen, filter } = props
  const root = useRef<HTMLDivElement>(null)
  const [carried, setCarried] = useState<Carried | null>(null)
  const [said, setSaid] = useState('')
  const shows = useRef(new Map<TaskStatus, (index: number) => void>())
  const columnOf = useColumns(tasks)
  const indexIn = (id: string, status: TaskStatus) => columnOf(status).findIndex((task) => task.id === id)

  const finish = (place: Carried) => {
    setCarried(null)
    const task = tasks.find((each) => each.id === place.id)
    if (!task) return
    if (task.status === place.status && indexIn(task.id, place.status) === place.index) return
    props.onMove(task, place.status, place.index)
  }

  const focusCard = (id: string | undefined, bring?: () => void) => {
    if (!id) return
    const find = () => document.querySelector<HTMLElement>(`[data-card-link="${id}"]`)
    bring?.()
    const again = (tries: number) =>
      requestAnimationFrame(() => {
        const link = find()
        if (link) link.focus()
        else if (tries > 0) again(tries - 1)
      })
    again(6)
  }
  const focusAt = (status: TaskStatus, index: number) => {
    const task = columnOf(status)[index]
    focusCard(task?.id, () => shows.current.get(status)?.(index))
  }

  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>, task: Task) => {
    const holding = carried?.by === 'keyboard' && carried.id === task.id ? carried : null
    const { key } = event
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (pressed(event, 'card', 'pickUp')) {
      event.preventDefault()
      if (holding) {
        finish(holding)
        setSaid(strings.dropped(task.title, taskStates[holding.status].label))
        focusCard(task.id)
      } else {
        setCarried({ id: task.id, by: 'keyboard', status: task.status, index: Math.max(0, indexIn(task.id, task.status)) })
        setSaid(strings.picked(task.title))
      }
      return
    }
    const horizontal = pressed(event, 'carrying', 'right') ? 1 : pressed(event, 'carrying', 'left') ? -1 : 0
    const vertical = pressed(event, 'carrying', 'down') ? 1 : pressed(event, 'carrying', 'up') ? -1 : 0
    if (holding) {
      if (pressed(event, 'carrying', 'putBack')) {
        event.preventDefault()
        event.stopPropagation()
        setCarried(null)
        setSaid(strings.putBack(task.title))
      } else if (pressed(event, 'carrying', 'drop')) {
        event.preventDefault()
        finish(holding)
        setSaid(strings.dropped(task.title, taskStates[holding.status].label))
        focusCard(task.id)
      } else if (horizontal !== 0 || vertical !== 0) {
        event.preventDefault()
        const status = statuses[Math.max(0, Math.min(statuses.length - 1, statuses.indexOf(holding.status) + horizontal))] ?? holding.status
        const others = columnOf(status).filter((each) => each.id !== task.id).length
        const index = Math.max(0, Math.min(others, status === holding.status ? holding.index + vertical : Math.min(holding.index, others)))
        setCarried({ ...holding, status, index })
        setSaid(strings.moved(task.title, taskStates[status].label, index + 1))
        document.querySelector(`[data-column="${status}"]`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
        shows.current.get(status)?.(Math.min(index, Math.max(0, columnOf(status).length - 1)))
      } else if (key === 'Tab') {
        setCarried(null)
        setSaid(strings.putBack(task.title))
      }
      return
    }
    if (key === 'Escape' && chosen.size > 0) {
      event.preventDefault()
      event.stopPropagation()
      props.onClear()
    } else if (vertical !== 0) {
      event.preventDefault()
      const to = indexIn(task.id, task.status) + vertical
      if (event.shiftKey) {
        const next = columnOf(task.status)[to]
        if (!chosen.has(task.id)) props.onChoose(task.id)
        if (next && !chosen.has(next.id)) props.onChoose(next.id)
      }
      focusAt(task.status, to)
    } else if (horizontal !== 0) {
      event.preventDefault()
      const place = indexIn(task.id, task.status)
      for (let at = statuses.indexOf(task.status) + horizontal; at >= 0 && at < statuses.length; at += horizontal) {
        const status = statuses[at] ?? 'inbox'
        const { length } = columnOf(status)
        if (length > 0) return focusAt(status, Math.min(place, length - 1))
      }
    }
  }

  const current = { props, onKeyDown, indexIn, finish, columnOf }
  const latest = useRef(current)
  useLayoutEffect(() => {
    latest.current = current
  })
  const events = useMemo<CardEvents>(
    () => ({
      onMoveTo: (task, status) => latest.current.props.onMoveTo(task, status),
      onKeyDown: (event, task) => latest.current.onKeyDown(event, task),
      onChoose: (task, range) =>
        latest.current.props.onChoose(task.id, range ? latest.current.columnOf(task.status).map((each) => each.id) : undefined),
    }),
    [],
  )
  const onReady = useCallback((status: TaskStatus, show: ((index: number) => void) | null) => {
    if (show) shows.current.set(status, show)
    else shows.current.delete(status)
  }, [])
  const onAdded = useCallback((task: Task, status: TaskStatus) => {
    latest.current.props.onAdded(task, status)
  }, [])

  useEffect(() => {
    if (!root.current) return undefined
    // What is drawn may be a frame behind the pointer.
    let over: Carried | null = null
    const drag = createCardDrag(root.current, {
      indexIn: (id, status) => latest.current.indexIn(id, status),
      onStart(id) {
        const now = latest.current
        const task = now.props.tasks.find((each) => each.id === id)
        over = task ? { id, by: 'pointer', status: task.status, index: now.indexIn(id, task.status) } : null
        setCarried(over)
        return now.props.chosen.has(id) ? now.props.chosen.size : 1
      },
      onPlace(place) {
        if (!over || (over.status === place.status && over.index === place.index)) return
        over = { ...over, ...place }
        setCarried(over)
      },
      onDrop() {
        if (over) latest.current.finish(over)
      },
      onCancel: () => setCarried(null),
    })
    return () => drag.stop()
  }, [])

  return (
    <>
      <p id="card-hint" className="visually-hidden">
        {strings.cardHint}
      </p>
      <p id="card-chosen" className="visually-hidden">
        {strings.cardChosen}
      </p>
      <div className="visually-hidden" role="status" aria-live="assertive">
        {said}
      </div>
      <div className="kanban" ref={root} data-filter={filter}>
        {statuses.map((status) => {
          const own = columnOf(status)
          const carries = carried !== null && own.some((task) => task.id === carried.id)
          return (
            <KanbanColumn
              key={status}
              boardId={boardId}
              status={status}
              tasks={own}
              dropIndex={carried?.status === status ? carried.index : null}
              carriedId={carries ? carried.id : null}
              carriedBy={carries ? carried.by : null}
              openTaskId={openTaskId}
              chosen={chosen}
              events={events}
              onReady={onReady}
              onAdded={onAdded}
            />
          )
        })}
      </div>
    </>
  )
})
