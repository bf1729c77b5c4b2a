/** The board's filters and order, as they stand in the address. Pure: the query in, a test for tasks out. */
import type { Task } from '../../../../native-services/contract/entities.ts'
import { type TaskStatus, taskStatuses } from '../../../../native-services/contract/states.ts'

export const dueChoices = ['overdue', 'today', 'week', 'none'] as const
export const conditionChoices = ['blocked', 'waiting', 'unread', 'dependent'] as const
export const sortChoices = ['manual', 'priority', 'due', 'updated', 'created', 'title'] as const
export const groupChoices = ['status', 'assignee', 'priority', 'none'] as const
export const priorities = ['low', 'medium', 'high', 'urgent'] as const

export type DueChoice = (typeof dueChoices)[number]
export type ConditionChoice = (typeof conditionChoices)[number]
export type SortChoice = (typeof sortChoices)[number]
export type GroupChoice = (typeof groupChoices)[number]

export interface TaskFilters {
  readonly text: string
  /** An agent's id, `none` for nobody, or empty. */
  readonly assignee: string
  readonly status: TaskStatus | ''
  /** A tag's id, or empty. */
  readonly tag: string
  readonly priority: Task['priority'] | ''
  readonly due: DueChoice | ''
  readonly condition: ConditionChoice | ''
  /** Key of a custom field and the value it must have; an empty value means none. Null for any. */
  readonly field: { readonly key: string; readonly value: string } | null
}

/** What of the address is a filter, and nothing else: the view, an open dialog and the chat are not. */
export const filterKeys = ['q', 'assignee', 'status', 'tag', 'priority', 'due', 'is', 'field'] as const
/** What a saved filter keeps beside them. */
const savedKeys = [...filterKeys, 'sort', 'group'] as const

type Query = Readonly<Record<string, string>>

const oneOf = <Value extends string>(choices: readonly Value[], value: string | undefined): Value | '' =>
  (choices as readonly string[]).includes(value ?? '') ? (value as Value) : ''

export function readFilters(query: Query): TaskFilters {
  const field = query['field'] ?? ''
  const at = field.indexOf('=')
  return {
    text: query['q'] ?? '',
    assignee: query['assignee'] ?? '',
    tag: query['tag'] ?? '',
    status: oneOf(taskStatuses, query['status']),
    priority: oneOf(priorities, query['priority']),
    due: oneOf(dueChoices, query['due']),
    condition: oneOf(conditionChoices, query['is']),
    field: at > 0 ? { key: field.slice(0, at), value: field.slice(at + 1) } : null,
  }
}

export const readSort = (query: Query): SortChoice => oneOf(sortChoices, query['sort']) || 'manual'
export const readGroup = (query: Query): GroupChoice => oneOf(groupChoices, query['group']) || 'status'

export const isFiltered = (filters: TaskFilters) =>
  filters.field !== null ||
  [filters.text, filters.assignee, filters.status, filters.tag, filters.priority, filters.due, filters.condition].some(
    (value) => value !== '',
  )

/** A query that takes every filter away. */
export const noFilters = (): Record<string, null> => Object.fromEntries(filterKeys.map((key) => [key, null]))

/** The filters of an address in one order, so that two that mean the same read the same. */
export function savedQuery(query: Query): string {
  const kept = new URLSearchParams()
  for (const key of savedKeys) {
    const value = query[key] ?? ''
    if (value !== '') kept.set(key, value)
  }
  return kept.toString()
}

/** What the address has to change to show a saved filter. */
export function applySaved(saved: string): Record<string, string | null> {
  const wanted = new URLSearchParams(saved)
  return Object.fromEntries(savedKeys.map((key) => [key, wanted.get(key)]))
}

// Ten thousand titles are not put into lower case at every key: a task that changes is another object.
const lowered = new WeakMap<Task, string>()
function wordsOf(task: Task): string {
  const known = lowered.get(task)
  if (known !== undefined) return known
  const words = `${task.title}\n${task.description}`.toLowerCase()
  lowered.set(task, words)
  return words
}

/** Puts so many titles into lower case ahead of the first key. Returns where to go on; null at the end. */
export function prepareWords(tasks: readonly Task[], from: number): number | null {
  const until = Math.min(tasks.length, from + 500)
  for (const task of tasks.slice(from, until)) wordsOf(task)
  return until < tasks.length ? until : null
}

const dayMs = 86_400_000
const finished = (task: Task) => task.status === 'done' || task.status === 'archived'

function dueTest(due: DueChoice, now: number): (task: Task) => boolean {
  if (due === 'none') return (task) => task.due_at === null
  const midnight = new Date(now)
  midnight.setHours(0, 0, 0, 0)
  const today = midnight.getTime()
  // The week begins on Monday.
  const nextMonday = today + (7 - ((midnight.getDay() + 6) % 7)) * dayMs
  const within = (from: number, to: number) => (task: Task) => {
    if (task.due_at === null) return false
    const at = Date.parse(task.due_at)
    return at >= from && at < to
  }
  if (due === 'today') return within(today, today + dayMs)
  if (due === 'week') return within(today, nextMonday)
  const late = within(-Infinity, now)
  return (task) => late(task) && !finished(task)
}

const conditions: Record<ConditionChoice, (task: Task) => boolean> = {
  blocked: (task) => task.status === 'blocked',
  waiting: (task) => task.waiting_for !== null,
  unread: (task) => task.unread_count > 0,
  dependent: (task) => task.is_blocked,
}

function fieldText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * Every word must occur, in any order; `#12` is the task of that number.
 * @param now milliseconds; what is overdue and what is this week
 */
export function compileFilters(filters: TaskFilters, now: number): (task: Task) => boolean {
  const { status, assignee, tag, priority, due, condition, field } = filters
  const text = filters.text.trim().toLowerCase()
  const tests: ((task: Task) => boolean)[] = []
  if (status !== '') tests.push((task) => task.status === status)
  if (assignee === 'none') tests.push((task) => task.assigned_agent_ids.length === 0)
  else if (assignee !== '') tests.push((task) => task.assigned_agent_ids.includes(assignee))
  if (tag !== '') tests.push((task) => task.tag_ids.includes(tag))
  if (priority !== '') tests.push((task) => task.priority === priority)
  if (due !== '') tests.push(dueTest(due, now))
  if (condition !== '') tests.push(conditions[condition])
  if (field !== null) {
    const wanted = field.value.toLowerCase()
    tests.push((task) => fieldText(task.custom_field_values[field.key]).toLowerCase() === wanted)
  }
  if (/^#\d+$/.test(text)) {
    const number = Number(text.slice(1))
    tests.push((task) => task.number === number)
  } else if (text !== '') {
    const terms = text.split(/\s+/)
    tests.push((task) => {
      const words = wordsOf(task)
      return terms.every((term) => words.includes(term))
    })
  }
  return (task) => tests.every((test) => test(task))
}

const rank: Record<Task['priority'], number> = { urgent: 0, high: 1, medium: 2, low: 3 }
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const orders: Record<Exclude<SortChoice, 'manual'>, (a: Task, b: Task) => number> = {
  priority: (a, b) => rank[a.priority] - rank[b.priority],
  // What is due first stands first; what is never due, last.
  due: (a, b) => byText(a.due_at ?? '\uffff', b.due_at ?? '\uffff'),
  updated: (a, b) => byText(b.last_message_at ?? b.updated_at, a.last_message_at ?? a.updated_at),
  created: (a, b) => byText(b.created_at, a.created_at),
  title: (a, b) => collator.compare(a.title, b.title),
}

/** Those that are alike keep the order of the board. */
export function sortTasks(tasks: readonly Task[], sort: SortChoice): readonly Task[] {
  return sort === 'manual' ? tasks : tasks.toSorted(orders[sort])
}

export interface TaskGroup {
  readonly key: string
  readonly tasks: readonly Task[]
}

/** Groups in the order they are shown, none of them empty. A task with several assignees stands under the first. */
export function groupTasks(
  tasks: readonly Task[],
  group: GroupChoice,
  options: { statuses: readonly string[]; agentIds: readonly string[] },
): TaskGroup[] {
  if (group === 'none') return tasks.length === 0 ? [] : [{ key: '', tasks }]
  const known = new Set(options.agentIds)
  const keyOf = (task: Task): string => {
    if (group === 'status') return task.status
    if (group === 'priority') return task.priority
    const first = task.assigned_agent_ids[0]
    return first !== undefined && known.has(first) ? first : 'none'
  }
  const parts = Map.groupBy(tasks, keyOf)
  const keys = group === 'status' ? options.statuses : group === 'priority' ? priorities.toReversed() : [...options.agentIds, 'none']
  return keys.flatMap((key) => {
    const own = parts.get(key)
    return own ? [{ key, tasks: own }] : []
  })
}
