/**
 * When something that recurs is due: five parts of cron in a time zone, or a plain interval, `every 2 h`.
 *
 * Cron follows the clock on the wall. A time of day that a change of the clocks leaves out comes right after the gap, one that comes twice
 * counts the first time. An interval counts elapsed time from its anchor, so that a change of the clocks does not move it.
 */
import { Cron } from 'croner'
import { AppError } from '../contract/errors.ts'

export type Recurrence =
  | { readonly kind: 'interval'; readonly every_ms: number; readonly anchor_at: number }
  | { readonly kind: 'cron'; readonly cron: Cron }

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const notASchedule = 'This is no schedule. Write five parts of cron, like `0 9 * * 1-5`, or an interval, like `every 2 h`.'
const shortestMs = 60_000
const longestMs = 366 * 86_400_000

/**
 * @param anchorAt Where the rhythm of an interval begins (ms epoch).
 * Throws `invalid_request` for what is neither, for a zone that does not exist, and for a schedule that never comes.
 */
export function parseRecurrence(input: { schedule: string; timezone: string; anchorAt: number }): Recurrence {
  checkTimezone(input.timezone)
  const schedule = input.schedule.trim().replace(/\s+/g, ' ')
  const interval = /^every (\d{1,6}) ?(m|min|mins|minutes?|h|hours?|d|days?|w|weeks?)$/i.exec(schedule)
  if (interval) {
    const every = Number(interval[1]) * (units[(interval[2] ?? 'm').charAt(0).toLowerCase()] ?? 0)
    if (every < shortestMs || every > longestMs) throw refuse('An interval lies between one minute and a year.')
    return { kind: 'interval', every_ms: every, anchor_at: input.anchorAt }
  }
  let cron: Cron
  if (schedule.split(' ').length !== 5) throw refuse(notASchedule)
  try {
    cron = new Cron(schedule, { timezone: input.timezone, mode: '5-part', paused: true })
  } catch (cause) {
    const why = cause instanceof Error ? ` (${cause.message.replace(/^Cron\w+: /, '')})` : ''
    throw refuse(`${notASchedule}${why}`, cause)
  }
  if (cron.nextRun(new Date(input.anchorAt)) === null) throw refuse('This schedule never comes.')
  return { kind: 'cron', cron }
}

/** The first moment after `after` (ms epoch); null when there is none. */
export function nextOccurrence(recurrence: Recurrence, after: number): number | null {
  if (recurrence.kind === 'interval') {
    const { every_ms: every, anchor_at: anchor } = recurrence
    return after < anchor ? anchor : anchor + (Math.floor((after - anchor) / every) + 1) * every
  }
  return recurrence.cron.nextRun(new Date(after))?.getTime() ?? null
}

export function checkTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch {
    throw new AppError('invalid_request', `${timezone} is no time zone. Write one like Europe/Berlin, or UTC.`, { field: 'body.timezone' })
  }
}

function refuse(message: string, cause?: unknown): AppError {
  return new AppError('invalid_request', message, { field: 'body.schedule', ...(cause !== undefined && { cause }) })
}

/** How late a run may be before its moment counts as missed. */
export const missedAfterMs = 5 * 60_000

export type RunDecision =
  | { readonly run: true; readonly reason: 'made_up' | null }
  | { readonly run: false; readonly reason: 'missed' | 'still_open' | 'board_paused' }

/** What to do about a moment that has come. */
export function decideRun(facts: {
  due_at: number
  now: number
  missed_policy: 'run_once' | 'skip'
  overlap_policy: 'skip' | 'allow'
  last_task_open: boolean
  board_paused: boolean
}): RunDecision {
  const missed = facts.now - facts.due_at > missedAfterMs
  if (missed && facts.missed_policy === 'skip') return { run: false, reason: 'missed' }
  if (facts.board_paused) return { run: false, reason: 'board_paused' }
  if (facts.overlap_policy === 'skip' && facts.last_task_open) return { run: false, reason: 'still_open' }
  return { run: true, reason: missed ? 'made_up' : null }
}

/** Fills `{date}`, `{time}` (in the zone) and `{n}` in. */
export function fillPlaceholders(text: string, facts: { at: number; timezone: string; n: number }): string {
  if (!text.includes('{')) return text
  // Swedish writes a day as 2026-03-01.
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone: facts.timezone, dateStyle: 'short' }).format(facts.at)
  const time = new Intl.DateTimeFormat('sv-SE', { timeZone: facts.timezone, hour: '2-digit', minute: '2-digit' }).format(facts.at)
  const values: Readonly<Record<string, string>> = { date, time, n: String(facts.n) }
  return text.replace(/\{(date|time|n)\}/g, (whole, name: string) => values[name] ?? whole)
}
