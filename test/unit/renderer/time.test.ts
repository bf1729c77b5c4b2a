import { describe, expect, it } from 'vitest'
import { countdown, duration, intervalMs, relativeTime } from '../../../renderer/src/lib/time.ts'

const now = Date.parse('2026-06-15T12:00:00.000Z')
const at = (ms: number) => new Date(now + ms).toISOString()

describe('relativeTime', () => {
  it('speaks in the largest unit that fits', () => {
    expect(relativeTime(at(-2000), now)).toBe('now')
    expect(relativeTime(at(2000), now)).toBe('now')
    expect(relativeTime(at(-12_000), now)).toBe('12s ago')
    expect(relativeTime(at(-59_999), now)).toBe('59s ago')
    expect(relativeTime(at(-60_000), now)).toBe('1m ago')
    expect(relativeTime(at(-3_600_000), now)).toBe('1h ago')
    expect(relativeTime(at(-3 * 86_400_000), now)).toBe('3d ago')
    expect(relativeTime(at(90_000), now)).toBe('in 1m')
  })

  it('becomes a date after a week, with the year when it is another one', () => {
    expect(relativeTime(at(-20 * 86_400_000), now)).toMatch(/26/)
    expect(relativeTime(at(-400 * 86_400_000), now)).toMatch(/2025/)
    expect(relativeTime('nonsense', now)).toBe('—')
  })
})

describe('duration', () => {
  it('shows the two largest parts', () => {
    expect(duration(0)).toBe('0s')
    expect(duration(9000)).toBe('9s')
    expect(duration(130_000)).toBe('2m 10s')
    expect(duration(3_600_000)).toBe('1h')
    expect(duration(3 * 86_400_000 + 4 * 3_600_000 + 59_000)).toBe('3d 4h')
    expect(duration(-5)).toBe('0s')
  })
})

describe('countdown', () => {
  it('never goes below zero', () => {
    expect(countdown(at(24_000), now)).toBe('0:24')
    expect(countdown(at(725_000), now)).toBe('12:05')
    expect(countdown(at(-9000), now)).toBe('0:00')
  })
})

describe('intervalMs', () => {
  it('reads heartbeat intervals', () => {
    expect(intervalMs('30s')).toBe(30_000)
    expect(intervalMs('10m')).toBe(600_000)
    expect(intervalMs('0m')).toBeNull()
    expect(intervalMs('disabled')).toBeNull()
  })
})
