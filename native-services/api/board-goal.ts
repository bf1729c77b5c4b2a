/** What is asked of a board's goal and group, checked before it is written. */
import type { BodyOf } from '../contract/operations.ts'
import { AppError } from '../contract/errors.ts'
import { goalProblem } from '../domain/goal-rules.ts'
import type { BoardRow } from '../store/boards.ts'
import type { Store } from '../store/store.ts'

type Asked = Partial<BodyOf<'updateBoard'>>

/**
 * Throws `not_found` for a group that does not exist, `invalid_request` for a confirmed goal that lacks something.
 * @param before The board as it is; null for a new one.
 * @returns Who set the goal, when the request changes it and does not say so itself.
 */
export function checkGoal(store: Store, before: BoardRow | null, asked: Asked): { goal_source?: string } {
  if (typeof asked.board_group_id === 'string' && !store.boardGroups.get(asked.board_group_id))
    throw new AppError('not_found', 'There is no such board group.', { field: 'body.board_group_id' })
  const problem = goalProblem({
    board_type: asked.board_type ?? before?.board_type ?? 'general',
    objective: asked.objective === undefined ? (before?.objective ?? null) : asked.objective,
    success_metrics: asked.success_metrics ?? before?.success_metrics ?? [],
    goal_confirmed: asked.goal_confirmed ?? before?.goal_confirmed ?? false,
  })
  // A board that came into this state by another way may still be changed in everything else.
  const concerns = asked.goal_confirmed ?? asked.objective ?? asked.success_metrics ?? asked.board_type
  const touched = concerns !== undefined || asked.objective === null
  if (problem && touched) throw new AppError('invalid_request', problem.message, { field: `body.${problem.field}` })
  const sets =
    Boolean(asked.objective) ||
    (asked.success_metrics?.length ?? 0) > 0 ||
    typeof asked.target_date === 'string' ||
    asked.goal_confirmed === true
  return sets && asked.goal_source === undefined ? { goal_source: 'operator' } : {}
}
