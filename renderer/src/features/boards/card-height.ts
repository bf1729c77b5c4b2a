/**
 * How high a card will be before it was drawn. Cards that are made alike are as high as each other, so a column of
 * thousands is laid out without measuring any of them; the browser reports the few that differ after it has drawn them.
 */
import type { Task } from '../../../../native-services/contract/entities.ts'

export const usualHeight = 74
const seen: (number | undefined)[] = []
// Asked of all cards whenever a column changes: a task that changes is another object.
const shapes = new WeakMap<Task, number>()

/** A number for what decides the height. Lines of the title are guessed: a column holds about 26 letters. */
function shapeOf(task: Task): number {
  const known = shapes.get(task)
  if (known !== undefined) return known
  const lines = Math.min(3, Math.ceil(task.title.length / 26))
  const waits = task.status === 'blocked' ? (task.blocked_reason ?? '').length : (task.waiting_for ?? '').length
  const foot = task.assigned_agent_ids.length > 0 || task.comment_count > 0 || task.due_at !== null ? 1 : 0
  const fields = Math.min(7, Object.keys(task.custom_field_values).length)
  const shape = lines | (Math.min(7, Math.ceil(waits / 26)) << 2) | (foot << 5) | (Math.min(3, task.tag_ids.length) << 6) | (fields << 8)
  shapes.set(task, shape)
  return shape
}

export const cardHeight = (task: Task): number => seen[shapeOf(task)] ?? usualHeight

export function learnHeight(task: Task, height: number): void {
  if (height > 0) seen[shapeOf(task)] = height
}
