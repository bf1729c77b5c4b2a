/** Tasks that wait for other tasks: what may depend on what, and what a task that waits may not do. */
import { AppError } from '../contract/errors.ts'
import { type TaskStatus, taskStates } from '../contract/states.ts'

export interface DependencyFacts {
  task_id: string
  /** Null for a task that is being created. */
  task_status: TaskStatus | null
  /** What it is to depend on. */
  depends_on: readonly string[]
  /** Tasks of its board. */
  known: (id: string) => boolean
  /** All dependencies of the board as they are. */
  edges: readonly { task_id: string; depends_on_task_id: string }[]
}

/** A way from `from` to `to` along dependencies, both included; null when there is none. */
export function dependencyPath(from: string, to: string, edges: DependencyFacts['edges']): string[] | null {
  const next = Map.groupBy(edges, (edge) => edge.task_id)
  const cameFrom = new Map<string, string | null>([[from, null]])
  const queue = [from]
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at === to) {
      const path: string[] = []
      for (let step: string | null = at; step !== null; step = cameFrom.get(step) ?? null) path.unshift(step)
      return path
    }
    for (const { depends_on_task_id: id } of next.get(at) ?? []) {
      if (cameFrom.has(id)) continue
      cameFrom.set(id, at)
      queue.push(id)
    }
  }
  return null
}

/** Throws `AppError`: `invalid_request` (itself), `not_found` (no such task on the board), `conflict` (a circle, or the task is done). */
export function checkDependencies(facts: DependencyFacts): void {
  const field = 'body.depends_on_task_ids'
  if (facts.depends_on.includes(facts.task_id))
    throw new AppError('invalid_request', 'A task cannot wait for itself. Leave it out.', { field })
  for (const id of facts.depends_on)
    if (!facts.known(id))
      throw new AppError('not_found', 'One of the tasks to wait for is not on this board. Read the board again.', {
        field,
        data: { task_id: id },
      })
  if (facts.task_status === 'done')
    throw new AppError('conflict', 'Cannot change task dependencies after a task is done. Reopen it first.', { field })
  const others = facts.edges.filter((edge) => edge.task_id !== facts.task_id)
  for (const id of facts.depends_on) {
    const path = dependencyPath(id, facts.task_id, others)
    if (path)
      throw new AppError('conflict', 'These tasks would wait for each other in a circle. Remove one of the dependencies.', {
        field,
        data: { task_ids: path },
      })
  }
}

const needsDependencies: ReadonlySet<TaskStatus> = new Set(['in_progress', 'review', 'done'])

/** A task that waits for others can neither begin nor be finished. Throws `task_blocked_cannot_transition` with the ids. */
export function checkBlocked(target: TaskStatus, blockers: readonly { id: string; number: number }[]): void {
  if (blockers.length === 0 || !needsDependencies.has(target)) return
  throw new AppError(
    'task_blocked_cannot_transition',
    `It cannot move to ${taskStates[target].label} before ${blockers.map((blocker) => `#${blocker.number}`).join(', ')} ${blockers.length === 1 ? 'is' : 'are'} done. Finish that first, or remove the dependency.`,
    { field: 'body.status', data: { blocked_by_task_ids: blockers.map((blocker) => blocker.id) } },
  )
}

/** Whether a task in this status holds up those that depend on it. */
export const holdsUp = (status: TaskStatus): boolean => status !== 'done' && status !== 'archived'
