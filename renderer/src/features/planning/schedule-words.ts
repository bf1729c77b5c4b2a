/** Cron for people, as far as people write it; null for what is better read as it stands. Pure. */
import { strings } from './strings.ts'

const words = strings.schedule
const inRange = (text: string | undefined, from: number, to: number): number | null =>
  text !== undefined && /^\d{1,2}$/.test(text) && Number(text) >= from && Number(text) <= to ? Number(text) : null
const two = (value: number): string => String(value).padStart(2, '0')

/** `1-5`, `1,3` or `0`, Sunday being 0 or 7 → numbers from 0 to 6, Monday first; null for anything else. */
function daysOf(text: string): number[] | null {
  const days = new Set<number>()
  for (const part of text.split(',')) {
    const [from, to = from] = part.split('-')
    const first = inRange(from, 0, 7)
    const last = inRange(to, 0, 7)
    if (first === null || last === null || last < first) return null
    for (let day = first; day <= last; day += 1) days.add(day % 7)
  }
  return [...days].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7))
}

/** `0 6 * * *` → `Every day at 06:00` */
export function scheduleWords(schedule: string): string | null {
  const parts = schedule.trim().split(/\s+/)
  const [minutes = '', hours = '', date = '', month = '', weekday = ''] = parts
  if (parts.length !== 5 || month !== '*') return null
  const everyDay = date === '*' && weekday === '*'
  const step = inRange(/^\*\/(\d{1,2})$/.exec(minutes)?.[1], 1, 59)
  if (step !== null && hours === '*' && everyDay) return words.everyMinutes(step)
  const minute = inRange(minutes, 0, 59)
  if (minute === null) return null
  if (hours === '*' && everyDay) return words.everyHour(two(minute))
  const hour = inRange(hours, 0, 23)
  if (hour === null) return null
  const at = `${two(hour)}:${two(minute)}`
  if (everyDay) return words.everyDay(at)
  if (weekday === '*') {
    const day = inRange(date, 1, 31)
    return day === null ? null : words.everyMonth(day, at)
  }
  const days = date === '*' ? daysOf(weekday) : null
  if (days === null) return null
  if (days.length === 7) return words.everyDay(at)
  if (days.join('') === '12345') return words.weekdays(at)
  return words.onDays(
    days.map((day) => words.days[day] ?? ''),
    at,
  )
}
