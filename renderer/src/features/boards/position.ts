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
  /** The moved card's new position. */
  readonly position: number
  /** Others that had to be numbered afresh; nearly always none. */
  readonly others: readonly Placed[]
}

/**
 * @param column the column's cards in order, without the moved one
 * @param index place among them, 0 is the top
 */
export function planMove(column: readonly Placed[], index: number): MovePlan {
  const at = Math.max(0, Math.min(index, column.length))
  const position = positionBetween(column[at - 1]?.position ?? null, column[at]?.position ?? null)
  if (position !== null) return { position, others: [] }
  return {
    position: (at + 1) * step,
    others: column
      .map((card, place) => ({ id: card.id, position: (place < at ? place + 1 : place + 2) * step }))
      .filter((card, place) => card.position !== column[place]?.position),
  }
}
