/** Heartbeat intervals as people write them, and how long silence may last before it means something. */
import { AppError } from '../contract/errors.ts'

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 }
/** Shorter than this an agent would spend its life answering us; longer than this a timer says nothing. */
const shortest = 10_000
const longest = 7 * 24 * 3_600_000

/** `30s`, `10m`, `1h` → milliseconds; `0m` and `disabled` → 0, no heartbeats. Throws `invalid_request`. */
export function parseEvery(every: string): number {
  if (every === 'disabled') return 0
  const match = /^(\d{1,9})(s|m|h)$/.exec(every)
  const ms = match ? Number(match[1]) * (units[match[2] ?? ''] ?? Number.NaN) : Number.NaN
  if (ms === 0) return 0
  if (!Number.isFinite(ms) || ms < shortest || ms > longest) {
    throw new AppError(
      'invalid_request',
      `The heartbeat interval ${every} is not usable. Write a number with s, m or h between 10s and 168h, or disabled.`,
      {
        field: 'heartbeat_config.every',
      },
    )
  }
  return ms
}

export interface SilenceLimits {
  /** Late after this many milliseconds without a sign of life. */
  lateMs: number
  offlineMs: number
}

/** Silence shorter than these is never held against an agent. */
export const defaultSilenceFloors: SilenceLimits = { lateMs: 30_000, offlineMs: 600_000 }

/** From the agent's own interval, with floors; null when silence says nothing about it. */
export function silenceLimits(everyMs: number, floors: SilenceLimits = defaultSilenceFloors): SilenceLimits | null {
  if (everyMs <= 0) return null
  const lateMs = Math.max(1.5 * everyMs, floors.lateMs)
  // Late comes before offline, whatever was set.
  return { lateMs, offlineMs: Math.max(3 * everyMs, floors.offlineMs, lateMs) }
}
