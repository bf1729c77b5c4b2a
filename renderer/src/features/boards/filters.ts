/** The board's filters, as they stand in the address. */
import type { Task } from '../../../../native-services/contract/entities.ts'
import { type TaskStatus, taskStatuses } from '../../../../native-services/contract/states.ts'

export interface TaskFilters {
  readonly text: string
  /** An agent's id, `none` for nobody, or empty. */
  readonly assignee: string
  readonly status: TaskStatus | ''
  /** A tag's id, or empty. */
  readonly tag: string
}

export function readFilters(query: Readonly<Record<string, string>>): TaskFilters {
  const status = query['status'] ?? ''
  return {
    text: query['q'] ?? '',
    assignee: query['assignee'] ?? '',
    tag: query['tag'] ?? '',
    status: (taskStatuses as readonly string[]).includes(status) ? (status as TaskStatus) : '',
  }
}

export const isFiltered = (filters: TaskFilters) =>
  filters.text !== '' || filters.assignee !== '' || filters.status !== '' || filters.tag !== ''

export function matches(task: Task, filters: TaskFilters): boolean {
  if (filters.status !== '' && task.status !== filters.status) return false
  if (filters.assignee === 'none' && task.assigned_agent_ids.length > 0) return false
  if (filters.assignee !== '' && filters.assignee !== 'none' && !task.assigned_agent_ids.includes(filters.assignee)) return false
  if (filters.tag !== '' && !task.tag_ids.includes(filters.tag)) return false
  const text = filters.text.trim().toLowerCase()
  if (text === '') return true
  return `#${task.number}` === text || task.title.toLowerCase().includes(text) || task.description.toLowerCase().includes(text)
}
