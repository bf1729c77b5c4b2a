/**
 * Where a card goes. Positions are fractions between neighbours, so that moving one card writes one card; when two
 * neighbours have come too close to each other the column is numbered afresh.
 */
import type { Task } from '../../../../native-services/contract/entities.ts'

const step = 1000

export type Placed = Pick<Task, 'id' | 'position'>

/** Between two neighbours; `null` is an end of the column. Null when there is no number left between them. */
export function positionBetween(before: number | null, after: number | null): number | null {
  if (before === null && after === null) return step
  if (before === null) return (after ?? 0) - step
  if (after === null) return before + step
  const middle = before + (after - before) / 2
  return middle > before && middle < after ? middle : null
}

export interface MovePlan {
  /** The new positions of the moved cards, from the top. */
  readonly positions: readonly number[]
  /** Others that had to be numbered afresh; nearly always none. */
  readonly others: readonly Placed[]
}

/** Numbers in growing order between two neighbours; null when there is no room for so many. */
function positionsBetween(before: number | null, after: number | null, count: number): number[] | null {
  const positions: number[] = []
  for (let last = before; positions.length < count;) {
    const left = count - positions.length
    // Before the first card of a column they go upwards from it, elsewhere each takes its share of what is left.
    const next =
      after === null
        ? positionBetween(last, null)
        : last === null
          ? after - step * left
          : left === 1
            ? positionBetween(last, after)
            : last + (after - last) / (left + 1)
    if (next === null || (last !== null && next <= last) || (after !== null && next >= after)) return null
    positions.push(next)
    last = next
  }
  return positions
}

/**
 * @param column the column's cards in order, without the moved ones
 * @param index place among them, 0 is the top
 * @param count how many cards go there, one below the other
 */
export function planMove(column: readonly Placed[], index: number, count = 1): MovePlan {
  const at = Math.max(0, Math.min(index, column.length))
  const positions = positionsBetween(column[at - 1]?.position ?? null, column[at]?.position ?? null, count)
  if (positions !== null) return { positions, others: [] }
  return {
    positions: Array.from({ length: count }, (_, nth) => (at + 1 + nth) * step),
    others: column
      .map((card, place) => ({ id: card.id, position: (place < at ? place + 1 : place + 1 + count) * step }))
      .filter((card, place) => card.position !== column[place]?.position),
  }
}
