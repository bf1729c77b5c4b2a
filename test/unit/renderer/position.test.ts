import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planMove, positionBetween } from '../../../renderer/src/features/boards/position.ts'

describe('positionBetween', () => {
  it('takes the middle of its neighbours, and room at the ends', () => {
    expect(positionBetween(1000, 2000)).toBe(1500)
    expect(positionBetween(null, 1000)).toBe(0)
    expect(positionBetween(3000, null)).toBe(4000)
    expect(positionBetween(null, null)).toBe(1000)
  })

  it('says when there is no number left', () => {
    expect(positionBetween(1, 1)).toBeNull()
    expect(positionBetween(1, 1 + Number.EPSILON)).toBeNull()
  })
})

describe('planMove', () => {
  it('puts the card where it was dropped, whatever the column and however often', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 1, maxLength: 120 }), (places) => {
        let column: { id: string; position: number }[] = []
        let expected: string[] = []
        for (const [turn, wanted] of places.entries()) {
          const index = wanted % (column.length + 1)
          const plan = planMove(column, index)
          const moved = { id: String(turn), position: plan.positions[0] ?? Number.NaN }
          column = [...column.map((card) => plan.others.find((other) => other.id === card.id) ?? card), moved].toSorted(
            (a, b) => a.position - b.position,
          )
          expected = expected.toSpliced(index, 0, moved.id)
          expect(column.map((card) => card.id)).toEqual(expected)
        }
      }),
    )
  })

  it('numbers the column afresh when a gap is used up, and only then', () => {
    expect(
      planMove(
        [
          { id: 'a', position: 1000 },
          { id: 'b', position: 2000 },
        ],
        1,
      ),
    ).toEqual({ positions: [1500], others: [] })
    const plan = planMove(
      [
        { id: 'a', position: 5 },
        { id: 'b', position: 5 },
      ],
      1,
    )
    expect(plan.others).toEqual([
      { id: 'a', position: 1000 },
      { id: 'b', position: 3000 },
    ])
    expect(plan.positions).toEqual([2000])
  })

  it('keeps several together, in their order, at the place where they were dropped', () => {
    const drops = fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(drops, (places) => {
        let column: { id: string; position: number }[] = []
        let expected: string[] = []
        for (const [turn, [wanted, count]] of places.entries()) {
          const index = wanted % (column.length + 1)
          const plan = planMove(column, index, count)
          const moved = plan.positions.map((position, nth) => ({ id: `${turn}.${nth}`, position }))
          expect(moved).toHaveLength(count)
          column = [...column.map((card) => plan.others.find((other) => other.id === card.id) ?? card), ...moved].toSorted(
            (a, b) => a.position - b.position,
          )
          expected = expected.toSpliced(index, 0, ...moved.map((card) => card.id))
          expect(column.map((card) => card.id)).toEqual(expected)
        }
      }),
    )
  })
})
