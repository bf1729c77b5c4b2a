/** Long lists inside a page that scrolls as a whole: only the rows in sight, and some around them, are in the document. */
import { type Range, useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

/** Below this a list is drawn whole: nothing is gained, and the browser's own search finds everything. */
const drawnWhole = 100

/** As far from the view a row with the focus stays, so that the next key goes on from there. */
const keptWithFocus = 100

export interface RowWindow {
  /** Whether only a part is drawn. */
  readonly windowed: boolean
  /** Places of the rows to draw, in their order. */
  readonly places: readonly number[]
  /** Pixels that stand for the rows above and below. */
  readonly above: number
  readonly below: number
  /** `ref` of each drawn row, which also needs `data-index`: its real height. */
  readonly measure: ((element: Element | null) => void) | undefined
}

/**
 * @param options.list What holds the rows, in a page (`.page`) that scrolls.
 * @param options.height Of a row, about.
 * @param options.keyOf A row's own, so that heights stay with it when the order changes.
 */
export function useRowWindow<Element extends HTMLElement>(options: {
  list: RefObject<Element | null>
  count: number
  height: number
  keyOf: (place: number) => string
}): RowWindow {
  const { list, count, height, keyOf } = options
  const windowed = count > drawnWhole
  const scroller = useRef<HTMLElement | null>(null)
  const [margin, setMargin] = useState(0)
  useLayoutEffect(() => {
    const box = list.current
    const page = box?.closest<HTMLElement>('.page') ?? null
    scroller.current = page
    if (!windowed || !box || !page) return undefined
    const place = () => setMargin(Math.round(box.getBoundingClientRect().top - page.getBoundingClientRect().top + page.scrollTop))
    place()
    // What stands above the list may come and go.
    const observer = new ResizeObserver(place)
    observer.observe(page)
    for (const child of page.children) observer.observe(child)
    return () => observer.disconnect()
  }, [list, windowed])
  const virtualizer = useVirtualizer({
    enabled: windowed,
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: keyOf,
    overscan: 8,
    scrollMargin: margin,
    rangeExtractor: (range) => withFocus(range, list.current),
  })
  if (!windowed) return { windowed, places: Array.from({ length: count }, (_, place) => place), above: 0, below: 0, measure: undefined }
  const items = virtualizer.getVirtualItems()
  const first = items[0]
  const last = items.at(-1)
  return {
    windowed,
    places: items.map((item) => item.index),
    above: first ? first.start - margin : 0,
    below: last ? virtualizer.getTotalSize() - (last.end - margin) : virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
  }
}

/** Without a break, because one gap above and one below stand for the rest. */
function withFocus({ startIndex, endIndex, overscan, count }: Range, list: HTMLElement | null): number[] {
  let from = Math.max(0, startIndex - overscan)
  let to = Math.min(count - 1, endIndex + overscan)
  const row = list?.contains(document.activeElement) ? document.activeElement?.closest<HTMLElement>('[data-index]') : null
  const focused = Number(row?.dataset['index'] ?? from)
  if (focused < from && from - focused <= keptWithFocus) from = focused
  if (focused > to && focused - to <= keptWithFocus) to = Math.min(count - 1, focused)
  return Array.from({ length: to - from + 1 }, (_, step) => from + step)
}
