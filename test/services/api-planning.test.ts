/** Custom fields, recurring tasks, templates, import and export over the real API. */
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../../native-services/contract/client.ts'
import type { Job } from '../../native-services/contract/entities.ts'
import { undoHeader } from '../../native-services/contract/board-work.ts'
import type { BodyInputOf } from '../../native-services/contract/operations.ts'
import { type BoardFile, boardFile, boardFileFormat, boardFileVersion, importResult } from '../../native-services/contract/planning.ts'
import { parseCsv } from '../../native-services/domain/csv.ts'
import { createId } from '../../native-services/platform/ids.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

const operator = () => ({ authorization: `Bearer ${services.operatorToken}` })
const onBoard = () => ({ board_id: world.board.id })
const newBoard = (name: string) => services.call('createBoard', { body: { name } })
const newField = (body: BodyInputOf<'createCustomField'>) => services.call('createCustomField', { body })
async function failure(work: Promise<unknown>) {
  try {
    await work
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, code: error.body?.code, field: error.body?.field }
    throw error
  }
  throw new Error('it was accepted')
}
/** The job of an import, ended. */
async function imported(path: string, body: string, type = 'application/json'): Promise<Job> {
  const answer = await services.send({ method: 'POST', path: `/api/v1${path}`, headers: { ...operator(), 'content-type': type }, body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(202)
  const id = (answer.body as Job).id
  await expect.poll(async () => (await services.call('getJob', { params: { job_id: id } })).state, { timeout: 20_000 }).not.toBe('running')
  return services.call('getJob', { params: { job_id: id } })
}
const exported = (boardId: string): Promise<BoardFile> => services.call('exportBoard', { params: { board_id: boardId } })

describe('custom fields', () => {
  it('values are checked, defaulted, required, shown, filtered, and taken back', async () => {
    const board = await newBoard('Fields')
    const params = { board_id: board.id }
    const size = await newField({ field_key: 'size', label: 'Size', field_type: 'number', default_value: 3, board_ids: [board.id] })
    await newField({
      field_key: 'stage',
      label: 'Stage',
      field_type: 'select',
      options: ['alpha', 'beta'],
      required: true,
      board_ids: [board.id],
    })
    expect(await failure(newField({ field_key: 'size', label: 'Again', field_type: 'text' }))).toMatchObject({
      status: 409,
      field: 'body.field_key',
    })
    expect(await failure(newField({ field_key: 'No', label: 'No', field_type: 'text' }))).toMatchObject({
      status: 422,
      field: 'body.field_key',
    })
    expect(await failure(newField({ field_key: 'pick', label: 'Pick', field_type: 'select' }))).toMatchObject({
      status: 422,
      field: 'body.options',
    })

    const create = (title: string, custom_field_values?: Record<string, unknown>) =>
      services.call('createTask', { params, body: { title, ...(custom_field_values && { custom_field_values }) } })
    expect(await failure(create('None'))).toEqual({ status: 422, code: 'invalid_request', field: 'body.custom_field_values.stage' })
    expect(await failure(create('Wrong', { stage: 'gamma' }))).toMatchObject({ status: 422, field: 'body.custom_field_values.stage' })
    expect(await failure(create('Unknown', { stage: 'beta', hue: 1 }))).toMatchObject({ field: 'body.custom_field_values.hue' })
    const task = await create('Good', { stage: 'beta' })
    expect(task.custom_field_values).toEqual({ size: 3, stage: 'beta' })
    const at = { ...params, task_id: task.id }
    const answer = await services.send({
      method: 'PATCH',
      path: `/api/v1/boards/${board.id}/tasks/${task.id}`,
      headers: { ...operator(), 'content-type': 'application/json' },
      body: JSON.stringify({ custom_field_values: { size: null, stage: 'alpha' } }),
    })
    expect(answer.body).toMatchObject({ custom_field_values: { stage: 'alpha' } })
    expect(await failure(services.call('updateTask', { params: at, body: { custom_field_values: { stage: null } } }))).toMatchObject({
      field: 'body.custom_field_values.stage',
    })
    await services.call('undo', { body: { token: answer.headers.get(undoHeader) ?? '' } })
    expect((await services.call('getTask', { params: at })).custom_field_values).toEqual({ size: 3, stage: 'beta' })

    const other = await create('Other', { stage: 'alpha', size: 8 })
    const find = async (custom_field: string) =>
      (await services.call('listTasks', { params, query: { custom_field } })).items.map((each) => each.id)
    expect(await find('stage=alpha')).toEqual([other.id])
    expect(await find('size=3')).toEqual([task.id])
    expect(await find('size=99')).toEqual([])

    expect(await failure(services.call('deleteCustomField', { params: { custom_field_id: size.id } }))).toMatchObject({ status: 409 })
    // A board that no longer uses a field hides its values, and shows them again when it does.
    await services.call('updateCustomField', { params: { custom_field_id: size.id }, body: { board_ids: [] } })
    expect((await services.call('getTask', { params: at })).custom_field_values).toEqual({ stage: 'beta' })
    await services.call('updateCustomField', { params: { custom_field_id: size.id }, body: { board_ids: [board.id] } })
    expect((await services.call('getTask', { params: at })).custom_field_values).toEqual({ size: 3, stage: 'beta' })
    await services.call('deleteCustomField', { params: { custom_field_id: size.id }, query: { force: 'true' } })
    expect((await services.call('getTask', { params: at })).custom_field_values).toEqual({ stage: 'beta' })
  })

  it('agents read and write them; what became required is asked for when a task leaves the inbox', async () => {
    const task = await services.call('createTask', { params: onBoard(), body: { title: 'Old' } })
    await newField({ field_key: 'effort', label: 'Effort', field_type: 'number', required: true, board_ids: [world.board.id] })
    const fields = await services.callAs(world.max.token, 'agentCustomFields', { params: onBoard() })
    expect(fields.items.map((field) => field.field_key)).toContain('effort')
    const update = (body: BodyInputOf<'agentUpdateTask'>) =>
      services.callAs(world.max.token, 'agentUpdateTask', { params: { ...onBoard(), task_id: task.id }, body })
    expect(await failure(update({ status: 'in_progress' }))).toMatchObject({ status: 422, field: 'body.custom_field_values.effort' })
    expect(await update({ status: 'in_progress', custom_field_values: { effort: 5 } })).toMatchObject({
      status: 'in_progress',
      custom_field_values: { effort: 5 },
    })
    expect(
      await failure(services.callAs(world.lead.token, 'agentCreateTask', { params: onBoard(), body: { title: 'Lead' } })),
    ).toMatchObject({
      field: 'body.custom_field_values.effort',
    })
    const [field] = fields.items.filter((each) => each.field_key === 'effort')
    await services.call('deleteCustomField', { params: { custom_field_id: field?.id ?? '' }, query: { force: 'true' } })
  })
})

describe('tags', () => {
  it('two become one: tasks, templates and recurring tasks follow', async () => {
    const bug = await services.call('createTag', { body: { name: 'Bug' } })
    const defect = await services.call('createTag', { body: { name: 'Defect' } })
    const task = await services.call('createTask', { params: onBoard(), body: { title: 'Both', tag_ids: [bug.id, defect.id] } })
    const template = await services.call('createTaskTemplate', { body: { name: 'Report', tag_ids: [defect.id] } })
    expect(await services.call('mergeTag', { params: { tag_id: defect.id }, body: { into_tag_id: bug.id } })).toMatchObject({
      task_count: 1,
    })
    expect((await services.call('getTask', { params: { ...onBoard(), task_id: task.id } })).tag_ids).toEqual([bug.id])
    expect((await services.call('listTaskTemplates')).items.find((each) => each.id === template.id)?.tag_ids).toEqual([bug.id])
    expect(await failure(services.call('mergeTag', { params: { tag_id: bug.id }, body: { into_tag_id: bug.id } }))).toMatchObject({
      status: 409,
    })
  })
})

describe('recurring tasks', () => {
  it('is planned, run on demand, changed, paused, deleted; its task is assigned and filled in', async () => {
    const preview = await services.call('previewSchedule', { body: { schedule: '0 9 * * 1-5', timezone: 'Europe/Berlin', count: 3 } })
    expect(preview.runs).toHaveLength(3)
    expect(await failure(services.call('previewSchedule', { body: { schedule: 'often' } }))).toMatchObject({
      status: 422,
      field: 'body.schedule',
    })
    const create = (body: Partial<BodyInputOf<'createRecurringTask'>>) =>
      services.call('createRecurringTask', { params: onBoard(), body: { schedule: 'every 2 h', title: 'Report {date} {n}', ...body } })
    expect(await failure(create({ timezone: 'Nowhere/Land' }))).toMatchObject({ field: 'body.timezone' })
    expect(await failure(create({ assigned_agent_ids: [world.board.id] }))).toMatchObject({ field: 'body.assigned_agent_ids' })
    const made = await create({ name: 'Report', assigned_agent_ids: [world.max.id], priority: 'high' })
    const params = { ...onBoard(), recurring_task_id: made.id }
    const first = Date.parse(made.next_run_at ?? '') - Date.parse(made.created_at)
    expect(first > 7_190_000 && first <= 7_200_000).toBe(true)
    const task = await services.call('runRecurringTask', { params })
    expect(task).toMatchObject({
      priority: 'high',
      status: 'assigned',
      assigned_agent_ids: [world.max.id],
      created_by: 'Schedule Report',
      auto_created: true,
    })
    expect(task.title).toMatch(/^Report \d{4}-\d{2}-\d{2} 1$/)
    expect(services.query('SELECT 1 FROM notifications WHERE task_id = ? AND type = ?', task.id, 'assignment')).toHaveLength(1)
    const after = await services.call('getRecurringTask', { params })
    expect(after).toMatchObject({ run_count: 1, last_task_id: task.id, next_run_at: made.next_run_at })
    expect(after.last_run).toMatchObject({ outcome: 'created', asked_for: true, task_id: task.id })
    expect((await services.call('updateRecurringTask', { params, body: { paused: true } })).next_run_at).toBeNull()
    const resumed = await services.call('updateRecurringTask', {
      params,
      body: { paused: false, schedule: '0 9 * * *', timezone: 'Asia/Tokyo' },
    })
    expect(resumed.next_run_at).toMatch(/T00:00:00\.000Z$/)
    await services.call('deleteRecurringTask', { params })
    expect(services.query("SELECT 1 FROM timers WHERE kind = 'recurring_task'")).toHaveLength(0)
    expect((await services.call('getTask', { params: { ...onBoard(), task_id: task.id } })).id).toBe(task.id)
  })
})

describe('templates', () => {
  it('of a task: for one board or for all; values are checked', async () => {
    await newField({ field_key: 'kind', label: 'Kind', field_type: 'text', board_ids: [world.board.id] })
    const other = await newBoard('Elsewhere')
    const template = await services.call('createTaskTemplate', {
      body: { board_id: world.board.id, name: 'Bug report', title: 'Bug: ', custom_field_values: { kind: 'bug' } },
    })
    const names = async (board_id: string) =>
      (await services.call('listTaskTemplates', { query: { board_id } })).items.map((each) => each.name)
    expect(await names(world.board.id)).toContain('Bug report')
    expect(await names(other.id)).not.toContain('Bug report')
    expect(
      await failure(
        services.call('updateTaskTemplate', { params: { task_template_id: template.id }, body: { custom_field_values: { kind: 7 } } }),
      ),
    ).toMatchObject({ status: 422, field: 'body.custom_field_values.kind' })
    await services.call('deleteTaskTemplate', { params: { task_template_id: template.id } })
    expect(await names(world.board.id)).not.toContain('Bug report')
  })

  it('of a board: what is open goes along as new, what is done and said stays', async () => {
    const board = await newBoard('Origin')
    const params = { board_id: board.id }
    await services.call('updateBoard', { params, body: { require_review_before_done: true } })
    await newField({ field_key: 'origin', label: 'Origin', field_type: 'text', board_ids: [board.id] })
    const first = await services.call('createTask', { params, body: { title: 'First', custom_field_values: { origin: 'x' } } })
    await services.call('createComment', { params: { ...params, task_id: first.id }, body: { message: 'said' } })
    await services.call('createTask', { params, body: { title: 'Second', depends_on_task_ids: [first.id] } })
    await services
      .call('createTask', { params, body: { title: 'Old' } })
      .then((task) => services.call('updateTask', { params: { ...params, task_id: task.id }, body: { status: 'archived' } }))
    await services.call('createRecurringTask', { params, body: { schedule: '0 9 * * *', title: 'Daily' } })
    const template = await services.call('createBoardTemplate', { body: { board_id: board.id, name: 'Start' } })
    expect(template.counts).toEqual({ tasks: 2, tags: 0, custom_fields: 1, recurring_tasks: 1, task_templates: 0 })
    const made = await services.call('createBoardFromTemplate', { params: { board_template_id: template.id }, body: { name: 'Next' } })
    expect(made).toMatchObject({ name: 'Next', require_review_before_done: true })
    const { items } = await services.call('listTasks', { params: { board_id: made.id } })
    const byNumber = items.toSorted((a, b) => a.number - b.number)
    expect(byNumber.map((task) => [task.title, task.number, task.comment_count, task.custom_field_values])).toEqual([
      ['First', 1, 0, { origin: 'x' }],
      ['Second', 2, 0, {}],
    ])
    expect(items.find((task) => task.title === 'Second')?.is_blocked).toBe(true)
    const [recurring] = (await services.call('listRecurringTasks', { query: { board_id: made.id } })).items
    expect(recurring?.next_run_at).not.toBeNull()
    expect((await services.call('createTask', { params: { board_id: made.id }, body: { title: 'Third' } })).number).toBe(3)
    await services.call('deleteBoardTemplate', { params: { board_template_id: template.id } })
  })
})

const day = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }).map((date) => date.toISOString())
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((value) => value.trim() !== '')
const line = text.map((value) => value.replace(/\s+/g, ' ').trim())
const fileTasks = fc
  .array(
    fc.record({
      title: text,
      description: fc.string({ unit: 'grapheme' }),
      status: fc.constantFrom('inbox' as const, 'review' as const, 'blocked' as const, 'done' as const, 'archived' as const),
      priority: fc.constantFrom('low' as const, 'urgent' as const),
      position: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e9 }),
      due_at: fc.option(day),
      in_progress_at: fc.option(day),
      created_by: line,
      auto_created: fc.boolean(),
      created_at: day,
      updated_at: day,
      tags: fc.uniqueArray(fc.constantFrom('red', 'Needs review', 'später')).map((tags) => tags.toSorted()),
      custom_field_values: fc.record(
        {
          rt_size: fc.integer(),
          rt_note: line,
          rt_on: fc.boolean(),
          rt_data: fc.record({ some_at: fc.integer(), list: fc.array(fc.integer()) }),
          rt_pick: fc.constantFrom('a', 'b'),
        },
        { requiredKeys: [] },
      ),
      comments: fc.array(
        fc
          .record({
            author_type: fc.constantFrom('user' as const, 'agent' as const),
            author_name: line,
            message: text,
            created_at: day,
            versions: fc.array(fc.record({ message: text, created_at: day }), { maxLength: 2 }),
          })
          .map((comment) => ({ ...comment, edited_at: comment.versions.length > 0 ? comment.created_at : null })),
        { maxLength: 3 },
      ),
      watching: fc.boolean(),
      files: fc.constant<string[]>([]),
      depends: fc.nat({ max: 5 }),
    }),
    { maxLength: 8 },
  )
  .map((tasks) =>
    tasks.map(({ depends, ...task }, index) => ({
      ...task,
      number: index * 2 + 1,
      // Earlier ones only: no circles.
      depends_on: index > 0 ? [(depends % index) * 2 + 1] : [],
      assigned_to: [],
      blocked_reason: task.status === 'blocked' ? 'because' : null,
      comments: task.comments.toSorted((a, b) => (a.created_at < b.created_at ? -1 : 1)),
    })),
  )
const fieldsOfFile: BoardFile['custom_fields'] = (
  [
    ['rt_data', 'json', []],
    ['rt_note', 'text', []],
    ['rt_on', 'boolean', []],
    ['rt_pick', 'select', ['a', 'b']],
    ['rt_size', 'number', []],
  ] as const
).map(([key, type, options]) => ({
  field_key: key,
  label: key,
  field_type: type,
  description: '',
  options: [...options],
  required: false,
  default_value: null,
  ui_visibility: 'if_set',
}))
const at = (n: number): string => `2026-01-0${n}T00:00:00.000Z`
const written = (n: number) => ({ author_type: 'agent' as const, author_name: 'Ada', created_at: at(n), updated_at: at(n + 1) })
function fileOf(tasks: BoardFile['tasks'], name = 'Round trip'): BoardFile {
  const used = new Set(tasks.flatMap((task) => task.tags))
  return {
    format: boardFileFormat,
    version: boardFileVersion,
    exported_at: '2026-01-01T00:00:00.000Z',
    board: {
      name,
      description: 'd',
      board_type: 'goal',
      objective: 'o',
      success_metrics: [{ name: 'Signups', target: 100, current: 4, start: null, unit: '%' }],
      target_date: '2026-12-31',
      goal_confirmed: true,
      require_approval_for_done: true,
      require_review_before_done: false,
      comment_required_for_review: true,
      block_status_changes_with_pending_approval: false,
      only_lead_can_change_status: true,
      max_agents: 3,
      paused: true,
      group: null,
      next_task_number: 40,
    },
    tags: ['Needs review', 'red', 'später'].filter((tag) => used.has(tag)).map((tag) => ({ name: tag, color: '868e96' })),
    custom_fields: fieldsOfFile,
    tasks,
    recurring_tasks: [
      {
        name: 'Daily',
        schedule: '0 9 * * 1-5',
        timezone: 'Europe/Berlin',
        title: 'Daily {date}',
        description: '',
        priority: 'low',
        assigned_to: [],
        tags: [...used].slice(0, 1),
        custom_field_values: { rt_size: 4 },
        missed_policy: 'skip',
        overlap_policy: 'allow',
        paused: false,
        run_count: 7,
      },
    ],
    task_templates: [{ name: 'Bug', title: 'Bug: ', description: 'x', priority: 'high', tags: [], custom_field_values: { rt_pick: 'a' } }],
    documents: [
      { title: 'Whole', type: 'reference', content: 'ä\n'.repeat(9), task: null, ...written(1) },
      ...tasks.slice(0, 1).map((task) => ({ title: 'Of a task', type: 'note' as const, content: '', task: task.number, ...written(2) })),
    ],
    memory: [
      {
        content: 'Hello',
        tags: ['chat'],
        is_chat: true,
        source: 'operator',
        author_type: 'user',
        author_name: 'Operator',
        created_at: at(1),
      },
      { content: 'Note', tags: ['x'], is_chat: false, source: 'agent', author_type: 'agent', author_name: 'Ada', created_at: at(2) },
    ],
    webhooks: [
      { description: 'Builds', enabled: false, signed: true, signature_header: 'x-sig', agent: null },
      { description: '', enabled: true, signed: false, signature_header: null, agent: null },
    ],
    outgoing_webhooks: [
      { name: 'Chat', url: 'https://example.com/x', events: ['task.created', 'task.comment'], enabled: false, allow_private: true },
    ],
  }
}

describe('a board as a file', () => {
  it('comes back as it was: what is imported is exported again, equal in everything but ids', async () => {
    await fc.assert(
      fc.asyncProperty(fileTasks, async (tasks) => {
        const file = fileOf(tasks)
        const job = await imported('/boards/import', JSON.stringify(file))
        expect(job, JSON.stringify(job)).toMatchObject({ state: 'succeeded', error: null })
        const result = importResult.parse(job.result)
        expect(result.imported).toBe(tasks.length)
        // Nothing is changed on the way in but what must be: addresses and secrets of webhooks are new.
        expect(result.notes.filter((note) => !/webhooks\.\d$/.test(note.field ?? ''))).toEqual([])
        const { exported_at: _, ...again } = await exported(result.board_id ?? '')
        const { exported_at: __, ...before } = file
        expect(again).toEqual(before)
        await services.call('deleteBoard', { params: { board_id: result.board_id ?? '' } })
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  it('a live board: who had a task is no part of it, and that is said', async () => {
    const board = await newBoard('Live')
    const agent = await services.call('createAgent', { body: { name: 'Zoe', board_id: board.id, provision: false } })
    await services.call('createTask', { params: { board_id: board.id }, body: { title: 'Hers', assigned_agent_ids: [agent.id] } })
    const file = await exported(board.id)
    expect(file.tasks[0]).toMatchObject({ status: 'assigned', assigned_to: ['Zoe'] })
    const dry = await imported('/boards/import?dry_run=true', JSON.stringify(file))
    expect(dry).toMatchObject({ state: 'succeeded', result: { dry_run: true, board_id: null, imported: 1, notes_total: 1 } })
    expect((await services.call('listBoards')).items.filter((each) => each.name === 'Live')).toHaveLength(1)
    const result = importResult.parse((await imported('/boards/import?name=Copy', JSON.stringify(file))).result)
    expect(result.notes[0]).toMatchObject({ row: 1, field: 'assigned_to', level: 'warning' })
    const { items } = await services.call('listTasks', { params: { board_id: result.board_id ?? '' } })
    expect(items[0]).toMatchObject({ status: 'inbox', title: 'Hers', assigned_agent_ids: [] })
  })

  it('takes all of a live board along, and says what it cannot', async () => {
    const group = await services.call('createBoardGroup', { body: { name: 'Of files' } })
    const board = await newBoard('Everything')
    const params = { board_id: board.id }
    await services.call('updateBoard', { params, body: { board_group_id: group.id, paused: true, objective: 'Grow' } })
    const task = await services.call('createTask', { params, body: { title: 'One' } })
    const gone = await services.call('createTask', { params, body: { title: 'Two' } })
    await services.call('deleteTask', { params: { ...params, task_id: gone.id } })
    const onTask = { ...params, task_id: task.id }
    const comment = await services.call('createComment', { params: onTask, body: { message: 'first words' } })
    await services.call('updateComment', { params: { ...onTask, comment_id: comment.id }, body: { message: 'better words' } })
    const document = await services.call('createDocument', { params, body: { title: 'Plan', content: 'a', task_id: task.id } })
    await services.call('updateDocument', { params: { document_id: document.id }, body: { content: 'b' } })
    await services.call('createBoardMemory', { params, body: { content: 'Remember' } })
    const secret = 'a secret of the old board'
    await services.call('createWebhook', { params, body: { description: 'CI', secret } })
    await services.call('createOutgoingWebhook', {
      body: { name: 'Chat', board_id: board.id, url: 'https://example.com/x', events: ['task.created'], secret },
    })
    await services.call('createOutgoingWebhook', {
      body: { name: 'All boards', url: 'https://example.com/y', events: ['task.created'], enabled: false },
    })
    const sent = await fetch(`${services.url}/api/v1/boards/${board.id}/tasks/${task.id}/attachments`, {
      method: 'POST',
      headers: { ...operator(), 'x-file-name': 'plan.txt' },
      body: 'x',
    })
    expect(sent.status).toBe(201)

    const file = await exported(board.id)
    expect(JSON.stringify(file)).not.toContain('secret of the old')
    const result = importResult.parse((await imported('/boards/import', JSON.stringify(file))).result)
    const said = result.notes.map((note) => note.message).join(' ')
    for (const words of ['plan.txt', 'CI has a new address and a new secret', 'Chat has a new secret and is switched off'])
      expect(said).toContain(words)
    // However much else there is to say: what senders must be told is among the notes that are shown.
    const many = {
      ...file,
      tasks: Array.from({ length: 250 }, (_, index) => ({ ...file.tasks[0], number: index + 1, assigned_to: ['Zoe'] })),
    }
    const checked = importResult.parse((await imported('/boards/import?dry_run=true', JSON.stringify(many))).result)
    expect(checked.notes_total).toBeGreaterThan(checked.notes.length)
    expect(checked.notes.map((note) => note.message).join(' ')).toContain('CI has a new address and a new secret: set your own')
    const again = await exported(result.board_id ?? '')
    const asIs = ({ exported_at: _, tasks, outgoing_webhooks, ...rest }: BoardFile) => ({
      ...rest,
      tasks: tasks.map(({ files: _files, ...each }) => each),
      outgoing_webhooks: outgoing_webhooks.map(({ enabled: _enabled, ...each }) => each),
    })
    expect(asIs(again)).toEqual(asIs(file))
    expect(file.documents).toMatchObject([{ title: 'Plan', content: 'b', task: 1 }])
    expect(file.tasks[0]?.comments).toMatchObject([{ message: 'better words', versions: [{ message: 'first words' }] }])
    expect(file.outgoing_webhooks.map((webhook) => webhook.name)).toEqual(['Chat'])
    // The number of the deleted task is not given again; nobody comes in through the door of the old board.
    const copy = { board_id: result.board_id ?? '' }
    expect((await services.call('createTask', { params: copy, body: { title: 'Three' } })).number).toBe(3)
    const [hook] = (await services.call('listWebhooks', { params: copy })).items
    expect((await services.send({ method: 'POST', path: hook?.endpoint_path ?? '', body: 'x' })).status).toBe(403)
    services.query("INSERT INTO search_index (search_index) VALUES ('integrity-check') RETURNING 1")
  })

  it('a file of the first version is still read', async () => {
    const { documents: _d, memory: _m, webhooks: _w, outgoing_webhooks: _o, ...old } = fileOf([], 'Old file')
    const { paused: _p, group: _g, next_task_number: _n, ...rules } = old.board
    const recurring = old.recurring_tasks.map(({ run_count: _r, ...row }) => row)
    const job = await imported('/boards/import', JSON.stringify({ ...old, version: 1, board: rules, recurring_tasks: recurring }))
    expect(job).toMatchObject({ state: 'succeeded' })
  })

  it('is refused with its place: another format, a circle, a number twice, a field of another type', async () => {
    const send = (body: unknown) =>
      services.send({
        method: 'POST',
        path: '/api/v1/boards/import',
        headers: operator(),
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
    expect(await send('{')).toMatchObject({ status: 400, body: { code: 'malformed_json' } })
    expect(await send({ ...fileOf([]), version: 3 })).toMatchObject({ status: 422, body: { field: 'body.version' } })
    expect(await send('x'.repeat(16 * 1024 * 1024 + 1))).toMatchObject({ status: 413, body: { code: 'payload_too_large' } })
    const base = {
      ...fc.sample(
        fileTasks.filter((tasks) => tasks.length > 0),
        { numRuns: 1, seed: 3 },
      )[0]?.[0],
    } as BoardFile['tasks'][number]
    const boards = services.rowCounts()['boards']
    const wrong = [
      fileOf([
        { ...base, number: 1, depends_on: [2] },
        { ...base, number: 2, depends_on: [1] },
      ]),
      fileOf([
        { ...base, number: 1, depends_on: [] },
        { ...base, number: 1, depends_on: [] },
      ]),
      {
        ...fileOf([]),
        custom_fields: fieldsOfFile.map((field) => (field.field_key === 'rt_size' ? { ...field, field_type: 'text' as const } : field)),
      },
    ]
    for (const file of wrong) {
      boardFile.parse(file)
      const job = await imported('/boards/import', JSON.stringify(file))
      expect(job).toMatchObject({ state: 'failed', result: { board_id: null, imported: 0 } })
      expect(job.error).not.toBeNull()
    }
    expect(services.rowCounts()['boards']).toBe(boards)
  })
})

describe('an import that a restart cut off', () => {
  it('leaves no half of a board, and says how many rows are there', async () => {
    const half = await newBoard('Half')
    await services.call('createTask', { params: { board_id: half.id }, body: { title: 'Half' } })
    const ids = [createId(), createId()]
    await services.services.stop(Date.now() + 3000)
    const db = new Database(dataPaths(services.dataDir).database)
    const insert = db.prepare(
      `INSERT INTO jobs (id, kind, state, title, done, total, input_json, created_at, updated_at) VALUES (?, ?, 'running', 'x', 100, 300, ?, 0, 0)`,
    )
    insert.run(ids[0], 'board_import', JSON.stringify({ board_id: half.id, dry_run: false }))
    insert.run(ids[1], 'task_import', JSON.stringify({ board_id: world.board.id, dry_run: false }))
    db.close()
    await services.restart()
    expect(await failure(services.call('getBoard', { params: { board_id: half.id } }))).toMatchObject({ status: 404 })
    expect((await services.call('getJob', { params: { job_id: ids[0] ?? '' } })).state).toBe('failed')
    expect((await services.call('getJob', { params: { job_id: ids[1] ?? '' } })).error).toContain('100 of 300')
  })
})

describe('tasks as a table', () => {
  it('export: RFC 4180, no formulas, and the same tasks when it is read again', async () => {
    const board = await newBoard('Table')
    const params = { board_id: board.id }
    await newField({ field_key: 'price', label: 'Price', field_type: 'number', board_ids: [board.id] })
    const tag = await services.call('createTag', { body: { name: 'Money' } })
    const first = await services.call('createTask', {
      params,
      body: { title: '=HYPERLINK("x")', description: 'a, "b"\nc', tag_ids: [tag.id], custom_field_values: { price: -2.5 } },
    })
    await services.call('createTask', {
      params,
      body: { title: 'Second', priority: 'high', due_at: '2026-03-01T09:00:00Z', depends_on_task_ids: [first.id] },
    })
    const answer = await services.send({ path: `/api/v1/boards/${board.id}/tasks.csv`, headers: operator() })
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="table.tasks.csv"')
    const csv = String(answer.body)
    expect(csv).toContain(`"'=HYPERLINK(""x"")"`)
    expect(csv).not.toMatch(/(^|,)"?=/m)

    const target = await newBoard('Table again')
    await services.call('updateCustomField', {
      params: { custom_field_id: (await services.call('listCustomFields', { query: { board_id: board.id } })).items[0]?.id ?? '' },
      body: { board_ids: [board.id, target.id] },
    })
    const job = await imported(`/boards/${target.id}/tasks/import`, csv, 'text/csv')
    expect(job).toMatchObject({
      kind: 'task_import',
      state: 'succeeded',
      done: 2,
      total: 2,
      result: { imported: 2, refused: 0, notes: [] },
    })
    const essence = async (boardId: string) =>
      (await services.call('listTasks', { params: { board_id: boardId } })).items
        .map(({ title, description, status, priority, due_at, tag_ids, custom_field_values, is_blocked, number }) => ({
          title,
          description,
          status,
          priority,
          due_at,
          tag_ids,
          custom_field_values,
          is_blocked,
          number,
        }))
        .toSorted((a, b) => a.number - b.number)
    expect(await essence(target.id)).toEqual(await essence(board.id))
    const again = await services.send({ path: `/api/v1/boards/${target.id}/tasks.csv`, headers: operator() })
    const columns = (text: string) => parseCsv(text).map((row) => row.cells.filter((_, index) => ![11, 12].includes(index)))
    expect(columns(String(again.body))).toEqual(columns(csv))
  })

  it('import: columns by header or by hand, every wrong row named, the others taken; a dry run writes nothing', async () => {
    const path = `/boards/${world.board.id}/tasks/import`
    const csv = [
      'What,Assignees,Status,Priority,Secret',
      'Good,Max; Ivy,,HIGH,1',
      ',,,,2',
      'Nobody,Zed,,,3',
      'Bad status,,sleeping,,4',
      'Inbox,,,,5,6',
      'Plain,,inbox,,7',
    ].join('\n')
    expect(await services.send({ method: 'POST', path: `/api/v1${path}`, headers: operator(), body: csv })).toMatchObject({
      status: 422,
      body: { field: 'query.mapping' },
    })
    const mapping = encodeURIComponent(JSON.stringify({ What: 'title' }))
    const before = services.rowCounts()
    const dry = await imported(`${path}?dry_run=true&mapping=${mapping}`, csv, 'text/csv')
    const result = importResult.parse(dry.result)
    expect(result.mapping).toEqual({ What: 'title', Assignees: 'assignees', Status: 'status', Priority: 'priority', Secret: null })
    expect(result).toMatchObject({ imported: 2, refused: 4, dry_run: true })
    expect(result.notes.map((each) => [each.row, each.field])).toEqual([
      [3, 'title'],
      [4, 'assignees'],
      [5, 'status'],
      [6, null],
    ])
    expect(services.rowCounts()).toEqual({
      ...before,
      jobs: (before['jobs'] ?? 0) + 1,
      changes: (before['changes'] ?? 0) + (services.rowCounts()['changes'] ?? 0) - (before['changes'] ?? 0),
    })
    const job = await imported(`${path}?mapping=${mapping}`, csv, 'text/csv')
    expect(job).toMatchObject({ state: 'succeeded', result: { imported: 2, refused: 4 } })
    const { items } = await services.call('listTasks', { params: onBoard(), query: { q: 'Good' } })
    expect(items[0]).toMatchObject({ status: 'assigned', priority: 'high', assigned_agent_ids: [world.max.id, world.ivy.id] })
    expect(services.query('SELECT 1 FROM notifications WHERE task_id = ?', items[0]?.id ?? '')).toHaveLength(2)
    expect(await services.send({ method: 'POST', path: `/api/v1${path}`, headers: operator(), body: 'title\n"open' })).toMatchObject({
      status: 422,
      body: { field: 'body' },
    })
    const many = `title\n${'x\n'.repeat(10_001)}`
    expect(await services.send({ method: 'POST', path: `/api/v1${path}`, headers: operator(), body: many })).toMatchObject({ status: 413 })
    const agent = { 'x-agent-token': world.max.token }
    expect(await services.send({ method: 'POST', path: `/api/v1${path}`, headers: agent, body: csv })).toMatchObject({ status: 401 })
  })
})
