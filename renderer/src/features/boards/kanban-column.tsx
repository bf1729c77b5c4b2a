/** One column. It draws only what is in view; cards have places, not neighbours, so that one that changes moves nobody above it. */
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { Plus } from 'lucide-react'
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus } from '../../../../native-services/contract/states.ts'
import { StateIcon } from '../../ui/icon.tsx'
import { cardHeight, learnHeight, usualHeight } from './card-height.ts'
import { QuickAdd } from './quick-add.tsx'
import { handOn, type Slot } from './slots.ts'
import { strings } from './strings.ts'
import { type CardEvents, type CardMeasure, TaskCard } from './task-card.tsx'

const gap = 6
const paddingStart = 5
const paddingEnd = 10
/** Cards drawn beyond what is in view: few at rest, more while the column moves. */
const beyond = 1
const beyondMoving = 3

type Rows = Virtualizer<HTMLDivElement, HTMLLIElement>

/** What the browser found, once it has; before, what cards that are made alike were found to be. Measuring at once would make it lay out the page for every card. */
const measured = (element: HTMLLIElement, entry: ResizeObserverEntry | undefined, rows: Rows): number => {
  const box = entry?.borderBoxSize[0]
  if (box) return Math.round(box.blockSize)
  const index = rows.indexFromElement(element)
  const known = rows.itemSizeCache.get(rows.options.getItemKey(index)) ?? rows.options.estimateSize(index)
  return known
}

/** The elements of the cards in view, one after another. */
function useSlots(ids: readonly string[]): readonly Slot[] {
  const before = useRef<readonly Slot[]>([])
  const slots = handOn(before.current, ids)
  useLayoutEffect(() => {
    before.current = slots
  }, [slots])
  return slots
}

export interface ColumnProps {
  boardId: string
  status: TaskStatus
  tasks: readonly Task[]
  /** Where the carried card would go; counted among the other cards. Null when not over this column. */
  dropIndex: number | null
  /** The carried card when it is of this column. */
  carriedId: string | null
  carriedBy: 'pointer' | 'keyboard' | null
  openTaskId: string | null
  chosen: ReadonlySet<string>
  events: CardEvents
  /** The column can bring one of its cards into view; null when it goes. */
  onReady: (status: TaskStatus, show: ((index: number) => void) | null) => void
  /** A task was written into the field at the top. */
  onAdded: (task: Task, status: TaskStatus) => void
}

export const KanbanColumn = memo(function KanbanColumn({
  boardId,
  status,
  tasks,
  dropIndex,
  carriedId,
  carriedBy,
  openTaskId,
  chosen,
  events,
  onReady,
  onAdded,
}: ColumnProps) {
  const words = taskStates[status]
  const scroller = useRef<HTMLDivElement>(null)
  const moving = useRef(false)
  const [adding, setAdding] = useState(false)
  const carriedAt = carriedId === null ? -1 : tasks.findIndex((task) => task.id === carriedId)
  const getItemKey = useCallback((index: number) => tasks[index]?.id ?? index, [tasks])
  const virtualizer: Rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => {
      const task = tasks[index]
      return task ? cardHeight(task) : usualHeight
    },
    measureElement: measured,
    overscan: beyond,
    gap,
    paddingStart,
    paddingEnd,
    getItemKey,
    // The card that is carried by keyboard has the focus, wherever the column is scrolled to.
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const more = moving.current ? beyondMoving : overscan
      const from = Math.max(0, startIndex - more)
      const shown = Array.from({ length: Math.min(count - 1, endIndex + more) - from + 1 }, (_, at) => from + at)
      return carriedAt === -1 || shown.includes(carriedAt) ? shown : [...shown, carriedAt].toSorted((a, b) => a - b)
    },
  })
  useEffect(() => {
    onReady(status, (index) => virtualizer.scrollToIndex(index, { align: 'auto' }))
    return () => onReady(status, null)
  }, [onReady, status, virtualizer])
  moving.current = virtualizer.isScrolling
  const items = virtualizer.getVirtualItems()
  const slots = useSlots(items.map((item) => tasks[item.index]?.id ?? ''))
  const measure = useMemo<CardMeasure>(
    () => ({
      start: virtualizer.measureElement,
      end: (id) => void virtualizer.elementsCache.delete(id),
    }),
    [virtualizer],
  )
  useLayoutEffect(() => {
    for (const item of items) {
      const task = tasks[item.index]
      if (task && virtualizer.itemSizeCache.has(item.key)) learnHeight(task, item.size)
    }
  })
  const lineAt = dropIndex === null ? null : carriedAt !== -1 && dropIndex >= carriedAt ? dropIndex + 1 : dropIndex
  const lineTop =
    lineAt === null
      ? 0
      : (virtualizer.measurementsCache[lineAt]?.start ?? Math.max(paddingStart, virtualizer.getTotalSize() - paddingEnd + gap))

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
        <span className="truncate">{words.label}</span>
        <span className="count">{tasks.length}</span>
        {status === 'archived' ? null : (
          <button
            type="button"
            className="iconbtn"
            aria-label={`${strings.newTask}: ${words.label}`}
            aria-expanded={adding}
            title={strings.newTask}
            onClick={() => setAdding(!adding)}
          >
            <Plus size={14} aria-hidden />
          </button>
        )}
      </header>
      {adding ? (
        <QuickAdd
          boardId={boardId}
          status={status}
          onAdded={(task) => {
            virtualizer.scrollToIndex(0)
            onAdded(task, status)
          }}
          onClose={() => {
            setAdding(false)
            scroller.current?.parentElement?.querySelector<HTMLElement>('.column-head button')?.focus()
          }}
        />
      ) : null}
      <div className="column-cards" ref={scroller} data-cards={status} tabIndex={-1}>
        {tasks.length === 0 && dropIndex === null ? <p className="column-empty">{strings.emptyColumn[status]}</p> : null}
        <ul style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item, place) => {
            const task = tasks[item.index]
            if (!task) return null
            const carried = task.id === carriedId
            return (
              <TaskCard
                key={slots[place]?.key}
                task={task}
                index={item.index}
                top={item.start}
                held={carried && carriedBy === 'keyboard'}
                dragging={carried && carriedBy === 'pointer'}
                open={task.id === openTaskId}
                chosen={chosen.has(task.id)}
                events={events}
                measure={measure}
              />
            )
          })}
          {lineAt === null ? null : <li className="drop-line" aria-hidden style={{ top: lineTop - 4 }} />}
        </ul>
      </div>
    </section>
  )
})
