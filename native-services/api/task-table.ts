/** Tasks as a table, and a table as tasks. */
import { AppError } from '../contract/errors.ts'
import { csvFields } from '../contract/planning.ts'
import { type TaskStatus, taskStatuses } from '../contract/states.ts'
import { CsvError, parseCsv, printCsv, separatorOf } from '../domain/csv.ts'
import { checkFieldValue, fieldValueFromText, fieldValueToText } from '../domain/field-rules.ts'
import type { AgentRow } from '../store/agents.ts'
import type { CustomFieldRow } from '../store/custom-fields.ts'
import type { TaskRow } from '../store/tasks.ts'
import type { ImportNotes } from './import-notes.ts'
import { isoTime } from './wire.ts'

const separator = '; '
const customPrefix = 'custom.'
/** Written for people; a new task has its own. */
const notRead: readonly string[] = ['created_by', 'created_at', 'updated_at']
const priorities = ['low', 'medium', 'high', 'urgent'] as const

export function printTasks(
  tasks: readonly TaskRow[],
  facts: { fields: readonly CustomFieldRow[]; agentNames: ReadonlyMap<string, string>; tagNames: ReadonlyMap<string, string> },
): string {
  const { fields, agentNames, tagNames } = facts
  const numbers = new Map(tasks.map((task) => [task.id, task.number]))
  const time = (at: number | null): string => (at === null ? '' : isoTime(at))
  const row = (task: TaskRow): string[] => [
    String(task.number),
    task.title,
    task.description,
    task.status,
    task.priority,
    task.assigned_agent_ids.flatMap((id) => agentNames.get(id) ?? []).join(separator),
    task.tag_ids.flatMap((id) => tagNames.get(id) ?? []).join(separator),
    time(task.due_at),
    task.depends_on_task_ids.flatMap((id) => numbers.get(id) ?? []).join(separator),
    task.blocked_reason ?? '',
    task.created_by,
    time(task.created_at),
    time(task.updated_at),
    ...fields.map((field) => fieldValueToText(field, task.custom_field_values[field.field_key])),
  ]
  return printCsv([[...csvFields, ...fields.map((field) => `${customPrefix}${field.field_key}`)], ...tasks.map(row)])
}

/** A row that may be written. */
export interface TableTask {
  line: number
  /** What the row calls itself, for `depends_on` of other rows. */
  number: number | null
  title: string
  description: string
  status: TaskStatus
  priority: TaskRow['priority']
  assigned_agent_ids: string[]
  tags: string[]
  due_at: number | null
  blocked_reason: string | null
  depends_on: number[]
  /** By field id. */
  values: Map<string, unknown>
}

export interface TaskTable {
  mapping: Record<string, string | null>
  tasks: TableTask[]
  refused: number
}

/** `Due at` and `due_at` are the same header. */
const plain = (header: string): string =>
  header
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')

/** Header → field. Throws `invalid_request` for a mapping that names what is not there. */
function mapColumns(
  headers: readonly string[],
  fields: readonly CustomFieldRow[],
  asked: Record<string, string | null>,
): Record<string, string | null> {
  const known = new Set<string>([
    ...csvFields.filter((name) => !notRead.includes(name)),
    ...fields.map((field) => `${customPrefix}${field.field_key}`),
  ])
  for (const [header, field] of Object.entries(asked)) {
    if (!headers.includes(header)) throw new AppError('invalid_request', `The file has no column ${header}.`, { field: 'query.mapping' })
    if (field !== null && !known.has(field))
      throw new AppError('invalid_request', `${field} is no field of a task. There are ${[...known].join(', ')}.`, {
        field: 'query.mapping',
      })
  }
  const mapping: Record<string, string | null> = {}
  for (const header of headers) {
    const guess = plain(header)
    const custom = fields.find((field) => plain(field.label) === guess || field.field_key === guess)
    const found = known.has(guess) ? guess : custom ? `${customPrefix}${custom.field_key}` : null
    mapping[header] = Object.hasOwn(asked, header) ? (asked[header] ?? null) : found
  }
  const used = Object.values(mapping).filter((field) => field !== null)
  const twice = used.find((field, index) => used.indexOf(field) !== index)
  if (twice !== undefined)
    throw new AppError('invalid_request', `Two columns would become ${twice}. Say in \`mapping\` which one does.`, {
      field: 'query.mapping',
    })
  if (!used.includes('title'))
    throw new AppError('invalid_request', 'No column is the title. Name one `title`, or map it.', { field: 'query.mapping' })
  return mapping
}

/**
 * Reads a table; what is wrong with a row is noted with its line, and the row is refused.
 * Throws `invalid_request` for a file that is no table, that has no title, or that has too many rows.
 */
export function readTasks(
  text: string,
  facts: {
    fields: readonly CustomFieldRow[]
    agents: readonly AgentRow[]
    mapping: Record<string, string | null>
    notes: ImportNotes
    maximum: number
  },
): TaskTable {
  const { fields, notes } = facts
  let rows
  try {
    rows = parseCsv(text, separatorOf(text))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new AppError('invalid_request', `Line ${error.line}: ${error.message}`, { field: 'body' })
  }
  const [head, ...body] = rows
  if (!head) throw new AppError('invalid_request', 'The file is empty. Its first line names the columns.', { field: 'body' })
  if (body.length > facts.maximum)
    throw new AppError('payload_too_large', `The file has ${body.length} rows; at most ${facts.maximum} are taken at once.`, {
      field: 'body',
    })
  const twice = head.cells.find((cell, index) => head.cells.indexOf(cell) !== index)
  if (twice !== undefined) throw new AppError('invalid_request', `The column ${twice} is there twice.`, { field: 'body' })
  const mapping = mapColumns(head.cells, fields, facts.mapping)
  const agents = new Map(facts.agents.filter((agent) => agent.status !== 'deleting').map((agent) => [agent.name.toLowerCase(), agent.id]))
  const tasks: TableTask[] = []
  for (const { line, cells } of body) {
    const before = notes.errors()
    if (cells.length > head.cells.length) notes.error(line, null, `The row has ${cells.length} cells, the head has ${head.cells.length}.`)
    const cell = new Map(head.cells.flatMap((header, index) => (mapping[header] ? [[mapping[header], cells[index] ?? '']] : [])))
    const task = readRow({ line, cell, fields, agents, notes })
    if (notes.errors() === before) tasks.push(task)
  }
  return { mapping, tasks, refused: body.length - tasks.length }
}

function readRow(input: {
  line: number
  cell: ReadonlyMap<string, string>
  fields: readonly CustomFieldRow[]
  agents: ReadonlyMap<string, string>
  notes: ImportNotes
}): TableTask {
  const { line, cell, fields, agents, notes } = input
  const text = (name: string): string => cell.get(name)?.trim() ?? ''
  const list = (name: string): string[] =>
    [
      ...new Set(
        text(name)
          .split(';')
          .map((part) => part.trim()),
      ),
    ].filter((part) => part !== '')
  const wrong = (field: string, message: string): null => (notes.error(line, field, message), null)
  function number(field: string, given: string): number | null {
    if (given === '') return null
    const value = Number(given.replace(/^#/, ''))
    return Number.isInteger(value) && value > 0 ? value : wrong(field, `${given} is no number of a task.`)
  }

  const title = text('title')
  if (title === '') wrong('title', 'The title is missing.')
  else if (title.length > 2000) wrong('title', 'The title is longer than 2,000 characters.')
  const description = cell.get('description') ?? ''
  if (description.length > 100_000) wrong('description', 'The description is longer than 100,000 characters.')
  const priority = priorities.find((each) => each === (plain(text('priority')) || 'medium'))
  if (!priority) wrong('priority', `${text('priority')} is none of ${priorities.join(', ')}.`)
  const assigned = list('assignees').flatMap(
    (name) => agents.get(name.replace(/^@/, '').toLowerCase()) ?? wrong('assignees', `There is no agent ${name} on this board.`) ?? [],
  )
  const status = taskStatuses.find((each) => each === (plain(text('status')) || (assigned.length > 0 ? 'assigned' : 'inbox')))
  if (!status) wrong('status', `${text('status')} is none of ${taskStatuses.join(', ')}.`)
  else if ((status === 'assigned' || status === 'in_progress') && assigned.length === 0)
    wrong('status', `A task in ${status} needs somebody who has it.`)
  else if (status === 'inbox' && assigned.length > 0) wrong('status', 'The inbox holds tasks that nobody has.')
  const reason = text('blocked_reason')
  if (status === 'blocked' && reason === '') wrong('blocked_reason', 'A blocked task needs a reason.')
  const due = text('due_at')
  const dueAt = due === '' ? null : /^\d{4}-\d{2}-\d{2}($|T)/.test(due) ? Date.parse(due) : Number.NaN
  if (Number.isNaN(dueAt)) wrong('due_at', `${due} is no moment like 2026-03-01T09:00:00Z.`)
  const tags = list('tags')
  const long = tags.find((tag) => tag.length > 60)
  if (long !== undefined) wrong('tags', `The tag ${long.slice(0, 20)}… is longer than 60 characters.`)

  const values = new Map<string, unknown>()
  for (const field of fields) {
    const name = `${customPrefix}${field.field_key}`
    const given = fieldValueFromText(field, cell.get(name) ?? '')
    const checked = checkFieldValue(field, given ?? field.default_value)
    if ('problem' in checked) wrong(name, `${field.label} ${checked.problem}.`)
    else if (checked.value !== null) values.set(field.id, checked.value)
    else if (field.required) wrong(name, `${field.label} is required on this board.`)
  }
  return {
    line,
    number: number('number', text('number')),
    title,
    description,
    status: status ?? 'inbox',
    priority: priority ?? 'medium',
    assigned_agent_ids: assigned,
    tags,
    due_at: dueAt,
    blocked_reason: status === 'blocked' ? reason : null,
    depends_on: list('depends_on').flatMap((each) => number('depends_on', each) ?? []),
    values,
  }
}
