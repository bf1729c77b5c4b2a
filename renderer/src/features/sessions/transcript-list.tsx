/**
 * The messages of a conversation. Only those in sight are drawn, so that thousands cost what a few do. Their heights are known when they
 * have been drawn; what comes in front (older pages) or grows above leaves the reader where he was.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import type { SessionMessage } from '../../../../native-services/contract/sessions.ts'
import { MessageRow } from './messages.tsx'
import { runEnds } from './run-sums.ts'
import type { RunsOfSession } from './use-runs.ts'

const gap = 14
const framesToSettle = 12
const scrollKeys: ReadonlySet<string> = new Set(['Home', 'End', 'PageUp', 'PageDown', 'ArrowUp', 'ArrowDown', ' '])
const guessed = { tool: 30, user: 90, assistant: 110 }
const noRuns: RunsOfSession['byRun'] = new Map()

export function TranscriptList({
  items,
  agent,
  runs,
  scroller,
}: {
  items: readonly SessionMessage[]
  agent: Agent
  runs: RunsOfSession | null
  scroller: RefObject<HTMLDivElement | null>
}) {
  const list = useRef<HTMLUListElement>(null)
  // Where the list begins in what is scrolled: notices and the button for older messages stand above it.
  const [above, setAbove] = useState(0)
  useLayoutEffect(() => {
    const [own, element] = [list.current, scroller.current]
    if (!own || !element) return
    const look = () => setAbove(Math.round(own.getBoundingClientRect().top - element.getBoundingClientRect().top + element.scrollTop))
    look()
    // What stands above is in the same column: that grows with it.
    const observer = new ResizeObserver(look)
    if (own.parentElement) observer.observe(own.parentElement)
    return () => observer.disconnect()
  }, [scroller])
  // At once: a scroll that glides is stopped half-way by rows whose heights become known as they pass.
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const jump = (event: KeyboardEvent) => {
      if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey || (event.key !== 'Home' && event.key !== 'End'))
        return
      event.preventDefault()
      element.scrollTop = event.key === 'Home' ? 0 : element.scrollHeight
    }
    element.addEventListener('keydown', jump)
    return () => element.removeEventListener('keydown', jump)
  }, [scroller])
  const ends = useMemo(() => runEnds(items, runs?.byRun ?? noRuns), [items, runs])
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => guessed[items[index]?.role ?? 'tool'],
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 6,
    gap,
    scrollMargin: above,
  })

  // Older messages came in front: what was in sight stays there. Their heights become known as they are drawn, so it takes some frames.
  const height = virtualizer.getTotalSize()
  const first = items[0]?.id
  const before = useRef(first)
  const known = useRef(items)
  known.current = items
  useLayoutEffect(() => {
    const was = before.current
    before.current = first
    const element = scroller.current
    if (!element || was === undefined || was === first || !items.some((item) => item.id === was)) return
    const into = element.scrollTop - above
    let frames = 0
    let next = 0
    const keep = () => {
      const place = virtualizer.measurementsCache[known.current.findIndex((item) => item.id === was)]
      if (place) element.scrollTop = place.start + into
      frames += 1
      if (frames < framesToSettle) next = requestAnimationFrame(keep)
    }
    keep()
    // Whoever scrolls meanwhile knows better where to be.
    const stop = (event: Event) => {
      if (!(event instanceof KeyboardEvent) || scrollKeys.has(event.key)) cancelAnimationFrame(next)
    }
    const asks = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const
    for (const ask of asks) element.addEventListener(ask, stop, { passive: true })
    return () => {
      cancelAnimationFrame(next)
      for (const ask of asks) element.removeEventListener(ask, stop)
    }
    // Only what stands first decides; the list is looked at as it is then.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [first])

  return (
    <ul className="session-list" ref={list} style={{ height }}>
      {virtualizer.getVirtualItems().map((row) => {
        const message = items[row.index]
        return message ? (
          <li
            key={row.key}
            ref={virtualizer.measureElement}
            data-index={row.index}
            aria-setsize={items.length}
            aria-posinset={row.index + 1}
            style={{ transform: `translateY(${row.start - above}px)` }}
          >
            <MessageRow message={message} agent={agent} run={ends.get(message.id)} />
          </li>
        ) : null
      })}
    </ul>
  )
}
