import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../native-services/contract/errors.ts'
import { decideRun, fillPlaceholders, missedAfterMs, nextOccurrence, parseRecurrence } from '../../../native-services/domain/recurrence.ts'

const at = (iso: string): number => Date.parse(iso)
function occurrences(schedule: string, timezone: string, from: string, count: number): string[] {
  const recurrence = parseRecurrence({ schedule, timezone, anchorAt: at(from) })
  const found: string[] = []
  for (let moment: number | null = at(from); found.length < count;) {
    moment = nextOccurrence(recurrence, moment)
    if (moment === null) break
    found.push(new Date(moment).toISOString())
  }
  return found
}

describe('cron across a change of the clocks', () => {
  it('keeps the time of day when summer time begins and ends', () => {
    expect(occurrences('0 9 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T07:00:00.000Z',
      '2026-03-30T07:00:00.000Z',
    ])
    expect(occurrences('0 9 * * *', 'America/New_York', '2026-10-31T15:00:00Z', 2)).toEqual([
      '2026-11-01T14:00:00.000Z',
      '2026-11-02T14:00:00.000Z',
    ])
  })
  it('a time that is left out comes right after the gap, one that comes twice counts once', () => {
    expect(occurrences('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ])
    expect(occurrences('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ])
  })
  it('knows zones without whole hours, weekdays, and the end of a month', () => {
    expect(occurrences('0 9 * * 1', 'Asia/Kathmandu', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-05T03:15:00.000Z'])
    expect(occurrences('0 0 L * *', 'UTC', '2026-01-31T12:00:00Z', 2)).toEqual(['2026-02-28T00:00:00.000Z', '2026-03-31T00:00:00.000Z'])
  })
})

describe('intervals', () => {
  it('the next moment is the first of the rhythm after now, whenever one looks', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        (n, anchor, after) => {
          const next = nextOccurrence(parseRecurrence({ schedule: `every ${n} m`, timezone: 'UTC', anchorAt: anchor }), after)
          if (next === null) throw new Error('none')
          expect(next).toBeGreaterThan(after - (after < anchor ? 1 : 0))
          expect((next - anchor) % (n * 60_000)).toBe(0)
          expect(next - n * 60_000 <= after || next === anchor).toBe(true)
        },
      ),
    )
  })
  it.each([
    ['every 2 h', 7_200_000],
    ['every 90 minutes', 5_400_000],
    ['Every  3 days', 259_200_000],
    ['every 1w', 604_800_000],
  ])('%s', (schedule, every) => {
    expect(parseRecurrence({ schedule, timezone: 'UTC', anchorAt: 0 })).toMatchObject({ kind: 'interval', every_ms: every })
  })
})

describe('what is refused', () => {
  it.each([
    ['nonsense', 'UTC', 'body.schedule'],
    ['* * * * * *', 'UTC', 'body.schedule'],
    ['0 0 30 2 *', 'UTC', 'body.schedule'],
    ['61 * * * *', 'UTC', 'body.schedule'],
    ['every 0 m', 'UTC', 'body.schedule'],
    ['every 2 years', 'UTC', 'body.schedule'],
    ['2030-01-01T00:00:00', 'UTC', 'body.schedule'],
    ['0 9 * * *', 'Mars/Olympus', 'body.timezone'],
  ])('%s in %s', (schedule, timezone, field) => {
    let refused: unknown
    try {
      parseRecurrence({ schedule, timezone, anchorAt: at('2026-01-01T00:00:00Z') })
    } catch (error) {
      refused = error
    }
    expect(refused).toBeInstanceOf(AppError)
    expect(refused).toMatchObject({ code: 'invalid_request', field })
  })
})

describe('a moment that has come', () => {
  const facts = {
    due_at: 0,
    now: 0,
    missed_policy: 'run_once',
    overlap_policy: 'skip',
    last_task_open: false,
    board_paused: false,
  } as const
  it('runs; late ones by their policy; not on a paused board, not while the last task is open', () => {
    expect(decideRun(facts)).toEqual({ run: true, reason: null })
    expect(decideRun({ ...facts, now: missedAfterMs })).toEqual({ run: true, reason: null })
    expect(decideRun({ ...facts, now: missedAfterMs + 1 })).toEqual({ run: true, reason: 'made_up' })
    expect(decideRun({ ...facts, now: missedAfterMs + 1, missed_policy: 'skip' })).toEqual({ run: false, reason: 'missed' })
    expect(decideRun({ ...facts, last_task_open: true })).toEqual({ run: false, reason: 'still_open' })
    expect(decideRun({ ...facts, last_task_open: true, overlap_policy: 'allow' })).toEqual({ run: true, reason: null })
    expect(decideRun({ ...facts, board_paused: true })).toEqual({ run: false, reason: 'board_paused' })
  })
  it('fills the day of its zone in', () => {
    const moment = at('2026-03-01T23:30:00Z')
    expect(fillPlaceholders('Report {date} {time} #{n} {other}', { at: moment, timezone: 'Europe/Berlin', n: 4 })).toBe(
      'Report 2026-03-02 00:30 #4 {other}',
    )
  })
})
