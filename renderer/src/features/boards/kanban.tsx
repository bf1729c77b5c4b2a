/**
 * The board as columns. The pointer drags through dnd-kit; the keyboard carries a card by itself (Space, arrows, Space),
 * because a card should move by places, not by pixels. Both end in the same `move`.
 */
import { DragDropProvider, DragOverlay, PointerSensor } from '@dnd-kit/react'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Agent, Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus } from '../../../../native-services/contract/states.ts'
import { KanbanColumn } from './kanban-column.tsx'
import { strings } from './strings.ts'
import { TaskCardBody } from './task-card.tsx'

interface Carried {
  readonly id: string
  readonly by: 'pointer' | 'keyboard'
  /** Where it would go. */
  readonly status: TaskStatus
  readonly index: number
}

const sensors = [
  PointerSensor.configure({
    // The card's own link covers it and must not keep it from being dragged; its menu button must.
    preventActivation: (event) => event.target instanceof Element && event.target.closest('[data-no-drag]') !== null,
  }),
]

/** The place under the pointer, read from the page: columns may be scrolled and partly rendered. */
function placeAt(
  x: number,
  y: number,
  carriedId: string,
  carriedIndexIn: (status: TaskStatus) => number,
): { status: TaskStatus; index: number } | null {
  for (const column of document.querySelectorAll<HTMLElement>('[data-column]')) {
    const rect = column.getBoundingClientRect()
    if (x < rect.left - 5 || x > rect.right + 5) continue
    const status = column.dataset['column'] as TaskStatus
    const own = carriedIndexIn(status)
    let index = 0
    for (const card of column.querySelectorAll<HTMLElement>('[data-card]')) {
      if (card.dataset['card'] === carriedId) continue
      const box = card.getBoundingClientRect()
      const at = Number(card.dataset['index'])
      const among = own !== -1 && at > own ? at - 1 : at
      if (y < box.top + box.height / 2) return { status, index: among }
      index = among + 1
    }
    return { status, index }
  }
  return null
}

export function Kanban({
  tasks,
  agents,
  statuses,
  openTaskId,
  onMove,
  onMoveTo,
  onAdd,
}: {
  tasks: readonly Task[]
  agents: Readonly<Record<string, Agent>>
  statuses: readonly TaskStatus[]
  openTaskId: string | null
  /** `index` counts among the cards of the column without the moved one. */
  onMove: (task: Task, status: TaskStatus, index: number) => void
  onMoveTo: (task: Task, status: TaskStatus) => void
  onAdd: () => void
}) {
  const [carried, setCarried] = useState<Carried | null>(null)
  const [said, setSaid] = useState('')
  const columns = useMemo(() => Map.groupBy(tasks, (task) => task.status), [tasks])
  const indexIn = (id: string) => (status: TaskStatus) => (columns.get(status) ?? []).findIndex((task) => task.id === id)
  const carriedTask = carried ? tasks.find((task) => task.id === carried.id) : undefined

  const finish = (place: Carried) => {
    setCarried(null)
    const task = tasks.find((each) => each.id === place.id)
    if (!task) return
    const before = indexIn(task.id)(place.status)
    if (task.status === place.status && before === place.index) return
    onMove(task, place.status, place.index)
  }

  const focusCard = (id: string | undefined) => {
    if (id) requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-card-link="${id}"]`)?.focus())
  }

  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>, task: Task) => {
    const holding = carried?.by === 'keyboard' && carried.id === task.id ? carried : null
    const { key } = event
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (key === ' ') {
      event.preventDefault()
      if (holding) {
        finish(holding)
        setSaid(strings.dropped(task.title, taskStates[holding.status].label))
        focusCard(task.id)
      } else {
        setCarried({ id: task.id, by: 'keyboard', status: task.status, index: Math.max(0, indexIn(task.id)(task.status)) })
        setSaid(strings.picked(task.title))
      }
      return
    }
    const horizontal = key === 'ArrowRight' || key === 'l' ? 1 : key === 'ArrowLeft' || key === 'h' ? -1 : 0
    const vertical = key === 'ArrowDown' || key === 'j' ? 1 : key === 'ArrowUp' || key === 'k' ? -1 : 0
    if (holding) {
      if (key === 'Escape') {
        event.preventDefault()
        event.stopPropagation()
        setCarried(null)
        setSaid(strings.putBack(task.title))
      } else if (key === 'Enter') {
        event.preventDefault()
        finish(holding)
        focusCard(task.id)
      } else if (horizontal !== 0 || vertical !== 0) {
        event.preventDefault()
        const status = statuses[Math.max(0, Math.min(statuses.length - 1, statuses.indexOf(holding.status) + horizontal))] ?? holding.status
        const others = (columns.get(status) ?? []).filter((each) => each.id !== task.id).length
        const index = Math.max(0, Math.min(others, status === holding.status ? holding.index + vertical : Math.min(holding.index, others)))
        setCarried({ ...holding, status, index })
        setSaid(strings.moved(task.title, taskStates[status].label, index + 1))
        document.querySelector(`[data-column="${status}"]`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      } else if (key === 'Tab') {
        setCarried(null)
      }
      return
    }
    if (vertical !== 0) {
      event.preventDefault()
      const list = columns.get(task.status) ?? []
      focusCard(list[indexIn(task.id)(task.status) + vertical]?.id)
    } else if (horizontal !== 0) {
      event.preventDefault()
      const place = indexIn(task.id)(task.status)
      for (let at = statuses.indexOf(task.status) + horizontal; at >= 0 && at < statuses.length; at += horizontal) {
        const list = columns.get(statuses[at] ?? 'inbox') ?? []
        if (list.length > 0) return focusCard(list[Math.min(place, list.length - 1)]?.id)
      }
    }
  }

  // The same functions for every render, so that a card is drawn again only when its task changed.
  const latest = useRef({ onMoveTo, onKeyDown })
  useLayoutEffect(() => {
    latest.current = { onMoveTo, onKeyDown }
  })
  const handlers = useMemo(
    () => ({
      onMoveTo: (task: Task, status: TaskStatus) => latest.current.onMoveTo(task, status),
      onKeyDown: (event: React.KeyboardEvent<HTMLElement>, task: Task) => latest.current.onKeyDown(event, task),
    }),
    [],
  )

  return (
    <DragDropProvider
      sensors={sensors}
      // The first default plugin announces dragging and makes every card a button; ours is a link with its own words.
      plugins={(defaults) => defaults.slice(1)}
      onDragStart={(event) => {
        const id = String(event.operation.source?.id ?? '')
        const task = tasks.find((each) => each.id === id)
        if (task) setCarried({ id, by: 'pointer', status: task.status, index: indexIn(id)(task.status) })
      }}
      onDragMove={(event) => {
        const id = String(event.operation.source?.id ?? '')
        const { x, y } = event.to ?? event.operation.position.current
        const place = placeAt(x, y, id, indexIn(id))
        setCarried((now) => (now && place && (now.status !== place.status || now.index !== place.index) ? { ...now, ...place } : now))
      }}
      onDragEnd={(event) => {
        const now = carried
        setCarried(null)
        if (!event.canceled && now) finish(now)
      }}
    >
      <p id="card-hint" className="visually-hidden">
        {strings.cardHint}
      </p>
      <div className="visually-hidden" role="status" aria-live="assertive">
        {said}
      </div>
      <div className="kanban">
        {statuses.map((status) => (
          <KanbanColumn
            key={status}
            status={status}
            tasks={columns.get(status) ?? []}
            agents={agents}
            dropIndex={carried?.status === status ? carried.index : null}
            carriedId={carried?.id ?? null}
            heldByKeyboard={carried?.by === 'keyboard'}
            openTaskId={openTaskId}
            onMoveTo={handlers.onMoveTo}
            onKeyDown={handlers.onKeyDown}
            onAdd={onAdd}
          />
        ))}
      </div>
      <DragOverlay className="drag-overlay" dropAnimation={null}>
        {carriedTask && carried?.by === 'pointer' ? (
          <div className="task-card">
            <TaskCardBody task={carriedTask} agents={agents} onMoveTo={onMoveTo} />
          </div>
        ) : null}
      </DragOverlay>
    </DragDropProvider>
  )
}
