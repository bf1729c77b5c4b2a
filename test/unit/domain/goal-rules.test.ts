import { expect, it } from 'vitest'
import { daysBetween, metricProgress } from '../../../native-services/contract/goals.ts'
import { goalProblem, withReport } from '../../../native-services/domain/goal-rules.ts'

const metric = { name: 'Signups', target: 200, current: 50, start: null, unit: null }
const goal = { board_type: 'goal' as const, objective: 'Be known', success_metrics: [metric], goal_confirmed: true }

it('a goal is confirmed with an objective and a metric, or not at all', () => {
  expect(goalProblem(goal)).toBeNull()
  expect(goalProblem({ ...goal, objective: ' ' })?.field).toBe('objective')
  expect(goalProblem({ ...goal, success_metrics: [] })?.field).toBe('success_metrics')
  expect(goalProblem({ ...goal, objective: null, goal_confirmed: false })).toBeNull()
  expect(goalProblem({ ...goal, objective: null, board_type: 'general' })).toBeNull()
})

it.each([
  [metric, 0.25],
  [{ ...metric, current: 500 }, 1],
  [{ ...metric, current: -5 }, 0],
  // Errors that should fall from 40 to 10.
  [{ ...metric, start: 40, target: 10, current: 25 }, 0.5],
  [{ ...metric, start: 40, target: 10, current: 50 }, 0],
  [{ ...metric, target: 0, current: 0 }, 1],
  [{ ...metric, target: null }, null],
  [{ ...metric, current: null }, null],
])('progress of %j is %s', (figure, progress) => expect(metricProgress(figure)).toBe(progress))

it('days are counted by the calendar, over a change of the clock, too', () => {
  expect(daysBetween('2026-10-24', '2026-10-26')).toBe(2)
  expect(daysBetween('2026-12-31', '2026-12-31')).toBe(0)
  expect(daysBetween('2026-03-01', '2026-02-28')).toBe(-1)
})

it('a report moves the figure of its name and no other', () => {
  const other = { ...metric, name: 'Bugs' }
  expect(withReport([other, metric], { name: 'signups', current: 7 })).toEqual([other, { ...metric, current: 7 }])
  expect(withReport([other], { name: 'Signups', current: 7 })).toBeNull()
})
