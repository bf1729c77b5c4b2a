/** Money and tokens for people. */
import { strings } from './strings.ts'

const dollars = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' })
const small = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 })
const whole = new Intl.NumberFormat()
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })

/** @param micros Millionths of a dollar; null: no price is known. */
export function money(micros: number | null): string {
  if (micros === null) return strings.unknown
  const amount = micros / 1_000_000
  return amount !== 0 && Math.abs(amount) < 0.01 ? small.format(amount) : dollars.format(amount)
}
export const tokens = (count: number): string => (count < 10_000 ? whole.format(count) : compact.format(count))
export const exactly = (count: number): string => whole.format(count)

/** The local day `back` days ago, `2026-03-29`. */
export function dayBack(back: number): string {
  const date = new Date()
  date.setDate(date.getDate() - back)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Every day of the last `count`, today included, oldest first. */
export const lastDays = (count: number): string[] => Array.from({ length: count }, (_, index) => dayBack(count - 1 - index))

const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
/** `29 Mar` */
export const dayLabel = (day: string): string => short.format(new Date(`${day}T12:00:00`))
