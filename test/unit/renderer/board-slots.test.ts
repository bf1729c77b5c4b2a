import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { handOn, type Slot } from '../../../renderer/src/features/boards/slots.ts'

const from = (ids: string): readonly Slot[] => handOn([], ids.split(''))
const keys = (slots: readonly Slot[]) => slots.map(({ key }) => key)

describe('elements of a virtual column', () => {
  it('stay the same array while the same tasks are shown', () => {
    const before = from('abc')
    expect(handOn(before, ['a', 'b', 'c'])).toBe(before)
  })

  it('are taken over by tasks that come in the place of others', () => {
    expect(keys(handOn(from('abcd'), 'xyzw'.split('')))).toEqual([0, 1, 2, 3])
    // b stays; what comes before it takes what was before it.
    expect(handOn(from('abcd'), 'xbyz'.split(''))).toEqual([
      { id: 'x', key: 0 },
      { id: 'b', key: 1 },
      { id: 'y', key: 2 },
      { id: 'z', key: 3 },
    ])
  })

  it('are not handed over a neighbour that stays', () => {
    // As when scrolling: one goes at the top, one comes at the end.
    expect(keys(handOn(from('abc'), 'bcd'.split('')))).toEqual([1, 2, 3])
    expect(keys(handOn(from('abc'), 'xab'.split('')))).toEqual([3, 0, 1])
  })

  it('belong to one task each, whatever comes and goes, and none that stays gets another', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 12 }).map(String))
    fc.assert(
      fc.property(fc.array(ids, { minLength: 2, maxLength: 6 }), (steps) => {
        let before: readonly Slot[] = []
        for (const shown of steps) {
          const after = handOn(before, shown)
          expect(after.map(({ id }) => id)).toEqual(shown)
          expect(new Set(keys(after)).size).toBe(shown.length)
          for (const { id, key } of before) if (shown.includes(id)) expect(after.find((slot) => slot.id === id)?.key).toBe(key)
          before = after
        }
      }),
    )
  })
})
