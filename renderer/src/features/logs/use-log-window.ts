/** Keeps a window of the log: fetches pages at either end, goes on with a search that takes long, and adds lines as they come. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { LogLine } from '../../../../native-services/contract/entities.ts'
import type { EventFrames } from '../../../../native-services/contract/events.ts'
import { api, explain } from '../../lib/api.ts'
import { live } from '../../lib/connection.ts'
import { useLive } from '../../lib/store.ts'
import { liveTest, type LogFilter, serverQuery } from './log-filter.ts'
import { createLogQueue } from './log-queue.ts'
import { addLive, addNewer, addOlder, applyRepeats, emptyWindow, fillGap, type LogGap, type LogWindow } from './log-window.ts'

const pageSize = 400
/** A search goes on by itself until so many lines are found. */
const enough = 150
/** How often the server is asked for new lines that only it can judge. */
const pollMs = 500

export interface LogSearch {
  /** Lines that were looked at so far, and the time of the oldest of them. */
  readonly scanned: number
  readonly running: boolean
}

export interface LogView {
  readonly window: LogWindow
  readonly loading: boolean
  readonly error: string | null
  readonly search: LogSearch
  /** Lines that came while not following and match; null when only the server knows. */
  readonly waiting: number
  readonly follow: boolean
  /** Grows each time that a line was jumped to: its window is here. */
  readonly jumps: number
  setFollow(follow: boolean): void
  loadOlder(): void
  loadNewer(): void
  fill(gap: LogGap): void
  stopSearch(): void
  /** Shows what was there at a moment. */
  jumpToTime(iso: string): void
  /** Shows a line and what matches around it. */
  jumpToLine(seq: number): void
  /** The same as soon as the filter has changed. */
  jumpWithNextFilter(seq: number): void
  reload(): void
}

export function useLogWindow(filter: LogFilter, startAt: number | null): LogView {
  const [window_, setWindow] = useState<LogWindow>(emptyWindow)
  const [loading, setLoading] = useState(true)
  const [error, setError] = useState<string | null>(null)
  const [search, setSearch] = useState<LogSearch>({ scanned: 0, running: false })
  const [follow, setFollowState] = useState(startAt === null)
  const [waiting, setWaiting] = useState(0)
  const [jumps, setJumps] = useState(0)
  const logsSince = useLive((state) => state.logsSince)
  const query = useMemo(() => serverQuery(filter), [filter])
  const test = useMemo(() => liveTest(filter), [filter])
  /** Grows with every question that makes the ones before it void. */
  const turn = useRef(0)
  const busy = useRef<{ older: boolean; newer: boolean }>({ older: false, newer: false })
  const state = useRef({ window: window_, follow, test, query })
  state.current = { window: window_, follow, test, query }

  const begin = useCallback(() => {
    turn.current += 1
    busy.current = { older: false, newer: false }
    const mine = turn.current
    return () => turn.current === mine
  }, [])

  const fail = useCallback((reason: unknown) => {
    setError(explain(reason))
    // Answers to another question are not left standing.
    setWindow((now) => ({ ...emptyWindow, shift: now.shift }))
    setLoading(false)
    setSearch((now) => ({ ...now, running: false }))
  }, [])

  /** Pages backwards from a cursor until there is enough to see. */
  const goOn = useCallback(
    async (from: number | null, current: () => boolean, found: number, looked: number) => {
      let before = from
      let total = found
      let scanned = looked
      setSearch({ scanned, running: before !== null && total < enough })
      while (before !== null && total < enough) {
        const page = await api.call('listLogs', { query: { ...query, limit: pageSize, before } })
        if (!current()) return
        before = page.next_before
        total += page.items.length
        scanned += page.scanned
        setWindow((now) => addOlder(now, page.items, page.next_before))
        setSearch({ scanned, running: before !== null && total < enough })
      }
    },
    [query],
  )

  const loadNewest = useCallback(() => {
    const current = begin()
    setLoading(true)
    setWaiting(0)
    api
      .call('listLogs', { query: { ...query, limit: pageSize } })
      .then(async (page) => {
        if (!current()) return
        setWindow({ entries: page.items, before: page.next_before, after: null, shift: 0 })
        setError(null)
        setLoading(false)
        await goOn(page.next_before, current, page.items.length, page.scanned)
      })
      .catch((reason: unknown) => {
        if (current()) fail(reason)
      })
  }, [begin, fail, goOn, query])

  const jumpToLine = useCallback(
    (seq: number) => {
      const current = begin()
      setFollowState(false)
      setLoading(true)
      Promise.all([
        api.call('listLogs', { query: { ...query, limit: 200, before: seq + 1 } }),
        api.call('listLogs', { query: { ...query, limit: 200, after: seq } }),
      ]).then(
        ([older, newer]) => {
          if (!current()) return
          const entries = [...older.items, ...newer.items]
          setWindow({ entries, before: older.next_before, after: newer.next_after ?? newer.items.at(-1)?.seq ?? seq, shift: 0 })
          setJumps((count) => count + 1)
          setError(null)
          setLoading(false)
        },
        (reason: unknown) => {
          if (current()) fail(reason)
        },
      )
    },
    [begin, fail, query],
  )

  const jumpToTime = useCallback(
    (iso: string) => {
      const current = begin()
      setFollowState(false)
      setLoading(true)
      api.call('listLogs', { query: { ...query, limit: 200, after: 0, from: iso } }).then(
        (page) => {
          if (!current()) return
          const first = page.items[0]
          setWindow({ entries: page.items, before: first?.seq ?? null, after: page.next_after ?? page.items.at(-1)?.seq ?? null, shift: 0 })
          setError(null)
          setLoading(false)
        },
        (reason: unknown) => {
          if (current()) fail(reason)
        },
      )
    },
    [begin, fail, query],
  )

  // A stream that was opened anew may have missed lines: they are on disk.
  const start = useRef(startAt)
  const jumped = useRef(false)
  const lastQuery = useRef(query)
  useEffect(() => {
    if (start.current !== null) {
      jumpToLine(start.current)
      jumped.current = lastQuery.current !== query
      start.current = null
    } else if (state.current.follow) loadNewest()
  }, [jumpToLine, loadNewest, logsSince, query])
  // Another question shows its newest answers, wherever the reader was in those of the last.
  useEffect(() => {
    if (lastQuery.current === query) return
    lastQuery.current = query
    if (jumped.current) jumped.current = false
    else if (!state.current.follow) {
      setFollowState(true)
      loadNewest()
    }
  }, [query, loadNewest])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const poll = () => {
      timer = undefined
      const { window: now, follow: following, query: asked } = state.current
      if (!following || now.after !== null) return
      const after = Math.floor(now.entries.at(-1)?.seq ?? 0)
      const mine = turn.current
      api.call('listLogs', { query: { ...asked, limit: pageSize, after } }).then(
        (page) => {
          if (turn.current === mine) setWindow((shown) => addNewer(shown, page.items, null))
        },
        () => undefined,
      )
    }
    let heard = 0
    const queue = createLogQueue((frames) => {
      const { follow: following, test: asked } = state.current
      setWindow((now) =>
        frames.reduce(
          // What fitted another question was of another window.
          (window, { lines, gap, repeats, fits }) =>
            applyRepeats(following && fits === asked ? addLive(window, lines, gap) : window, repeats),
          now,
        ),
      )
    })
    const onFrame = (frame: EventFrames['log']) => {
      const { follow: following, test: fits } = state.current
      const first = frame.lines[0]?.seq ?? 0
      const gap = frame.skipped > 0 && heard > 0 && first > heard + 1 ? { from: heard, to: first } : null
      heard = frame.lines.at(-1)?.seq ?? heard
      if (fits === null) {
        timer ??= setTimeout(poll, pollMs)
        return
      }
      const lines: readonly LogLine[] = frame.lines.filter(fits)
      queue.add({ lines, gap, repeats: frame.repeats, fits })
      if (!following && lines.length > 0) setWaiting((count) => count + lines.length)
    }
    const release = live.wantLogs(onFrame)
    return () => {
      clearTimeout(timer)
      queue.stop()
      release()
    }
  }, [])

  return {
    window: window_,
    loading,
    error,
    search,
    waiting,
    follow,
    jumps,
    setFollow(next) {
      if (next === follow) return
      setFollowState(next)
      if (next) loadNewest()
      else {
        setWaiting(0)
        // From here on the end is somewhere else; it is fetched when the reader comes to it.
        setWindow((now) => (now.after === null ? { ...now, after: Math.floor(now.entries.at(-1)?.seq ?? 0) } : now))
      }
    },
    loadOlder() {
      const { before } = window_
      if (before === null || busy.current.older || loading || search.running) return
      busy.current.older = true
      const mine = turn.current
      const current = () => turn.current === mine
      api
        .call('listLogs', { query: { ...query, limit: pageSize, before } })
        .then(async (page) => {
          if (!current()) return
          setWindow((now) => addOlder(now, page.items, page.next_before))
          await goOn(page.next_before, current, page.items.length, search.scanned + page.scanned)
        })
        .catch((reason: unknown) => {
          if (current()) fail(reason)
        })
        .finally(() => {
          if (current()) busy.current.older = false
        })
    },
    loadNewer() {
      const { after } = window_
      if (after === null || busy.current.newer || loading) return
      busy.current.newer = true
      const mine = turn.current
      api
        .call('listLogs', { query: { ...query, limit: pageSize, after } })
        .then((page) => {
          if (turn.current !== mine) return
          // Without a way on the newest is reached, as of now: following is what keeps it so.
          setWindow((now) => addNewer(now, page.items, page.next_after ?? page.items.at(-1)?.seq ?? after))
        })
        .catch(() => undefined)
        .finally(() => {
          if (turn.current === mine) busy.current.newer = false
        })
    },
    fill(gap) {
      const mine = turn.current
      api.call('listLogs', { query: { ...query, limit: 2000, after: gap.from, before: gap.to } }).then(
        (page) => {
          if (turn.current === mine) setWindow((now) => fillGap(now, gap, page.items, page.next_after))
        },
        () => undefined,
      )
    },
    stopSearch() {
      turn.current += 1
      setSearch((now) => ({ ...now, running: false }))
    },
    jumpToTime,
    jumpToLine,
    jumpWithNextFilter(seq) {
      start.current = seq
    },
    reload: loadNewest,
  }
}
