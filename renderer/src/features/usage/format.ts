/** Money and tokens for people. */
import { compact, usd, whole } from '../../lib/numbers.ts'
import { strings } from './strings.ts'

/** @param micros Millionths of a dollar; null: no price is known. */
export const money = (micros: number | null): string => (micros === null ? strings.unknown : usd(micros / 1_000_000))
export const tokens = (count: number): string => (count < 10_000 ? whole(count) : compact(count))
export const exactly = whole

/** The local day `back` days ago, `2026-03-29`. */
export function dayBack(back: number): string {
  const date = new Date()
  date.setDate(date.getDate() - back)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Every day of the last `count`, today included, oldest first. */
export const lastDays = (count: number): string[] => Array.from({ length: count }, (_, index) => dayBack(count - 1 - index))
