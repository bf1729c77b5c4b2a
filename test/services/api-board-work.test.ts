/** Dependencies, bulk changes, undo, board chat and tags over the real API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../../native-services/contract/client.ts'
import { undoHeader } from '../../native-services/contract/board-work.ts'
import type { BodyInputOf } from '../../native-services/contract/operations.ts'
import type { Task } from '../../native-services/contract/entities.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

const onBoard = () => ({ board_id: world.board.id })
const create = (title: string, more: Partial<BodyInputOf<'createTask'>> = {}) =>
  services.call('createTask', { params: onBoard(), body: { title, ...more } })
const read = (task: { id: string }) => services.call('getTask', { params: { ...onBoard(), task_id: task.id } })
const change = (task: { id: string }, body: BodyInputOf<'updateTask'>) =>
  services.call('updateTask', { params: { ...onBoard(), task_id: task.id }, body })
async function failure(work: Promise<unknown>) {
  try {
    await work
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, code: error.body?.code, data: error.body?.data }
    throw error
  }
  throw new Error('it was accepted')
}
/** A change as its answer's token sees it. */
async function changeForToken(method: string, path: string, body?: unknown): Promise<string> {
  const answer = await services.send({
    method,
    path: `/api/v1/boards/${world.board.id}/tasks${path}`,
    headers: { authorization: `Bearer ${services.operatorToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(answer.status).toBe(200)
  return answer.headers.get(undoHeader) ?? ''
}
const messages = (type: string, agentId?: string) =>
  services
    .query<{ agent_id: string; title: string; session_key: string; comment_id: string | null }>(
      'SELECT agent_id, title, session_key, comment_id FROM notifications WHERE type = ? ORDER BY seq',
      type,
    )
    .filter((row) => agentId === undefined || row.agent_id === agentId)

describe('dependencies', () => {
  it('a task waits for others, says so, and its agent hears when it can begin', async () => {
    const first = await create('Buy the bricks')
    const second = await create('Draw the plan')
    const house = await create('Build the house', { assigned_agent_ids: [world.max.id], depends_on_task_ids: [first.id, second.id] })
    expect(house).toMatchObject({
      status: 'assigned',
      is_blocked: true,
      depends_on_task_ids: [first.id, second.id],
      blocked_by_task_ids: [first.id, second.id],
      waiting_for: `blocked by #${first.number}, #${second.number}`,
    })
    expect(messages('assignment', world.max.id)).toEqual([])
    for (const status of ['in_progress', 'review', 'done'] as const)
      expect(await failure(change(house, { status }))).toEqual({
        status: 409,
        code: 'task_blocked_cannot_transition',
        data: { blocked_by_task_ids: [first.id, second.id] },
      })
    const asAgent = services.callAs(world.max.token, 'agentUpdateTask', {
      params: { ...onBoard(), task_id: house.id },
      body: { status: 'in_progress' },
    })
    expect(await failure(asAgent)).toMatchObject({ code: 'task_blocked_cannot_transition' })

    await change(first, { status: 'done' })
    expect((await read(house)).waiting_for).toBe(`blocked by #${second.number}`)
    expect(messages('assignment', world.max.id)).toEqual([])
    await change(second, { status: 'done' })
    expect(await read(house)).toMatchObject({ is_blocked: false, blocked_by_task_ids: [] })
    expect(messages('assignment', world.max.id)).toEqual([
      expect.objectContaining({
        title: expect.stringContaining('can begin') as string,
        session_key: expect.stringContaining(house.id) as string,
      }),
    ])
    const activity = await services.call('listActivity', { query: { task_id: house.id, event_type: 'task.unblocked' } })
    expect(activity.total).toBe(1)
    expect((await change(house, { status: 'in_progress' })).status).toBe('in_progress')
    // Reopened, the first holds the house up again.
    await change(first, { status: 'inbox' })
    expect(await read(house)).toMatchObject({ is_blocked: true })
  })

  it('refuses itself, what is not there, circles, and changes after the end', async () => {
    const a = await create('A')
    const b = await create('B', { depends_on_task_ids: [a.id] })
    const c = await create('C', { depends_on_task_ids: [b.id] })
    expect(await failure(change(a, { depends_on_task_ids: [a.id] }))).toMatchObject({ status: 422 })
    expect(await failure(change(a, { depends_on_task_ids: [world.board.id] }))).toMatchObject({ status: 404 })
    expect(await failure(change(a, { depends_on_task_ids: [c.id] }))).toMatchObject({ status: 409, code: 'conflict' })
    expect((await read(a)).depends_on_task_ids).toEqual([])
    await change(a, { status: 'done' })
    expect(await failure(change(a, { depends_on_task_ids: [] }).then(() => change(a, { depends_on_task_ids: [c.id] })))).toMatchObject({
      status: 409,
    })
  })

  it('a lead may set them, a worker may not; removing the last one tells the assignee', async () => {
    const a = await create('Lead A')
    const b = await create('Lead B', { assigned_agent_ids: [world.ivy.id] })
    const body = { depends_on_task_ids: [a.id] }
    const params = { ...onBoard(), task_id: b.id }
    expect((await services.callAs(world.lead.token, 'agentUpdateTask', { params, body })).is_blocked).toBe(true)
    expect(await failure(services.callAs(world.ivy.token, 'agentUpdateTask', { params, body }))).toMatchObject({ status: 403 })
    const before = messages('assignment', world.ivy.id).length
    await services.call('deleteTask', { params: { ...onBoard(), task_id: a.id } })
    expect((await read(b)).is_blocked).toBe(false)
    expect(messages('assignment', world.ivy.id)).toHaveLength(before + 1)
  })
})

describe('undo', () => {
  it('takes an edit and a move back, once', async () => {
    const task = await create('Paint the door', { assigned_agent_ids: [world.max.id], priority: 'low' })
    const token = await changeForToken('PATCH', `/${task.id}`, { status: 'done', priority: 'high', title: 'Paint the gate' })
    expect(token).not.toBe('')
    const answer = await services.call('undo', { body: { token } })
    expect(answer.restored).toBe(1)
    const { updated_at: _a, waiting_for: _w, ...back } = await read(task)
    const { updated_at: _b, waiting_for: _v, ...was } = task
    expect(back).toEqual(was)
    expect(await failure(services.call('undo', { body: { token } }))).toMatchObject({ status: 404 })
  })

  it('is refused when the task changed since; a comment is no such change', async () => {
    const task = await create('Fence')
    const params = { ...onBoard(), task_id: task.id }
    const first = await changeForToken('PATCH', `/${task.id}`, { priority: 'high' })
    await change(task, { priority: 'urgent' })
    expect(await failure(services.call('undo', { body: { token: first } }))).toMatchObject({ status: 409, code: 'conflict' })
    expect((await read(task)).priority).toBe('urgent')
    const second = await changeForToken('PATCH', `/${task.id}`, { priority: 'low' })
    await services.call('createComment', { params, body: { message: 'Nice.' } })
    await services.call('undo', { body: { token: second } })
    expect((await read(task)).priority).toBe('urgent')
  })

  it('brings a deleted task back with its thread, its assignees, what it waits for and what waits for it', async () => {
    const before = await create('Before')
    const task = await create('Precious', { assigned_agent_ids: [world.max.id, world.ivy.id], depends_on_task_ids: [before.id] })
    const after = await create('After', { depends_on_task_ids: [task.id] })
    const params = { ...onBoard(), task_id: task.id }
    await services.call('createComment', { params, body: { message: 'Do not lose this, @Max' } })
    await services.callAs(world.max.token, 'agentCreateApproval', {
      params: onBoard(),
      body: { action_type: 'deploy', task_id: task.id, confidence: 50, lead_reasoning: 'Ready.' },
    })
    const was = await read(task)
    const outbox = services.query('SELECT * FROM notifications WHERE task_id = ? ORDER BY seq', task.id)
    const token = await changeForToken('DELETE', `/${task.id}`)
    expect(await failure(read(task))).toMatchObject({ status: 404 })
    expect((await read(after)).is_blocked).toBe(false)
    expect(services.query('SELECT * FROM notifications WHERE task_id = ?', task.id)).toEqual([])

    await services.restart()
    await services.call('undo', { body: { token } })
    expect(await read(task)).toEqual(was)
    expect((await read(after)).blocked_by_task_ids).toEqual([task.id])
    expect((await services.call('listComments', { params })).items.map((comment) => comment.message)).toEqual(['Do not lose this, @Max'])
    expect(services.query('SELECT * FROM notifications WHERE task_id = ? ORDER BY seq', task.id)).toEqual(outbox)
    expect((await services.call('listAllApprovals', { query: { task_id: task.id } })).total).toBe(1)
  })

  it('a token is good for a minute', async () => {
    const task = await create('Late')
    const token = await changeForToken('PATCH', `/${task.id}`, { priority: 'high' })
    const rows = services.query<{ expires_at: number }>('SELECT expires_at FROM undo_steps')
    expect(rows.every((row) => row.expires_at <= Date.now() + 60_000)).toBe(true)
    expect(JSON.stringify(services.query('SELECT * FROM undo_steps'))).not.toContain(token)
  })
})

describe('bulk', () => {
  it('changes each by itself, says what became of it, and is taken back as one', async () => {
    const first = await create('Bulk one')
    const blocked = await create('Bulk two', { depends_on_task_ids: [first.id] })
    const third = await create('Bulk three')
    const ids = [blocked.id, third.id, world.board.id]
    const result = await services.call('bulkUpdateTasks', { params: onBoard(), body: { task_ids: ids, patch: { status: 'done' } } })
    expect(result).toMatchObject({ changed: 1, failed: 2 })
    expect(result.results.map((each) => [each.task_id, each.code])).toEqual([
      [blocked.id, 'task_blocked_cannot_transition'],
      [third.id, null],
      [world.board.id, 'not_found'],
    ])
    expect((await read(third)).status).toBe('done')

    const token = await changeForToken('POST', '/archive-done')
    expect((await read(third)).status).toBe('archived')
    await services.call('undo', { body: { token } })
    expect((await read(third)).status).toBe('done')
  })

  it('puts each where it is told, and takes only as many places as tasks', async () => {
    const tasks = [await create('Placed one'), await create('Placed two')]
    const body = { task_ids: tasks.map((task) => task.id), patch: {}, positions: [70, 60] }
    const result = await services.call('bulkUpdateTasks', { params: onBoard(), body })
    expect(result.results.map((each) => each.task?.position)).toEqual([70, 60])
    expect(await failure(services.call('bulkUpdateTasks', { params: onBoard(), body: { ...body, positions: [1] } }))).toMatchObject({
      status: 422,
    })
  })

  it('takes at most 200', async () => {
    const ids = Array.from({ length: 201 }, () => world.board.id)
    expect(await failure(services.call('bulkUpdateTasks', { params: onBoard(), body: { task_ids: ids, patch: {} } }))).toMatchObject({
      status: 422,
    })
  })
})

describe('board chat', () => {
  const say = (content: string, tags = ['chat']) => services.call('createBoardMemory', { params: onBoard(), body: { content, tags } })

  it('the lead hears all of it, others what mentions them, nobody themselves', async () => {
    const before = messages('board_chat').length
    const entry = await say('Who knows about roofs, @Max?')
    expect(entry).toMatchObject({ is_chat: true, author_type: 'user', agent_id: null })
    const told = messages('board_chat').slice(before)
    expect(told.map((row) => row.agent_id).toSorted()).toEqual([world.lead.id, world.max.id].toSorted())
    for (const row of told) {
      expect(row.comment_id).toBe(entry.id)
      expect(row.session_key).toMatch(new RegExp(`^agent:.+:mc-board-${world.board.id}$`))
    }
    await services.callAs(world.lead.token, 'agentCreateBoardMemory', { params: onBoard(), body: { content: 'Ask @Ivy', tags: ['chat'] } })
    expect(
      messages('board_chat')
        .slice(before + 2)
        .map((row) => row.agent_id),
    ).toEqual([world.ivy.id])
    await say('The colour is blue.', ['decision'])
    expect(messages('board_chat')).toHaveLength(before + 3)
    const chat = await services.callAs(world.ivy.token, 'agentBoardMemory', { params: onBoard(), query: { is_chat: 'true' } })
    expect(chat.items.map((item) => item.content)).toEqual(['Ask @Ivy', 'Who knows about roofs, @Max?'])
    expect((await services.call('listBoardMemory', { params: onBoard() })).total).toBe(3)
  })

  it('/pause and /resume pause the board; an agent cannot', async () => {
    const before = messages('board_chat').length
    await say('/pause')
    expect((await services.call('getBoard', { params: onBoard() })).paused).toBe(true)
    await say('/resume')
    expect((await services.call('getBoard', { params: onBoard() })).paused).toBe(false)
    expect(messages('board_chat')).toHaveLength(before)
    await services.callAs(world.ivy.token, 'agentCreateBoardMemory', { params: onBoard(), body: { content: '/pause', tags: ['chat'] } })
    expect((await services.call('getBoard', { params: onBoard() })).paused).toBe(false)
  })
})

describe('tags', () => {
  it('are made, given to tasks, and taken away', async () => {
    const tag = await services.call('createTag', { body: { name: 'Needs a look', color: 'FF8800' } })
    expect(tag).toMatchObject({ slug: 'needs-a-look', color: 'ff8800', task_count: 0 })
    expect(await failure(services.call('createTag', { body: { name: 'needs a LOOK' } }))).toMatchObject({ status: 409 })
    const task: Task = await create('Tagged', { tag_ids: [tag.id] })
    expect(task.tag_ids).toEqual([tag.id])
    expect((await services.call('listTags')).items).toEqual([{ ...tag, task_count: 1 }])
    expect(await failure(change(task, { tag_ids: [world.board.id] }))).toMatchObject({ status: 404 })
    await services.call('deleteTag', { params: { tag_id: tag.id } })
    expect((await read(task)).tag_ids).toEqual([])
  })
})
