/** Everything that an operator deletes or changes can be taken back: afterwards the database holds the same rows as before. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { undoHeader } from '../../native-services/contract/board-work.ts'
import { ApiError } from '../../native-services/contract/client.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof make>>

/** Histories and what is counted from them; `updated_at` and deadlines may be later ones. */
const notCompared = /^(activity|settings|changes|undo_steps|jobs|timers|usage_names|search_\w+|heartbeats|sqlite_\w+)$/
function rows(): Record<string, unknown[]> {
  const tables = services.query<{ name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).map((table) => table.name)
  return Object.fromEntries(
    tables
      .filter((name) => !notCompared.test(name))
      .map((name) => [
        name,
        services
          .query<Record<string, unknown>>(`SELECT * FROM ${name}`)
          // Agents go on with their own affairs meanwhile: of them counts what refers to others.
          .map(({ updated_at: _, ...row }) =>
            JSON.stringify(name === 'agents' ? [row['id'], row['board_id'], row['current_task_id']] : row),
          )
          .toSorted(),
      ]),
  )
}

async function make() {
  const seeded = await seedBoard(services)
  const on = { board_id: seeded.board.id }
  const empty = await services.call('createBoard', { body: { name: 'Without agents' } })
  const group = await services.call('createBoardGroup', { body: { name: 'Campaign', board_ids: [seeded.board.id, empty.id] } })
  await services.call('createGroupMemory', { params: { board_group_id: group.id }, body: { content: 'Hello leads', tags: ['chat'] } })
  const tag = await services.call('createTag', { body: { name: 'Red', color: 'ff0000' } })
  const other = await services.call('createTag', { body: { name: 'Blue' } })
  const field = await services.call('createCustomField', {
    body: { field_key: 'size', label: 'Size', field_type: 'number', board_ids: [seeded.board.id, empty.id] },
  })
  const body = { title: 'Paint', tag_ids: [tag.id], custom_field_values: { size: 3 } }
  const first = await services.call('createTask', { params: on, body: { ...body, assigned_agent_ids: [seeded.max.id] } })
  const second = await services.call('createTask', { params: on, body: { ...body, title: 'Dry', depends_on_task_ids: [first.id] } })
  const elsewhere = await services.call('createTask', { params: { board_id: empty.id }, body: { ...body, title: 'Elsewhere' } })
  for (const task of [first, elsewhere]) {
    const params = { board_id: task.board_id, task_id: task.id }
    await services.call('createComment', { params, body: { message: 'A word' } })
    const document = await services.call('createDocument', { params, body: { title: 'Plan', content: 'one', task_id: task.id } })
    await services.call('updateDocument', { params: { document_id: document.id }, body: { content: 'two' } })
    const sent = await fetch(`${services.url}/api/v1/boards/${task.board_id}/tasks/${task.id}/attachments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${services.operatorToken}`, 'x-file-name': 'plan.txt' },
      body: 'the plan',
    })
    expect(sent.status).toBe(201)
  }
  await services.call('createBoardMemory', { params: { board_id: empty.id }, body: { content: 'Remember' } })
  const recurring = await services.call('createRecurringTask', {
    params: { board_id: empty.id },
    body: { title: 'Daily', schedule: '0 9 * * *', tag_ids: [tag.id] },
  })
  const taskTemplate = await services.call('createTaskTemplate', { body: { board_id: empty.id, name: 'Bug', tag_ids: [tag.id] } })
  const boardTemplate = await services.call('createBoardTemplate', { body: { board_id: empty.id, name: 'Plain' } })
  const webhook = await services.call('createWebhook', { params: on, body: { description: 'CI', secret: 'a very good secret' } })
  const unsigned = await services.call('createWebhook', { params: on, body: { description: 'Open' } })
  await services.send({ method: 'POST', path: `/api/v1/boards/${seeded.board.id}/webhooks/${unsigned.id}`, body: 'built' })
  const outgoing = await services.call('createOutgoingWebhook', {
    body: { name: 'Chat', url: 'https://example.com/hook', events: ['task.created'], board_id: seeded.board.id, enabled: false },
  })
  await services.call('setUsageCap', { params: { scope: 'all' }, body: { hard_usd_micros: 5_000_000 } })
  await services.call('setModelPrices', {
    body: { items: [{ pattern: 'gpt-*', input: 1, output: 2, cache_read: null, cache_write: null }] },
  })
  return {
    ...seeded,
    on,
    empty,
    group,
    tag,
    other,
    field,
    first,
    second,
    recurring,
    taskTemplate,
    boardTemplate,
    webhook,
    unsigned,
    outgoing,
  }
}

async function doFor(method: string, path: string, body?: unknown): Promise<string> {
  const answer = await services.send({
    method,
    path: `/api/v1${path}`,
    headers: { authorization: `Bearer ${services.operatorToken}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.headers.get(undoHeader) ?? ''
}
const undo = (token: string) => services.call('undo', { body: { token } })
const refused = (token: string) =>
  undo(token).then(
    () => expect.fail('it was not refused'),
    (error: unknown) => (error instanceof ApiError ? error.body : expect.fail(String(error))),
  )

beforeAll(async () => {
  services = await startServices()
  world = await make()
})
afterAll(() => services.stop())

type Case = [what: string, method: string, path: (w: typeof world) => string, body?: (w: typeof world) => unknown]
// oxfmt-ignore
const cases: Case[] = [
  ['deletes a board with all that is on it', 'DELETE', (w) => `/boards/${w.empty.id}`],
  ['changes a board', 'PATCH', (w) => `/boards/${w.board.id}`, () => ({ name: 'Renamed', require_review_before_done: true, paused: true, objective: 'Sell', board_type: 'goal' })],
  ['deletes a group, its chat and what waits for it', 'DELETE', (w) => `/board-groups/${w.group.id}`],
  ['changes a group', 'PATCH', (w) => `/board-groups/${w.group.id}`, () => ({ name: 'Other' })],
  ['deletes a tag that tasks have', 'DELETE', (w) => `/tags/${w.tag.id}`],
  ['renames a tag', 'PATCH', (w) => `/tags/${w.tag.id}`, () => ({ name: 'Crimson', color: '990000' })],
  ['merges a tag into another', 'POST', (w) => `/tags/${w.tag.id}/merge`, (w) => ({ into_tag_id: w.other.id })],
  ['deletes a field with its values', 'DELETE', (w) => `/custom-fields/${w.field.id}?force=true`],
  ['changes a field', 'PATCH', (w) => `/custom-fields/${w.field.id}`, (w) => ({ label: 'Length', board_ids: [w.empty.id] })],
  ['deletes a recurring task', 'DELETE', (w) => `/boards/${w.empty.id}/recurring-tasks/${w.recurring.id}`],
  ['changes a recurring task', 'PATCH', (w) => `/boards/${w.empty.id}/recurring-tasks/${w.recurring.id}`, () => ({ title: 'Weekly', schedule: 'every 7 d' })],
  ['deletes a template of a task', 'DELETE', (w) => `/task-templates/${w.taskTemplate.id}`],
  ['changes a template of a task', 'PATCH', (w) => `/task-templates/${w.taskTemplate.id}`, () => ({ name: 'Wish', tag_ids: [] })],
  ['deletes a template of a board', 'DELETE', (w) => `/board-templates/${w.boardTemplate.id}`],
  ['changes a template of a board', 'PATCH', (w) => `/board-templates/${w.boardTemplate.id}`, () => ({ name: 'Fancy' })],
  ['deletes a webhook and its payloads', 'DELETE', (w) => `/boards/${w.board.id}/webhooks/${w.unsigned.id}`],
  ['changes a webhook and its secret', 'PATCH', (w) => `/boards/${w.board.id}/webhooks/${w.webhook.id}`, () => ({ enabled: false, secret: 'another good secret' })],
  ['deletes an outgoing webhook', 'DELETE', (w) => `/outgoing-webhooks/${w.outgoing.id}`],
  ['changes an outgoing webhook', 'PATCH', (w) => `/outgoing-webhooks/${w.outgoing.id}`, () => ({ name: 'News', events: ['agent.offline'] })],
  ['changes a cap', 'PUT', () => '/usage/caps/all', () => ({ hard_usd_micros: 1_000_000 })],
  ['lifts a cap', 'POST', () => '/usage/caps/all/waive'],
  ['changes prices', 'PUT', () => '/usage/prices', () => ({ items: [] })],
  ['deletes a task with its thread', 'DELETE', (w) => `/boards/${w.board.id}/tasks/${w.first.id}`],
  ['changes what a task waits for, its tags and its fields', 'PATCH', (w) => `/boards/${w.board.id}/tasks/${w.second.id}`, (w) => ({ depends_on_task_ids: [], tag_ids: [w.other.id], custom_field_values: { size: 9 }, title: 'Dry well' })],
]

describe('what can be taken back, and comes back as it was', () => {
  it.each(cases)('%s', async (_, method, path, body) => {
    const before = rows()
    const token = await doFor(method, path(world), body?.(world))
    expect(token).not.toBe('')
    expect(rows()).not.toEqual(before)
    await undo(token)
    expect(rows()).toEqual(before)
    services.query("INSERT INTO search_index (search_index) VALUES ('integrity-check') RETURNING 1")
    expect(services.query('SELECT * FROM pragma_foreign_key_check')).toEqual([])
    expect(await refused(token)).toMatchObject({ code: 'not_found' })
  })

  it('what changed nothing offers nothing', async () => {
    expect(await doFor('PATCH', `/boards/${world.board.id}`, { name: world.board.name })).toBe('')
  })

  it('a deleted board comes back after a restart, is heard of, and its rhythm goes on', async () => {
    const before = rows()
    const token = await doFor('DELETE', `/boards/${world.empty.id}`)
    const since = (await services.call('getBoardSnapshot', { params: world.on })).rev
    await services.restart()
    await undo(token)
    expect(rows()).toEqual(before)
    const touched = services.query<{ entity: string }>('SELECT DISTINCT entity FROM changes WHERE rev > ? AND deleted = 0', since)
    expect(touched.map((row) => row.entity)).toEqual(
      expect.arrayContaining(['board', 'task', 'document', 'attachment', 'recurring_task', 'task_template', 'custom_field', 'tag']),
    )
    const { items } = await services.call('listRecurringTasks', { query: { board_id: world.empty.id } })
    expect(items[0]?.next_run_at).not.toBeNull()
    expect((await services.call('listActivity', { query: { limit: 1 } })).items[0]?.message).toBe(
      'Operator restored the board Without agents',
    )
  })
})

describe('what is refused, whole', () => {
  it('a change that was changed again', async () => {
    const token = await doFor('PATCH', `/boards/${world.board.id}`, { name: 'One', description: 'x' })
    await doFor('PATCH', `/boards/${world.board.id}`, { name: 'Two' })
    const before = rows()
    expect(await refused(token)).toMatchObject({ code: 'conflict', detail: 'The board Launch was changed since. Nothing was taken back.' })
    expect(rows()).toEqual(before)
    await doFor('PATCH', `/boards/${world.board.id}`, { name: 'Launch', description: '' })
  })

  it('a deletion whose name was taken, and one whose owner is gone', async () => {
    const tag = await services.call('createTag', { body: { name: 'Fleeting' } })
    const token = await doFor('DELETE', `/tags/${tag.id}`)
    await services.call('createTag', { body: { name: 'Fleeting' } })
    expect(await refused(token)).toMatchObject({ code: 'conflict', detail: expect.stringContaining('another one has its name') as string })

    const board = await services.call('createBoard', { body: { name: 'Gone soon' } })
    const task = await services.call('createTask', { params: { board_id: board.id }, body: { title: 'T' } })
    const late = await doFor('DELETE', `/boards/${board.id}/tasks/${task.id}`)
    await doFor('DELETE', `/boards/${board.id}`)
    expect(await refused(late)).toMatchObject({ code: 'conflict', detail: expect.stringContaining('is gone as well') as string })
  })

  it('but a reference that somebody gave away again stays with them', async () => {
    const group = await services.call('createBoardGroup', { body: { name: 'Short', board_ids: [world.empty.id] } })
    const token = await doFor('DELETE', `/board-groups/${group.id}`)
    await doFor('PATCH', `/boards/${world.empty.id}`, { board_group_id: world.group.id })
    await undo(token)
    expect((await services.call('getBoard', { params: { board_id: world.empty.id } })).board_group_id).toBe(world.group.id)
    expect((await services.call('getBoardGroup', { params: { board_group_id: group.id } })).name).toBe('Short')
  })
})
