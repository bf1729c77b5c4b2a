/** A new board from a file. What the file says is checked first; then it is written in chunks, so that progress shows and nobody waits. */
import { randomBytes } from 'node:crypto'
import type { CustomFieldRow } from '../store/custom-fields.ts'
import { AppError } from '../contract/errors.ts'
import type { BoardFile, BoardFileTask } from '../contract/planning.ts'
import { checkDefinition, checkFieldValue } from '../domain/field-rules.ts'
import { parseRecurrence } from '../domain/recurrence.ts'
import { errorText } from '../platform/log.ts'
import type { BoardRow } from '../store/boards.ts'
import type { Store } from '../store/store.ts'
import { slugOf } from './handlers/boards.ts'
import { breathe, createNotes, importChunk, type ImportNotes } from './import-notes.ts'
import { tagSlug } from './tag-slug.ts'
import type { WebhookOutService } from './webhook-out-service.ts'
import type { WebhookService } from './webhook-service.ts'

const noAgents: readonly BoardFileTask['status'][] = ['assigned', 'in_progress']

/** A moment of the file as milliseconds; null when it is none. */
function moment(text: string | null): number | null {
  const at = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) ? null : at
}

/** Looks at everything that a schema cannot see. Errors keep the file out; what is only changed on the way in is a warning. */
function inspect(store: Store, file: BoardFile, notes: ImportNotes): void {
  // First: only so many notes are shown, and these are the ones that somebody has to act on.
  inspectWebhooks(file, notes)
  for (const field of file.custom_fields) {
    try {
      checkDefinition(field)
    } catch (error) {
      notes.error(null, `custom_fields.${field.field_key}`, errorText(error))
    }
    const known = store.customFields.byKey(field.field_key)
    if (known && known.field_type !== field.field_type)
      notes.error(
        null,
        `custom_fields.${field.field_key}`,
        `There is a field ${field.field_key} here of another type: ${known.field_type}, not ${field.field_type}.`,
      )
  }
  const repeated = (keys: readonly (string | number)[]) => keys.filter((key, index) => keys.indexOf(key) !== index)
  for (const key of repeated(file.custom_fields.map((field) => field.field_key)))
    notes.error(null, 'custom_fields', `The field ${key} is there twice.`)
  const present = new Set(file.tasks.map((task) => task.number))
  const numbers = new Set<number>()
  for (const task of file.tasks) {
    if (numbers.has(task.number)) notes.error(task.number, 'number', `The number ${task.number} is there twice.`)
    numbers.add(task.number)
    for (const name of ['created_at', 'updated_at', 'due_at', 'in_progress_at'] as const)
      if (task[name] !== null && moment(task[name]) === null) notes.error(task.number, name, `${task[name]} is no moment.`)
    if (task.comments.some((comment) => moment(comment.created_at) === null))
      notes.error(task.number, 'comments', 'A comment has no valid moment.')
    for (const other of task.depends_on)
      if (!present.has(other)) notes.warn(task.number, 'depends_on', `There is no task ${other} in the file.`)
    if (task.assigned_to.length > 0)
      notes.warn(
        task.number,
        'assigned_to',
        `A new board has no agents: ${task.assigned_to.join(', ')} ${noAgents.includes(task.status) ? 'left out, the task waits in the inbox.' : 'left out.'}`,
      )
  }
  const files = file.tasks.flatMap((task) => task.files)
  for (const task of file.tasks)
    if (task.files.length > 0) notes.warn(task.number, 'files', `Files are no part of a board file: ${task.files.join(', ')} left out.`)
  if (files.length > 0) notes.warn(null, 'files', `${files.length} files stay behind in all. A backup takes them along.`)
  inspectBesideTasks(store, file, notes)
  const circle = findCircle(file.tasks)
  if (circle !== null) notes.error(circle, 'depends_on', `The task ${circle} depends on itself, over others.`)
  for (const [index, row] of file.recurring_tasks.entries()) {
    try {
      parseRecurrence({ schedule: row.schedule, timezone: row.timezone, anchorAt: Date.now() })
    } catch (error) {
      notes.error(null, `recurring_tasks.${index}`, `${row.name}: ${errorText(error)}`)
    }
  }
}

function inspectBesideTasks(store: Store, file: BoardFile, notes: ImportNotes): void {
  const present = new Set(file.tasks.map((task) => task.number))
  for (const [index, document] of file.documents.entries()) {
    if (moment(document.created_at) === null || moment(document.updated_at) === null)
      notes.error(null, `documents.${index}`, `${document.title}: a moment is not valid.`)
    if (document.task !== null && !present.has(document.task))
      notes.warn(
        null,
        `documents.${index}`,
        `There is no task ${document.task} in the file: ${document.title} becomes a document of the board.`,
      )
  }
  if (file.memory.some((entry) => moment(entry.created_at) === null)) notes.error(null, 'memory', 'An entry has no valid moment.')
  if (file.board.group !== null && !store.boardGroups.byName(file.board.group))
    notes.warn(null, 'board.group', `There is no group ${file.board.group} here: the board belongs to none.`)
}

function inspectWebhooks(file: BoardFile, notes: ImportNotes): void {
  for (const [index, webhook] of file.webhooks.entries()) {
    const name = webhook.description || 'A webhook'
    if (webhook.signed)
      notes.warn(
        null,
        `webhooks.${index}`,
        `${name} has a new address and a new secret: set your own in the settings of the board, and tell the sender.`,
      )
    else notes.warn(null, `webhooks.${index}`, `${name} has a new address: tell the sender.`)
    if (webhook.agent !== null)
      notes.warn(null, `webhooks.${index}`, `${name}: a new board has no agents: the lead hears of it instead of ${webhook.agent}.`)
  }
  for (const [index, webhook] of file.outgoing_webhooks.entries())
    notes.warn(
      null,
      `outgoing_webhooks.${index}`,
      `${webhook.name} has a new secret and is switched off: make a secret that you can see in the settings of the board, tell the receiver, and switch it on.`,
    )
}

/** A task that waits for itself; null when there is none. */
function findCircle(tasks: readonly Pick<BoardFileTask, 'number' | 'depends_on'>[]): number | null {
  const waiting = new Map(tasks.map((task) => [task.number, task.depends_on]))
  const state = new Map<number, 'open' | 'done'>()
  for (const { number: start } of tasks) {
    const path: { at: number; next: number }[] = state.has(start) ? [] : [{ at: start, next: 0 }]
    if (path.length > 0) state.set(start, 'open')
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const other = waiting.get(top.at)?.[top.next]
      top.next += 1
      if (other === undefined) {
        state.set(top.at, 'done')
        path.pop()
      } else if (state.get(other) === 'open') return other
      else if (waiting.has(other) && !state.has(other)) {
        state.set(other, 'open')
        path.push({ at: other, next: 0 })
      }
    }
  }
  return null
}

export function createBoardImport(deps: {
  store: Store
  plan: (recurringId: string) => void
  webhooks: Pick<WebhookService, 'create'>
  outgoing: Pick<WebhookOutService, 'create'>
}) {
  const { store } = deps

  function freeSlug(gatewayId: string, wanted: string): string {
    for (let n = 1; ; n += 1) {
      const slug = n === 1 ? wanted : `${wanted}-${n}`
      if (!store.boards.slugTaken(gatewayId, slug)) return slug
    }
  }

  /** In the transaction under way: the board with its rules, tags and fields. */
  function begin(file: BoardFile, target: { gateway_id: string; name: string }): BoardRow {
    const { name: _, group, next_task_number: nextNumber, ...rules } = file.board
    const board = store.boards.create({
      gateway_id: target.gateway_id,
      name: target.name,
      slug: freeSlug(target.gateway_id, slugOf(target.name)),
      ...rules,
      goal_source: rules.objective === null && rules.success_metrics.length === 0 ? null : 'operator',
      board_group_id: (group !== null && store.boardGroups.byName(group)?.id) || null,
    })
    store.boardFiles.settleNumbers(board.id, nextNumber)
    for (const tag of file.tags) {
      const slug = tagSlug(tag.name)
      if (!store.tags.bySlug(slug)) store.tags.create({ name: tag.name, slug, color: tag.color })
    }
    for (const field of file.custom_fields) {
      const known = store.customFields.byKey(field.field_key)
      if (!known) {
        store.customFields.create({ ...field, default_value: checkDefinition(field), board_ids: [board.id] })
        continue
      }
      // Values of the file may be options that the field here does not have yet.
      const options = [...known.options, ...field.options.filter((option) => !known.options.includes(option))]
      if (options.length > known.options.length) store.customFields.update(known.id, { options })
      store.customFields.bind(known.id, board.id)
    }
    return board
  }

  const tagIds = (names: readonly string[]): string[] => [...new Set(names.flatMap((name) => store.tags.bySlug(tagSlug(name))?.id ?? []))]

  function valuesOf(
    task: { custom_field_values: Record<string, unknown> },
    fields: readonly CustomFieldRow[],
    say: (key: string, message: string) => void,
  ) {
    const values = new Map<string, unknown>()
    for (const [key, value] of Object.entries(task.custom_field_values)) {
      const field = fields.find((each) => each.field_key === key)
      const checked = field ? checkFieldValue(field, value) : { problem: 'is not among the fields of the file' }
      if ('problem' in checked) say(key, `${key} ${checked.problem}: left out.`)
      else if (field) values.set(field.id, checked.value)
    }
    return values
  }

  /** Tasks and threads, in chunks. */
  async function writeTasks(file: BoardFile, board: BoardRow, notes: ImportNotes, progress: (done: number) => void): Promise<void> {
    const fields = store.customFields.list(board.id)
    const ids = new Map<number, string>()
    for (let from = 0; from < file.tasks.length; from += importChunk) {
      store.write(() => {
        for (const task of file.tasks.slice(from, from + importChunk)) {
          const values = valuesOf(task, fields, (key, message) => notes.warn(task.number, `custom_field_values.${key}`, message))
          const { comments, tags, depends_on: _d, assigned_to: _a, custom_field_values: _v, files: _f, watching, ...row } = task
          const unowned = noAgents.includes(task.status)
          const id = store.boardFiles.addTask(
            {
              ...row,
              ...(watching !== null && { watching }),
              board_id: board.id,
              status: unowned ? 'inbox' : task.status,
              blocked_reason: task.status === 'blocked' ? task.blocked_reason || 'No reason was given.' : null,
              due_at: moment(task.due_at),
              in_progress_at: unowned ? null : moment(task.in_progress_at),
              created_at: moment(task.created_at) ?? 0,
              updated_at: moment(task.updated_at) ?? 0,
            },
            {
              tag_ids: tagIds(tags),
              values,
              comments: comments.map((comment) => ({
                ...comment,
                created_at: moment(comment.created_at) ?? 0,
                edited_at: moment(comment.edited_at),
                versions: comment.versions.map((version) => ({ ...version, created_at: moment(version.created_at) ?? 0 })),
              })),
            },
          )
          ids.set(task.number, id)
        }
        store.boardFiles.settleNumbers(board.id)
        progress(Math.min(from + importChunk, file.tasks.length))
      })
      await breathe()
    }
    for (let from = 0; from < file.documents.length; from += importChunk) {
      store.write(() => {
        for (const { task, ...document } of file.documents.slice(from, from + importChunk))
          store.boardFiles.addDocument({
            ...document,
            board_id: board.id,
            task_id: task === null ? null : (ids.get(task) ?? null),
            created_at: moment(document.created_at) ?? 0,
            updated_at: moment(document.updated_at) ?? 0,
          })
      })
      await breathe()
    }
    store.write(() => {
      for (const task of file.tasks) {
        const id = ids.get(task.number)
        for (const other of task.depends_on) {
          const on = ids.get(other)
          if (id && on) store.boardFiles.addDependency(id, on)
        }
      }
    })
  }

  /** In the transaction under way: what makes tasks, last. */
  function finish(file: BoardFile, board: BoardRow, notes: ImportNotes, now: number): void {
    const fields = store.customFields.list(board.id)
    const byKey = (values: ReadonlyMap<string, unknown>) =>
      Object.fromEntries(fields.flatMap((field) => (values.has(field.id) ? [[field.field_key, values.get(field.id)]] : [])))
    for (const { assigned_to: names, tags, ...row } of file.recurring_tasks) {
      const say = (key: string, message: string): void => notes.warn(null, `recurring_tasks.${key}`, `${row.name}: ${message}`)
      if (names.length > 0) say('assigned_to', `a new board has no agents: ${names.join(', ')} left out.`)
      const id = store.recurringTasks.create({
        ...row,
        board_id: board.id,
        anchor_at: now,
        assigned_agent_ids: [],
        tag_ids: tagIds(tags),
        custom_field_values: byKey(valuesOf(row, fields, say)),
      })
      deps.plan(id)
    }
    for (const { tags, ...row } of file.task_templates) {
      const say = (key: string, message: string): void => notes.warn(null, `task_templates.${key}`, `${row.name}: ${message}`)
      store.templates.createTask({
        ...row,
        board_id: board.id,
        tag_ids: tagIds(tags),
        custom_field_values: byKey(valuesOf(row, fields, say)),
      })
    }
    for (const entry of file.memory) store.boardFiles.addMemory({ ...entry, board_id: board.id, created_at: moment(entry.created_at) ?? 0 })
    for (const { signed, agent: _agent, ...webhook } of file.webhooks)
      deps.webhooks.create(board, { ...webhook, ...(signed && { secret: `mcw_${randomBytes(32).toString('base64url')}` }) })
    // Switched off: where a file of somebody else sends things, a person looks at first.
    for (const webhook of file.outgoing_webhooks) deps.outgoing.create({ ...webhook, board_id: board.id, enabled: false })
    store.boardFiles.touchUsed(
      store.tags.list().map((tag) => tag.id),
      fields.map((field) => field.id),
    )
  }

  return {
    inspect(file: BoardFile): ImportNotes {
      const notes = createNotes()
      inspect(store, file, notes)
      return notes
    },
    begin,
    writeTasks,
    finish,
    /** Small ones, templates, at once. Throws `invalid_request` for the first thing that keeps it out. */
    async all(file: BoardFile, target: { gateway_id: string; name: string; now: number }): Promise<BoardRow> {
      const notes = createNotes()
      inspect(store, file, notes)
      const wrong = notes.shown().notes.find((note) => note.level === 'error')
      if (wrong) throw new AppError('conflict', wrong.message)
      const board = store.write(() => begin(file, target))
      try {
        await writeTasks(file, board, notes, () => undefined)
        store.write(() => finish(file, board, notes, target.now))
      } catch (error) {
        store.write(() => store.boards.remove(board.id))
        throw error
      }
      return board
    },
  }
}
export type BoardImport = ReturnType<typeof createBoardImport>
