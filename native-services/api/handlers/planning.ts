/** Custom fields, recurring tasks, templates, and the merging of tags. */
import { AppError } from '../../contract/errors.ts'
import type { BodyOf } from '../../contract/operations.ts'
import { boardFile } from '../../contract/planning.ts'
import { checkDefinition, planFieldValues } from '../../domain/field-rules.ts'
import { nextOccurrence, parseRecurrence } from '../../domain/recurrence.ts'
import type { BoardRow } from '../../store/boards.ts'
import type { RecurringRow } from '../../store/recurring-tasks.ts'
import { createBoardAccess } from '../board-access.ts'
import { buildBoardFile } from '../board-file.ts'
import { createBoardImport } from '../board-import.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import { createWebhookOutService } from '../webhook-out-service.ts'
import { createWebhookService } from '../webhook-service.ts'
import { toWire } from '../wire.ts'
import { pick } from './operator.ts'

type Ids =
  | 'listCustomFields'
  | 'createCustomField'
  | 'updateCustomField'
  | 'deleteCustomField'
  | 'agentCustomFields'
  | 'listRecurringTasks'
  | 'previewSchedule'
  | 'createRecurringTask'
  | 'getRecurringTask'
  | 'updateRecurringTask'
  | 'deleteRecurringTask'
  | 'runRecurringTask'
  | 'listRecurringRuns'
  | 'listTaskTemplates'
  | 'createTaskTemplate'
  | 'updateTaskTemplate'
  | 'deleteTaskTemplate'
  | 'listBoardTemplates'
  | 'createBoardTemplate'
  | 'updateBoardTemplate'
  | 'deleteBoardTemplate'
  | 'createBoardFromTemplate'
  | 'mergeTag'

const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const

export function planningHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store, clock, recurring } = deps
  const { seen } = createBoardAccess(entities)
  const boardImport = createBoardImport({
    store,
    webhooks: createWebhookService(deps),
    outgoing: createWebhookOutService(deps),
    plan: (id) => recurring.plan(id),
  })

  function note(event: string, message: string, more: { board_id?: string | null; data?: Record<string, unknown> } = {}): void {
    store.activity.record({ event_type: event, message, ...byOperator, ...more })
  }
  const mustField = (id: string) => entities.must(store.customFields.get(id), 'custom field')
  const mustTemplate = (id: string) => entities.must(store.templates.task(id), 'template')
  const mustBoardTemplate = (id: string) => entities.must(store.templates.board(id), 'template')
  const mustTag = (id: string) => entities.must(store.tags.get(id), 'tag')

  function mustRecurring(boardId: string, id: string): RecurringRow {
    const row = entities.must(store.recurringTasks.get(id), 'recurring task')
    if (row.board_id !== entities.mustBoard(boardId).id) throw new AppError('not_found', 'There is no such recurring task on this board.')
    return row
  }

  function checkBoards(ids: readonly string[]): void {
    for (const id of ids)
      if (!store.boards.get(id))
        throw new AppError('not_found', 'One of the boards does not exist (any more).', { field: 'body.board_ids' })
  }
  function checkTags(ids: readonly string[] | undefined): void {
    for (const id of ids ?? [])
      if (!store.tags.get(id)) throw new AppError('not_found', 'One of the tags does not exist (any more).', { field: 'body.tag_ids' })
  }
  function checkAgents(board: BoardRow, ids: readonly string[] | undefined): void {
    for (const id of ids ?? [])
      if (store.agents.get(id)?.board_id !== board.id)
        throw new AppError('task_board_mismatch', 'Assign agents of this board only.', { field: 'body.assigned_agent_ids' })
  }

  /** Values as they are kept. @param complete What is required must be there: a task is made of them without anybody looking. */
  function checkValues(
    boardId: string | null,
    values: Record<string, unknown> | undefined,
    complete: boolean,
  ): Record<string, unknown> | undefined {
    if (values === undefined) return undefined
    const fields = boardId === null ? store.customFields.list() : store.customFields.list(boardId)
    const kept = planFieldValues({
      fields: complete ? fields : fields.map((field) => ({ ...field, required: false, default_value: null })),
      current: {},
      asked: values,
      moment: complete ? 'creation' : 'change',
    })
    return Object.fromEntries([...kept].filter(([key]) => Object.hasOwn(values, key)))
  }

  function show(id: string): RecurringRow {
    return entities.must(store.recurringTasks.get(id), 'recurring task')
  }

  function createRecurring(board: BoardRow, body: BodyOf<'createRecurringTask'>): RecurringRow {
    const now = clock.now()
    parseRecurrence({ schedule: body.schedule, timezone: body.timezone, anchorAt: now })
    checkAgents(board, body.assigned_agent_ids)
    checkTags(body.tag_ids)
    const values = checkValues(board.id, body.custom_field_values, true) ?? {}
    const created = store.write(() => {
      const id = store.recurringTasks.create({
        ...body,
        name: body.name ?? body.title.slice(0, 120),
        board_id: board.id,
        anchor_at: now,
        custom_field_values: values,
      })
      recurring.plan(id)
      note('recurring_task.created', `Operator created the recurring task ${body.name ?? body.title}: ${body.schedule}`, {
        board_id: board.id,
        data: { recurring_task_id: id },
      })
      return show(id)
    })
    recurring.poke()
    return created
  }

  function updateRecurring(row: RecurringRow, body: BodyOf<'updateRecurringTask'>): RecurringRow {
    const board = entities.mustBoard(row.board_id)
    const now = clock.now()
    const rhythm = { schedule: body.schedule ?? row.schedule, timezone: body.timezone ?? row.timezone }
    const newRhythm = rhythm.schedule !== row.schedule || rhythm.timezone !== row.timezone || (row.paused && body.paused === false)
    const anchor = newRhythm ? now : row.anchor_at
    parseRecurrence({ ...rhythm, anchorAt: anchor })
    checkAgents(board, body.assigned_agent_ids)
    checkTags(body.tag_ids)
    const values = checkValues(board.id, body.custom_field_values, true)
    const fields = Object.entries(body).flatMap(([field, value]) => (value === undefined ? [] : [field]))
    if (fields.length === 0) return row
    store.write(() => {
      store.recurringTasks.update(row.id, { ...body, custom_field_values: values, anchor_at: anchor })
      recurring.plan(row.id)
      const paused = body.paused !== undefined && body.paused !== row.paused
      note(
        paused ? (body.paused ? 'recurring_task.paused' : 'recurring_task.resumed') : 'recurring_task.updated',
        paused
          ? `Operator ${body.paused ? 'paused' : 'resumed'} the recurring task ${row.name}`
          : `Operator changed ${fields.join(', ')} of the recurring task ${row.name}`,
        { board_id: row.board_id, data: { recurring_task_id: row.id } },
      )
    })
    recurring.poke()
    return show(row.id)
  }

  return {
    listCustomFields: ({ query }) => ({ items: store.customFields.list(query.board_id) }),
    agentCustomFields: ({ agent, params }) => ({ items: store.customFields.list(seen(agent, params.board_id).id) }),
    createCustomField({ body }) {
      if (store.customFields.byKey(body.field_key))
        throw new AppError('conflict', `There is a field ${body.field_key} already. Choose another key, or bind that one to the board.`, {
          field: 'body.field_key',
        })
      checkBoards(body.board_ids)
      const fallback = checkDefinition({ ...body, default_value: body.default_value ?? null })
      return store.write(() => {
        const field = store.customFields.create({ ...body, default_value: fallback, board_ids: [...new Set(body.board_ids)] })
        note('custom_field.created', `Operator created the custom field ${field.label}`, { data: { custom_field_id: field.id } })
        return field
      })
    },
    updateCustomField({ params, body }) {
      const field = mustField(params.custom_field_id)
      if (body.board_ids) checkBoards(body.board_ids)
      const next = {
        ...field,
        options: body.options ?? field.options,
        default_value: body.default_value === undefined ? field.default_value : body.default_value,
      }
      const fallback = checkDefinition(next)
      store.write(() => {
        store.customFields.update(field.id, {
          ...body,
          default_value: body.default_value === undefined ? undefined : fallback,
          board_ids: body.board_ids && [...new Set(body.board_ids)],
        })
        note('custom_field.updated', `Operator changed the custom field ${field.label}`, { data: { custom_field_id: field.id } })
      })
      return mustField(field.id)
    },
    deleteCustomField({ params, query }) {
      const field = mustField(params.custom_field_id)
      if (field.value_count > 0 && query.force !== true)
        throw new AppError(
          'conflict',
          `${field.value_count} ${field.value_count === 1 ? 'task has' : 'tasks have'} a value in ${field.label}. Send force=true to delete it with its values.`,
        )
      store.write(() => {
        store.customFields.remove(field.id)
        note('custom_field.deleted', `Operator deleted the custom field ${field.label} and ${field.value_count} values`)
      })
      return { ok: true }
    },

    listRecurringTasks: ({ query }) => ({ ...store.recurringTasks.list(query), ...pick(query) }),
    previewSchedule({ body }) {
      const now = clock.now()
      const recurrence = parseRecurrence({ schedule: body.schedule, timezone: body.timezone, anchorAt: now })
      const runs: { at: number }[] = []
      for (let at = nextOccurrence(recurrence, now); at !== null && runs.length < body.count; at = nextOccurrence(recurrence, at))
        runs.push({ at })
      return { runs }
    },
    createRecurringTask: ({ params, body }) => createRecurring(entities.mustBoard(params.board_id), body),
    getRecurringTask: ({ params }) => mustRecurring(params.board_id, params.recurring_task_id),
    updateRecurringTask: ({ params, body }) => updateRecurring(mustRecurring(params.board_id, params.recurring_task_id), body),
    deleteRecurringTask({ params }) {
      const row = mustRecurring(params.board_id, params.recurring_task_id)
      store.write(() => {
        store.recurringTasks.remove(row.id)
        note('recurring_task.deleted', `Operator deleted the recurring task ${row.name}`, { board_id: row.board_id })
      })
      return { ok: true }
    },
    runRecurringTask({ params }) {
      const task = recurring.runNow(mustRecurring(params.board_id, params.recurring_task_id))
      deps.delivery.poke()
      return task
    },
    listRecurringRuns: ({ params, query }) => ({
      items: store.recurringTasks.runs(mustRecurring(params.board_id, params.recurring_task_id).id, query.limit),
    }),

    listTaskTemplates: ({ query }) => ({ items: store.templates.tasks(query.board_id) }),
    createTaskTemplate({ body }) {
      if (body.board_id !== null) entities.mustBoard(body.board_id)
      checkTags(body.tag_ids)
      const values = checkValues(body.board_id, body.custom_field_values, false) ?? {}
      return store.write(() => {
        const id = store.templates.createTask({ ...body, custom_field_values: values })
        note('task_template.created', `Operator created the template ${body.name}`, { board_id: body.board_id })
        return mustTemplate(id)
      })
    },
    updateTaskTemplate({ params, body }) {
      const template = mustTemplate(params.task_template_id)
      const boardId = body.board_id === undefined ? template.board_id : body.board_id
      if (boardId !== null) entities.mustBoard(boardId)
      checkTags(body.tag_ids)
      const values = checkValues(boardId, body.custom_field_values, false)
      store.write(() => {
        store.templates.updateTask(template.id, { ...body, custom_field_values: values })
        note('task_template.updated', `Operator changed the template ${template.name}`, { board_id: boardId })
      })
      return mustTemplate(template.id)
    },
    deleteTaskTemplate({ params }) {
      const template = mustTemplate(params.task_template_id)
      store.write(() => {
        store.templates.removeTask(template.id)
        note('task_template.deleted', `Operator deleted the template ${template.name}`, { board_id: template.board_id })
      })
      return { ok: true }
    },
    listBoardTemplates: () => ({ items: store.templates.boards() }),
    createBoardTemplate({ body }) {
      const board = entities.mustBoard(body.board_id)
      // In the wire's form, as a file has it.
      const document = boardFile.parse(
        toWire(buildBoardFile(store, board, { now: clock.now(), tasks: body.include_tasks ? 'open' : 'none' })),
      )
      return store.write(() => {
        const id = store.templates.createBoard({ name: body.name, description: body.description, document })
        note('board_template.created', `Operator kept the board ${board.name} as the template ${body.name}`, { board_id: board.id })
        return mustBoardTemplate(id)
      })
    },
    updateBoardTemplate({ params, body }) {
      const template = mustBoardTemplate(params.board_template_id)
      store.write(() => {
        store.templates.updateBoard(template.id, body)
        note('board_template.updated', `Operator changed the template ${template.name}`)
      })
      return mustBoardTemplate(template.id)
    },
    deleteBoardTemplate({ params }) {
      const template = mustBoardTemplate(params.board_template_id)
      store.write(() => {
        store.templates.removeBoard(template.id)
        note('board_template.deleted', `Operator deleted the template ${template.name}`)
      })
      return { ok: true }
    },
    async createBoardFromTemplate({ params, body }) {
      const template = mustBoardTemplate(params.board_template_id)
      // Older templates know less: what they lack is filled in.
      const document = boardFile.parse(entities.must(store.templates.document(template.id), 'template'))
      const gateway = entities.must(store.gateways.local(), 'gateway')
      const now = clock.now()
      // What it makes is new: it was made now.
      const moment = new Date(now).toISOString()
      const file = {
        ...document,
        tasks: document.tasks.map((task) => ({
          ...task,
          created_by: 'Operator',
          auto_created: false,
          created_at: moment,
          updated_at: moment,
        })),
      }
      const board = await boardImport.all(file, { gateway_id: gateway.id, name: body.name, now })
      store.write(() =>
        note('board.created', `Operator created the board ${board.name} from the template ${template.name}`, { board_id: board.id }),
      )
      recurring.poke()
      return entities.mustBoard(board.id)
    },

    mergeTag({ params, body }) {
      const tag = mustTag(params.tag_id)
      const into = entities.must(store.tags.get(body.into_tag_id), 'tag')
      if (tag.id === into.id) throw new AppError('conflict', 'A tag cannot be merged into itself.', { field: 'body.into_tag_id' })
      store.write(() => {
        store.tags.merge(tag.id, into.id)
        note('tag.merged', `Operator merged the tag ${tag.name} into ${into.name}`)
      })
      return mustTag(into.id)
    },
  }
}
