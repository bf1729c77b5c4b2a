/**
 * The lines that are in memory: one run of what matches, without holes but for those that are marked, with a way on at both ends. It never grows
 * beyond a bound: what is added at one end is dropped at the other and fetched again when it is looked at. Pure.
 */
import type { LogLine } from '../../../../native-services/contract/entities.ts'
import type { EventFrames } from '../../../../native-services/contract/events.ts'

/** Lines that came too fast to be sent: between the lines of these numbers. */
export interface LogGap {
  readonly gap: true
  /** Of the line before it, and a half: a place of its own in the order. */
  readonly seq: number
  readonly from: number
  readonly to: number
}
export type LogEntry = LogLine | LogGap

export interface LogWindow {
  readonly entries: readonly LogEntry[]
  /** Where older lines begin; null: there are none. */
  readonly before: number | null
  /** Where newer lines begin; null: this is the end, new lines are added as they come. */
  readonly after: number | null
  /** Entries added at the top since the beginning, less those dropped there: how far the others moved. */
  readonly shift: number
}

export const emptyWindow: LogWindow = { entries: [], before: null, after: null, shift: 0 }
export const mostEntries = 6000

export const isGap = (entry: LogEntry): entry is LogGap => 'gap' in entry

const lastSeq = (entries: readonly LogEntry[]): number => entries.at(-1)?.seq ?? 0

export function addOlder(window: LogWindow, items: readonly LogLine[], before: number | null): LogWindow {
  const first = window.entries[0]?.seq ?? Number.POSITIVE_INFINITY
  const fresh = items.filter((line) => line.seq < first)
  const all = [...fresh, ...window.entries]
  const entries = all.length > mostEntries ? all.slice(0, mostEntries) : all
  return {
    entries,
    before,
    after: entries.length < all.length ? Math.floor(lastSeq(entries)) : window.after,
    shift: window.shift + fresh.length,
  }
}

export function addNewer(window: LogWindow, items: readonly LogLine[], after: number | null): LogWindow {
  const last = lastSeq(window.entries)
  const fresh = items.filter((line) => line.seq > last)
  if (fresh.length === 0) return window.after === after ? window : { ...window, after }
  const all = [...window.entries, ...fresh]
  const dropped = Math.max(0, all.length - mostEntries)
  const entries = dropped > 0 ? all.slice(dropped) : all
  return {
    entries,
    before: dropped > 0 ? Math.ceil(entries[0]?.seq ?? 0) : window.before,
    after,
    shift: window.shift - dropped,
  }
}

/** Lines that arrived, at the end; only while the window is there. `skipped` of them are missing at the beginning. */
export function addLive(window: LogWindow, lines: readonly LogLine[], gap: { from: number; to: number } | null): LogWindow {
  if (window.after !== null) return window
  const marked: LogWindow =
    gap && gap.from >= lastSeq(window.entries)
      ? { ...window, entries: [...window.entries, { gap: true, seq: gap.from + 0.5, ...gap }] }
      : window
  return addNewer(marked, lines, null)
}

/** Rows that stand for more lines now. */
export function applyRepeats(window: LogWindow, repeats: EventFrames['log']['repeats']): LogWindow {
  if (repeats.length === 0) return window
  const bySeq = new Map(repeats.map((repeat) => [repeat.seq, repeat]))
  let changed = false
  const entries = window.entries.map((entry) => {
    const repeat = isGap(entry) ? undefined : bySeq.get(entry.seq)
    if (!repeat) return entry
    changed = true
    return { ...entry, repeat_count: repeat.repeat_count, last_at: repeat.last_at }
  })
  return changed ? { ...window, entries } : window
}

/** A marked hole, filled from its beginning; what is still missing stays marked. */
export function fillGap(window: LogWindow, gap: LogGap, items: readonly LogLine[], nextAfter: number | null): LogWindow {
  const at = window.entries.indexOf(gap)
  if (at === -1) return window
  const rest: LogEntry[] = nextAfter === null ? [] : [{ gap: true, seq: nextAfter + 0.5, from: nextAfter, to: gap.to }]
  return { ...window, entries: [...window.entries.slice(0, at), ...items, ...rest, ...window.entries.slice(at + 1)] }
}
