import { describe, expect, it } from 'vitest'
import { hotSince, leakingSince, memoryTrend, type ProcessPoint } from '../../../native-services/domain/process-trend.ts'

const minute = 60_000
const mb = 2 ** 20
const hour = (of: (minutes: number) => Partial<ProcessPoint>, minutes = 60): ProcessPoint[] =>
  Array.from({ length: minutes + 1 }, (_, at) => ({ at: at * minute, pid: 1, rss: 400 * mb, cpu: 0.01, ...of(at) }))

describe('the hour of a process', () => {
  it('tells how much its memory grows in an hour', () => {
    expect(memoryTrend(hour((at) => ({ rss: (400 + at * 2) * mb })))).toBeCloseTo(120, 0)
    expect(memoryTrend(hour(() => ({})))).toBe(0)
    expect(memoryTrend(hour(() => ({}), 5))).toBeNull()
    expect(memoryTrend([])).toBeNull()
  })

  it('calls it a leak when it grows steadily for half an hour', () => {
    expect(leakingSince(hour((at) => ({ rss: (300 + at * 3) * mb })))).toBe(0)
    expect(leakingSince(hour((at) => ({ rss: (300 + at * 3) * mb }), 29))).toBeNull()
  })

  it('does not call a saw tooth, a step or a small growth of a large process a leak', () => {
    expect(leakingSince(hour((at) => ({ rss: (300 + (at % 10) * 30) * mb })))).toBeNull()
    expect(leakingSince(hour((at) => ({ rss: (at < 59 ? 300 : 600) * mb })))).toBeNull()
    expect(leakingSince(hour((at) => ({ rss: (3000 + at * 2) * mb })))).toBeNull()
  })

  it('begins anew with a new process, and does not count what that one took at its start', () => {
    const restarted = hour((at) => (at < 20 ? { pid: 1, rss: 900 * mb } : { pid: 2, rss: Math.min(500, 100 + (at - 20) * 50) * mb }))
    expect(leakingSince(restarted)).toBeNull()
    expect(memoryTrend(hour((at) => (at < 55 ? {} : { pid: 2 })))).toBeNull()
  })

  it('calls a process hot once it has used most of a core for five minutes', () => {
    expect(hotSince(hour((at) => ({ cpu: at > 50 ? 0.97 : 0.02 })))).toBe(50 * minute)
    expect(hotSince(hour((at) => ({ cpu: at > 56 ? 0.97 : 0.02 })))).toBeNull()
    expect(hotSince(hour((at) => ({ cpu: at > 40 && at !== 58 ? 0.97 : 0.02 })))).toBeNull()
    expect(hotSince(hour(() => ({})))).toBeNull()
    expect(hotSince([])).toBeNull()
  })
})
