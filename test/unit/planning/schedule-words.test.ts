import { expect, it } from 'vitest'
import { scheduleWords } from '../../../renderer/src/features/planning/schedule-words.ts'

it.each([
  ['0 6 * * *', 'Every day at 06:00'],
  ['30 9 * * 1', 'Mondays at 09:30'],
  ['0 9 * * 1-5', 'Weekdays at 09:00'],
  ['0 9 * * 0,6', 'Saturdays, Sundays at 09:00'],
  ['0 9 * * 7', 'Sundays at 09:00'],
  ['0 9 * * 0-6', 'Every day at 09:00'],
  ['0 8 1 * *', 'Every month on day 1 at 08:00'],
  ['5 * * * *', 'Every hour at :05'],
  ['*/15 * * * *', 'Every 15 minutes'],
])('%s is %s', (schedule, said) => expect(scheduleWords(schedule)).toBe(said))

it.each(['every 15m', '0 6 * 2 *', '0 6 1 * 1', '0 6,18 * * *', '99 6 * * *', '0 6 * * 5-1', '0 0 6 * * *', ''])(
  'leaves %j as it stands',
  (schedule) => expect(scheduleWords(schedule)).toBeNull(),
)
