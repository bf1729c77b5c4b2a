/** Times for people. Wire times are ISO 8601 strings; durations are milliseconds. */
import { useSyncExternalStore } from 'react'

const steps: readonly [limitMs: number, unitMs: number, unit: string][] = [
  [60_000, 1000, 's'],
  [3_600_000, 60_000, 'm'],
  [86_400_000, 3_600_000, 'h'],
  [7 * 86_400_000, 86_400_000, 'd'],
]
const shortDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const shortDateYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const dayAndMonth = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const brief = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' })
const run = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
const minute = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })

const shown = (format: Intl.DateTimeFormat, at: number, or: string): string => (Number.isNaN(at) ? or : format.format(at))

/** `now`, `12s ago`, `in 3m`, `5d ago`, later a date. */
export function relativeTime(iso: string, now: number): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return '—'
  const distance = Math.abs(now - at)
  if (distance < 5000) return 'now'
  for (const [limit, unitMs, unit] of steps) {
    if (distance < limit) {
      const text = `${Math.floor(distance / unitMs)}${unit}`
      return at > now ? `in ${text}` : `${text} ago`
    }
  }
  return dateWords(iso, now)
}

/** `30 Nov`, with the year when it is another one. */
export function dateWords(iso: string, now = Date.now()): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return '—'
  return date.getFullYear() === new Date(now).getFullYear() ? shortDate.format(date) : shortDateYear.format(date)
}

/** `2026-11-30`: the day of a moment where its reader is, as date fields want it. */
export function localDay(iso: string): string {
  const date = new Date(iso)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Formatting costs more than all else of a line of the log, and thousands of them are of the same few seconds. */
function bySecond(format: Intl.DateTimeFormat): (iso: string) => string {
  const known = new Map<string, string>()
  return (iso) => {
    // Only the wire's own form can be cut off behind its seconds.
    const second = iso.endsWith('Z') ? iso.slice(0, 19) : iso
    let text = known.get(second)
    if (text === undefined) {
      const at = Date.parse(iso)
      text = Number.isNaN(at) ? iso : format.format(at)
      if (known.size >= 500) known.clear()
      known.set(second, text)
    }
    return text
  }
}

export const exactTime = bySecond(exact)

/** `14:03:59` */
export const clockTime = bySecond(clock)

/** `Monday, 30 November` */
export const dayName = (iso: string): string => shown(dayAndMonth, Date.parse(iso), iso)
/** `30 Nov`, of a local day `2026-11-30` */
export const dayLabel = (day: string): string => shown(shortDate, Date.parse(`${day}T12:00:00`), day)
/** `30/11/2026, 14:03` */
export const briefTime = (iso: string): string => shown(brief, Date.parse(iso), iso)
/** `Mon, 30 Nov, 14:03` */
export const runTime = (iso: string): string => shown(run, Date.parse(iso), iso)

/** `14:03` */
export const minuteTime = (iso: string): string => shown(minute, Date.parse(iso), iso)

/** `3d 4h`, `2h 5m`, `4m 10s`, `9s`; the two largest parts. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const parts = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
  const first = parts.findIndex((part) => part > 0)
  if (first === -1) return '0s'
  const units = ['d', 'h', 'm', 's']
  return [0, 1]
    .map((step) => first + step)
    .filter((index) => index < 4 && (index === first || (parts[index] ?? 0) > 0))
    .map((index) => `${parts[index]}${units[index]}`)
    .join(' ')
}

/** `0:24`, `12:05`: what is left until a moment, never negative. */
export function countdown(iso: string, now: number): string {
  const left = Math.max(0, Math.ceil((Date.parse(iso) - now) / 1000))
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
}

/** `30s` → 30000; `disabled` and nonsense → null. */
export function intervalMs(every: string): number | null {
  const match = /^(\d+)(s|m|h)$/.exec(every)
  if (!match) return null
  const value = Number(match[1]) * { s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 's' | 'm' | 'h']
  return value > 0 ? value : null
}

/** One timer for the whole page, whatever number of times are shown; it stops when none is, and while nobody sees the page. */
function createTicker(periodMs: number) {
  const listeners = new Set<() => void>()
  let now = Date.now()
  let timer: ReturnType<typeof setInterval> | undefined
  const tick = () => {
    now = Date.now()
    for (const each of listeners) each()
  }
  const run = () => {
    clearInterval(timer)
    timer = undefined
    if (document.hidden) return
    timer = setInterval(tick, periodMs)
    tick()
  }
  return {
    subscribe(listener: () => void) {
      listeners.add(listener)
      if (listeners.size === 1) {
        document.addEventListener('visibilitychange', run)
        if (!document.hidden) timer = setInterval(tick, periodMs)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        document.removeEventListener('visibilitychange', run)
        clearInterval(timer)
        timer = undefined
      }
    },
    read() {
      if (timer === undefined) now = Math.floor(Date.now() / periodMs) * periodMs
      return now
    },
  }
}
const fast = createTicker(1000)
const slow = createTicker(10_000)
type Pace = 'second' | 'ten-seconds'

/**
 * The present moment; what uses it is drawn again once a second or once in ten. It is read at the time of drawing, so that
 * something that has just happened never seems to lie ahead.
 */
export function useNow(every: Pace = 'ten-seconds'): number {
  const ticker = every === 'second' ? fast : slow
  return Math.max(useSyncExternalStore(ticker.subscribe, ticker.read), Date.now())
}

/** What is to be said of the present moment; who uses it is drawn again only when that is something else. */
export function useAsOf<Said extends string | number>(say: (now: number) => Said, every: Pace = 'ten-seconds'): Said {
  const ticker = every === 'second' ? fast : slow
  return useSyncExternalStore(ticker.subscribe, () => say(Math.max(ticker.read(), Date.now())))
}
