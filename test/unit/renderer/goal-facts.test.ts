import { expect, it } from 'vitest'
import { dayOf, figureText, goalFacts } from '../../../renderer/src/features/goals/goal-facts.ts'

const metric = { name: 'Signups', target: 200, current: 50, start: null, unit: 'people' }

it('a day is the local one', () => expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05'))

it.each([
  [
    { success_metrics: [metric], target_date: '2026-05-20' },
    { percent: 25, reached: false, days_left: 19, tone: 'idle' },
  ],
  [
    { success_metrics: [metric], target_date: '2026-05-08' },
    { percent: 25, reached: false, days_left: 7, tone: 'warning' },
  ],
  [
    { success_metrics: [metric], target_date: '2026-04-30' },
    { percent: 25, reached: false, days_left: -1, tone: 'bad' },
  ],
  [
    { success_metrics: [{ ...metric, current: 200 }], target_date: '2026-04-30' },
    { percent: 100, reached: true, days_left: -1, tone: 'good' },
  ],
  // One figure at its target, of another nobody knows where it stands: not reached.
  [
    {
      success_metrics: [
        { ...metric, current: 200 },
        { ...metric, name: 'b', current: null },
      ],
      target_date: null,
    },
    { percent: 100, reached: false, days_left: null, tone: 'idle' },
  ],
  [
    { success_metrics: [], target_date: null },
    { percent: null, reached: false, days_left: null, tone: 'idle' },
  ],
])('%j is %j', (goal, facts) => expect(goalFacts(goal, '2026-05-01')).toEqual(facts))

it('figures are written with their target and unit, as far as they are known', () => {
  expect(figureText(metric)).toBe('50 / 200 people')
  expect(figureText({ ...metric, current: null, unit: null })).toBe('– / 200')
  expect(figureText({ ...metric, current: 12345.678, target: null })).toBe('12,345.68 people')
})
