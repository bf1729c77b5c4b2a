/** One stream of lines from everything: searched through all history, followed, virtualised; more loads at either end as one scrolls. */
import './logs.css'
import { useQuery } from '../../lib/hash-location.ts'
import { Button } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDownToLine } from 'lucide-react'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { LogLine } from '../../../../native-services/contract/entities.ts'
import type { LogStatsWire } from '../../../../native-services/contract/logs.ts'
import { api } from '../../lib/api.ts'
import { escapeTaken, useShortcuts } from '../../lib/keys.ts'
import { useLive } from '../../lib/store.ts'
import { exactTime } from '../../lib/time.ts'
import { toast } from '../../lib/toast.ts'
import { Empty, LoadError, Loading, Note, PageHead } from '../../ui/parts.tsx'
import { LogDetails } from './log-details.tsx'
import { filterFrom, highlightPattern, serverQuery } from './log-filter.ts'
import { LogFilters } from './log-filters.tsx'
import { GapRow, LogRow } from './log-row.tsx'
import { isGap } from './log-window.ts'
import { strings } from './strings.ts'
import { useLogWindow } from './use-log-window.ts'

const rowHeight = 21
const paddingTop = 34
const paddingEnd = 12
const statsEveryMs = 10_000
/** No filter, as the address says it. */
const nothing = { q: null, regex: null, level: null, source: null, scope: null, agent: null, request: null, run: null }

function useStats(): LogStatsWire | null {
  const [stats, setStats] = useState<LogStatsWire | null>(null)
  useEffect(() => {
    let current = true
    const read = () =>
      api.call('getLogStats').then(
        (answer) => {
          if (current) setStats(answer)
        },
        () => undefined,
      )
    void read()
    const timer = setInterval(() => {
      if (!document.hidden) void read()
    }, statsEveryMs)
    return () => {
      current = false
      clearInterval(timer)
    }
  }, [])
  return stats
}

const asText = (line: LogLine): string =>
  `${line.at} ${line.level.padEnd(5)} ${line.source} ${line.scope} ${line.message}${line.repeat_count > 1 ? ` (×${line.repeat_count})` : ''}`

export function LogsPage() {
  const [query, setQuery] = useQuery()
  const connection = useLive((state) => state.connection)
  const { q = '', regex, level, source, scope, agent, request, run } = query
  const filter = useMemo(
    () =>
      filterFrom(
        Object.fromEntries(
          Object.entries({ q, regex, level, source, scope, agent, request, run }).filter(([, value]) => value !== undefined),
        ) as Record<string, string>,
      ),
    [q, regex, level, source, scope, agent, request, run],
  )
  const chosen = /^\d+$/.test(query['line'] ?? '') ? Number(query['line']) : null
  const wrap = query['wrap'] === 'true'
  const view = useLogWindow(filter, chosen)
  const { entries, before, after, shift } = view.window
  const stats = useStats()
  const pattern = useMemo(() => highlightPattern(filter), [filter])
  const [anchor, setAnchor] = useState<number | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const count = entries.length

  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    // Where the end is followed nothing is scrolled to.
    overscan: view.follow ? 2 : 20,
    paddingStart: paddingTop,
    paddingEnd,
    getItemKey: (index) => entries[index]?.seq ?? index,
  })
  const items = virtualizer.getVirtualItems()
  // Rows of one height need no measuring; so their place is known in the same moment in which they come, for the scrolling below.
  const startOf = (index: number): number => (wrap ? (virtualizer.measurementsCache[index]?.start ?? 0) : paddingTop + index * rowHeight)
  const height = wrap ? virtualizer.getTotalSize() : startOf(count) + paddingEnd
  const place = useRef(startOf)
  place.current = startOf

  // Heights become known as lines are drawn: following means staying at the end through all of that.
  useLayoutEffect(() => {
    const element = scroller.current
    if (view.follow && element) element.scrollTop = element.scrollHeight
  }, [entries, height, view.follow])

  /** Goes to a place that the list may only just be growing to: until it is there, nothing is loaded for where it passes. */
  const settling = useRef(0)
  const settle = useCallback((element: HTMLElement, top: number) => {
    settling.current += 1
    const mine = settling.current
    let tries = 0
    const step = () => {
      if (settling.current !== mine) return
      element.scrollTop = top
      tries += 1
      if (Math.abs(element.scrollTop - top) > 2 && tries < 12) requestAnimationFrame(step)
      else settling.current = 0
    }
    step()
  }, [])

  // Lines that come or go above leave the reader where he was.
  const lastShift = useRef(shift)
  useLayoutEffect(() => {
    const moved = shift - lastShift.current
    lastShift.current = shift
    const element = scroller.current
    if (moved === 0 || view.follow || !element) return
    settle(element, element.scrollTop + Math.sign(moved) * (place.current(Math.abs(moved)) - paddingTop))
  }, [shift, view.follow, settle])

  // The line that was jumped to is brought into sight once it is here.
  const jumped = useRef(0)
  useLayoutEffect(() => {
    if (view.jumps === jumped.current) return
    jumped.current = view.jumps
    const index = entries.findIndex((entry) => entry.seq === chosen)
    const element = scroller.current
    if (index === -1 || !element) return
    settle(element, place.current(index) - element.clientHeight / 2)
  }, [entries, chosen, view.jumps, settle])

  const onScroll = () => {
    const element = scroller.current
    if (!element || view.follow || settling.current !== 0) return
    if (element.scrollTop < 600) view.loadOlder()
    if (element.scrollHeight - element.scrollTop - element.clientHeight < 600) view.loadNewer()
  }
  /** Moving away from the end by hand stops following. */
  const byHand = () => {
    const element = scroller.current
    if (!element) return
    requestAnimationFrame(() => {
      if (element.scrollHeight - element.scrollTop - element.clientHeight > 40) view.setFollow(false)
    })
  }

  const choose = useCallback(
    (seq: number, extend: boolean) => {
      view.setFollow(false)
      if (!extend) setAnchor(seq)
      setQuery({ line: String(seq) })
    },
    // oxlint-disable-next-line react/exhaustive-deps -- both act on the present state
    [view.follow],
  )
  const move = (step: 1 | -1) => {
    const at = entries.findIndex((entry) => entry.seq === chosen)
    const visible = virtualizer.getVirtualItems()
    let next = at === -1 ? (visible.at(Math.floor(visible.length / 2))?.index ?? 0) : at + step
    for (let passed = entries[next]; passed && isGap(passed); passed = entries[next]) next += step
    const entry = entries[next]
    if (!entry) return
    choose(entry.seq, false)
    virtualizer.scrollToIndex(next, { align: 'auto' })
  }
  const toEnd = () => view.setFollow(true)
  const [from, to] = chosen === null ? [Infinity, -Infinity] : [Math.min(chosen, anchor ?? chosen), Math.max(chosen, anchor ?? chosen)]
  const copy = () => {
    const lines = entries.filter((entry): entry is LogLine => !isGap(entry))
    const selected = lines.filter((line) => line.seq >= from && line.seq <= to)
    const all = selected.length > 0 ? selected : lines
    void navigator.clipboard.writeText(all.map(asText).join('\n')).then(() => toast(strings.copied(all.length)))
  }
  useShortcuts('logs', {
    next: () => move(1),
    previous: () => move(-1),
    follow: () => view.setFollow(!view.follow),
    wrap: () => setQuery({ wrap: wrap ? null : 'true' }),
    end: toEnd,
    start: () => {
      view.setFollow(false)
      scroller.current?.scrollTo({ top: 0 })
    },
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && chosen !== null && !escapeTaken(event)) setQuery({ line: null })
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })

  const filtered =
    Object.keys(query).some((key) => !['line', 'wrap', 'level'].includes(key)) || filter.level === 'warn' || filter.level === 'error'
  const clear = () => setQuery({ ...nothing, line: null })
  const known = chosen === null ? undefined : entries.find((entry): entry is LogLine => entry.seq === chosen && !isGap(entry))
  const pending = view.search.running || (before !== null && count === 0)

  return (
    <div className="page-flush" style={{ position: 'relative' }}>
      <PageHead title={strings.title} />
      <LogFilters
        filter={filter}
        query={query}
        setQuery={setQuery}
        wrap={wrap}
        onCopy={copy}
        onJump={view.jumpToTime}
        folder={stats?.folder ?? null}
      >
        <Button
          variant={view.follow ? 'light' : 'default'}
          leftSection={<ArrowDownToLine size={13} aria-hidden />}
          aria-pressed={view.follow}
          onClick={() => view.setFollow(!view.follow)}
        >
          {strings.follow}
        </Button>
      </LogFilters>
      {connection === 'lost' ? (
        <div className="log-note">
          <Note tone="warning">{strings.disconnected}</Note>
        </div>
      ) : null}
      {stats?.trouble ? (
        <div className="log-note">
          <Note tone="bad">{stats.trouble}</Note>
        </div>
      ) : null}
      <div className="log-body">
        {view.error && count === 0 ? (
          <LoadError message={view.error} retry={view.reload} />
        ) : view.loading && count === 0 ? (
          <Loading heights={[300]} />
        ) : count === 0 ? (
          <Empty
            title={pending ? strings.noneYet : filtered ? strings.none : strings.empty}
            actions={
              filtered ? (
                <Button variant="default" onClick={clear}>
                  {strings.clear}
                </Button>
              ) : undefined
            }
          >
            {pending ? strings.searching(view.search.scanned, stats?.lines ?? null) : filtered ? strings.noneBody : strings.emptyBody}
          </Empty>
        ) : (
          <div
            className="logs"
            data-wrap={wrap}
            ref={scroller}
            onScroll={onScroll}
            onWheel={byHand}
            onTouchMove={byHand}
            onKeyDown={byHand}
            onPointerUp={byHand}
            tabIndex={0}
            role="log"
            aria-label={strings.title}
            aria-live="off"
            aria-busy={view.loading}
          >
            <div style={{ height, position: 'relative' }}>
              <div className="log-status">{before !== null ? strings.loading : filtered ? strings.start : strings.startAll}</div>
              {items.map((item) => {
                const entry = entries[item.index]
                if (!entry) return null
                // At the end the same elements show other lines; elsewhere a line keeps its element, whatever comes or goes above it.
                const key = view.follow ? item.index : item.index - shift
                if (isGap(entry)) return <GapRow key={key} gap={entry} top={startOf(item.index)} onFill={() => view.fill(entry)} />
                return (
                  <LogRow
                    key={key}
                    line={entry}
                    index={item.index}
                    top={startOf(item.index)}
                    pattern={pattern}
                    current={entry.seq === chosen}
                    selected={entry.seq >= from && entry.seq <= to}
                    measure={wrap ? virtualizer.measureElement : null}
                    onChoose={choose}
                  />
                )
              })}
            </div>
          </div>
        )}
        {chosen !== null ? (
          <LogDetails
            seq={chosen}
            known={known}
            onClose={() => setQuery({ line: null })}
            onFilter={(patch) => setQuery({ ...patch, line: null })}
            onContext={() => {
              if (Object.keys(serverQuery(filter)).length === 0) return view.jumpToLine(chosen)
              view.jumpWithNextFilter(chosen)
              setQuery({ ...nothing, level: 'debug' })
            }}
          />
        ) : null}
      </div>
      <footer className="log-footer">
        <span className="num" role="status">
          {!view.error && (view.search.running || (filter.text !== '' && before !== null))
            ? strings.searching(view.search.scanned, stats?.lines ?? null)
            : stats
              ? strings.lines(stats.lines)
              : ''}
        </span>
        {view.search.running ? (
          <button type="button" className="link-button" onClick={view.stopSearch}>
            {strings.stop}
          </button>
        ) : before !== null && filter.text !== '' && !view.error ? (
          <button type="button" className="link-button" onClick={view.loadOlder}>
            {strings.goOn}
          </button>
        ) : null}
        {stats?.oldest_at ? <span className="faint num hide-narrow">{strings.since(exactTime(stats.oldest_at))}</span> : null}
      </footer>
      {!view.follow && (view.waiting > 0 || after !== null) && count > 0 ? (
        <div className="log-foot">
          <Button leftSection={<ArrowDownToLine size={13} aria-hidden />} onClick={toEnd}>
            {strings.resume}
            {view.waiting > 0 ? ` · ${strings.newLines(view.waiting)}` : ''}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
