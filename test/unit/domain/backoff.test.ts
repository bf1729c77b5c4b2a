import fc from 'fast-check'
import { expect, it } from 'vitest'
import { backoffMs } from '../../../native-services/domain/backoff.ts'

it('stays between 1 ms and the cap, and doubles its ceiling until there', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
      const ms = backoffMs({ attempt, base_ms: 5000, max_ms: 300_000, random })
      expect(Number.isInteger(ms)).toBe(true)
      expect(ms).toBeGreaterThanOrEqual(1)
      expect(ms).toBeLessThanOrEqual(Math.min(300_000, 5000 * 2 ** (attempt - 1)))
    }),
  )
  expect([1, 2, 3, 7, 8].map((attempt) => backoffMs({ attempt, base_ms: 5000, max_ms: 300_000, random: 0.999999 }))).toEqual([
    5000, 10_000, 20_000, 300_000, 300_000,
  ])
})
