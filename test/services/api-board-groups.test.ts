/** Goals of boards, board groups and their chat over the real API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../../native-services/contract/client.ts'
import type { BodyInputOf } from '../../native-services/contract/operations.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

async function failure(work: Promise<unknown>) {
  try {
    await work
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, code: error.body?.code, field: error.body?.field }
    throw error
  }
  throw new Error('it was accepted')
}
const change = (boardId: string, body: BodyInputOf<'updateBoard'>) => services.call('updateBoard', { params: { board_id: boardId }, body })
const told = (memoryId: string) =>
  services
    .query<{ agent_id: string; session_key: string; type: string }>(
      'SELECT agent_id, session_key, type FROM notifications WHERE comment_id = ? ORDER BY seq',
      memoryId,
    )
    .map((row) => row.agent_id)
const metric = { name: 'Signups', target: 200, current: 50, start: null, unit: 'people' }

describe('goals', () => {
  it('an objective, figures and a day are kept, and the board says who set them', async () => {
    const board = await services.call('createBoard', {
      body: {
        name: 'Launch',
        board_type: 'goal',
        objective: 'Be known',
        success_metrics: [{ name: 'Signups', target: 200, current: 50, unit: 'people' }, { name: 'Bugs' }],
        target_date: '2026-12-31',
        goal_confirmed: true,
      },
    })
    expect(board).toMatchObject({
      success_metrics: [metric, { name: 'Bugs', target: null, current: null, start: null, unit: null }],
      target_date: '2026-12-31',
      goal_confirmed: true,
      goal_source: 'operator',
      board_group_id: null,
    })
    expect(await change(board.id, { success_metrics: [metric], target_date: null })).toMatchObject({
      success_metrics: [metric],
      target_date: null,
    })
    expect(await services.call('getBoard', { params: { board_id: board.id } })).toMatchObject({ success_metrics: [metric] })
  })

  it.each<[string, BodyInputOf<'updateBoard'>, string]>([
    ['the same name twice', { success_metrics: [metric, { ...metric, name: 'SIGNUPS' }] }, 'body.success_metrics'],
    ['a name of blanks', { success_metrics: [{ name: '  ' }] }, 'body.success_metrics.0.name'],
    ['a figure that is none', { success_metrics: [{ name: 'A', target: 'many' as unknown as number }] }, 'body.success_metrics.0.target'],
    ['a field that nobody knows', { success_metrics: [{ name: 'A', goal: 1 } as { name: string }] }, 'body.success_metrics.0.goal'],
    ['more than twenty', { success_metrics: Array.from({ length: 21 }, (_, n) => ({ name: `m${n}` })) }, 'body.success_metrics'],
    ['a day that does not exist', { target_date: '2026-02-30' }, 'body.target_date'],
    ['a moment instead of a day', { target_date: '2026-02-03T00:00:00Z' }, 'body.target_date'],
    ['confirmed without an objective', { board_type: 'goal', goal_confirmed: true, success_metrics: [metric] }, 'body.objective'],
    ['confirmed without a metric', { board_type: 'goal', goal_confirmed: true, objective: 'x' }, 'body.success_metrics'],
  ])('refuses %s', async (_, body, field) => {
    const board = await services.call('createBoard', { body: { name: 'Refusals' } })
    expect(await failure(change(board.id, body))).toEqual({ status: 422, code: 'invalid_request', field })
    expect(await services.call('getBoard', { params: { board_id: board.id } })).toEqual(board)
  })

  it('a confirmed goal cannot lose what it is measured by, but the board can be changed in everything else', async () => {
    const board = await services.call('createBoard', {
      body: { name: 'Kept', board_type: 'goal', objective: 'x', success_metrics: [metric], goal_confirmed: true },
    })
    expect(await failure(change(board.id, { objective: null }))).toMatchObject({ status: 422, field: 'body.objective' })
    expect(await failure(change(board.id, { success_metrics: [] }))).toMatchObject({ status: 422, field: 'body.success_metrics' })
    expect((await change(board.id, { name: 'Renamed' })).name).toBe('Renamed')
    expect(await change(board.id, { goal_confirmed: false, objective: null })).toMatchObject({ goal_confirmed: false, objective: null })
  })

  it('the lead reports a figure; nobody else does, and no other figure comes into being', async () => {
    await change(world.board.id, { success_metrics: [metric] })
    const report = (token: string, name: string) =>
      services.callAs(token, 'agentReportMetric', { params: { board_id: world.board.id }, body: { name, current: 120 } })
    expect((await report(world.lead.token, 'signups')).success_metrics).toEqual([{ ...metric, current: 120 }])
    expect(await failure(report(world.max.token, 'Signups'))).toMatchObject({ status: 403 })
    expect(await failure(report(world.lead.token, 'Visits'))).toEqual({ status: 404, code: 'not_found', field: 'body.name' })
  })
})

describe('groups', () => {
  const groupBody = (name: string) => ({ name, description: 'All of it' })
  let other: { id: string; name: string }
  let group: { id: string }
  const people: Record<string, { id: string; token: string }> = {}
  const inGroup = () => ({ board_group_id: group.id })

  beforeAll(async () => {
    other = await services.call('createBoard', { body: { name: 'Press' } })
    for (const [name, role] of [
      ['Bea', 'lead'],
      ['Max', 'worker'],
      ['Tom', 'worker'],
    ] as const) {
      const agent = await services.call('createAgent', { body: { name, board_id: other.id, role, provision: false } })
      people[name] = { id: agent.id, token: services.grantToken(agent.id) }
    }
    group = await services.call('createBoardGroup', { body: { ...groupBody('Autumn'), board_ids: [world.board.id, other.id] } })
  })
  const who = (name: string) => people[name] as { id: string; token: string }
  const say = (content: string, tags: string[] = ['chat']) =>
    services.call('createGroupMemory', { params: inGroup(), body: { content, tags } })

  it('are created with their boards, renamed, listed and found', async () => {
    expect((await services.call('getBoard', { params: { board_id: other.id } })).board_group_id).toBe(group.id)
    expect(await failure(services.call('createBoardGroup', { body: groupBody('AUTUMN') }))).toEqual({
      status: 409,
      code: 'conflict',
      field: 'body.name',
    })
    expect(await failure(services.call('createBoardGroup', { body: { name: ' ' } }))).toMatchObject({ status: 422, field: 'body.name' })
    const nobody = '01890000-0000-7000-8000-000000000000'
    expect(await failure(services.call('createBoardGroup', { body: { name: 'X', board_ids: [other.id, nobody] } }))).toEqual({
      status: 404,
      code: 'not_found',
      field: 'body.board_ids.1',
    })
    expect(await failure(change(other.id, { board_group_id: nobody }))).toEqual({
      status: 404,
      code: 'not_found',
      field: 'body.board_group_id',
    })
    expect(await failure(services.call('getBoardGroup', { params: { board_group_id: nobody } }))).toMatchObject({ status: 404 })
    expect(await failure(services.call('getBoardGroupSnapshot', { params: { board_group_id: nobody } }))).toMatchObject({ status: 404 })
    const renamed = await services.call('updateBoardGroup', { params: inGroup(), body: { name: 'Autumn 2026' } })
    expect(renamed).toMatchObject({ name: 'Autumn 2026', slug: 'autumn', description: 'All of it' })
    expect((await services.call('listBoardGroups')).items.map((each) => each.name)).toEqual(['Autumn 2026'])
  })

  it('a snapshot has each board with its counts and what presses most', async () => {
    const task = (title: string, more: Partial<BodyInputOf<'createTask'>> = {}) =>
      services.call('createTask', { params: { board_id: other.id }, body: { title, ...more } })
    await task('Later', { priority: 'low' })
    const urgent = await task('Now', { priority: 'urgent' })
    const mine = await task('Being done', { assigned_agent_ids: [who('Tom').id] })
    const done = await task('Done')
    await services.call('updateTask', { params: { board_id: other.id, task_id: done.id }, body: { status: 'done' } })
    const snapshot = await services.call('getBoardGroupSnapshot', { params: inGroup(), query: { per_board_task_limit: '2' } })
    expect(snapshot.group?.id).toBe(group.id)
    const press = snapshot.boards.find(({ board }) => board.id === other.id)
    expect(press?.task_counts).toMatchObject({ inbox: 2, assigned: 1, done: 1 })
    expect(press?.tasks.map((each) => [each.id, each.assignees])).toEqual([
      [mine.id, ['Tom']],
      [urgent.id, []],
    ])
    const around = await services.call('getGroupSnapshotOfBoard', {
      params: { board_id: world.board.id },
      query: { include_self: 'false', include_done: 'true' },
    })
    expect(around.boards.map(({ board, tasks }) => [board.id, tasks.length])).toEqual([[other.id, 4]])
    const asAgent = await services.callAs(world.max.token, 'agentGroupSnapshot', { params: { board_id: world.board.id } })
    expect(asAgent.boards).toHaveLength(2)
    const alone = await services.call('createBoard', { body: { name: 'Alone' } })
    expect(await services.call('getGroupSnapshotOfBoard', { params: { board_id: alone.id } })).toEqual({ group: null, boards: [] })
    expect(await failure(services.callAs(world.max.token, 'agentGroupSnapshot', { params: { board_id: alone.id } }))).toMatchObject({
      status: 403,
    })
  })

  it('leads hear the chat, and everybody of a name that is mentioned', async () => {
    const plain = await say('How is it going?')
    expect(told(plain.id).toSorted()).toEqual([world.lead.id, who('Bea').id].toSorted())
    expect(plain.told_count).toBe(2)
    const toMax = await say('What do you think, @Max?')
    expect(told(toMax.id).toSorted()).toEqual([world.lead.id, who('Bea').id, world.max.id, who('Max').id].toSorted())
    const noted = await say('We paint it green.', ['decision'])
    expect(noted.is_chat).toBe(false)
    expect(told(noted.id)).toEqual([])
    const list = await services.call('listGroupMemory', { params: inGroup(), query: { is_chat: 'true' } })
    expect(list.items.map((entry) => entry.id)).toEqual([toMax.id, plain.id])
    const ofBoard = await services.call('listGroupMemoryOfBoard', { params: { board_id: other.id } })
    expect(ofBoard.total).toBe(3)
  })

  it.each([
    ['the tag', 'Freeze!', ['broadcast']],
    ['@all', 'Freeze, @all!', ['chat']],
    ['both, with names', 'Freeze, @all, @Max and @lead!', ['chat', 'broadcast']],
  ])('a broadcast by %s reaches every agent of every board exactly once', async (_, content, tags) => {
    const message = await say(content, tags)
    const everybody = [world.lead.id, world.max.id, world.ivy.id, who('Bea').id, who('Max').id, who('Tom').id]
    expect(message).toMatchObject({ is_chat: true, told_count: 6 })
    const recorded = services.query<{ message: string }>(
      `SELECT message FROM activity WHERE event_type = 'board_group.broadcast' AND json_extract(data_json, '$.memory_id') = ?`,
      message.id,
    )
    expect(recorded).toEqual(tags.includes('broadcast') ? [{ message: 'Operator wrote to everybody in Autumn 2026: 6 agents' }] : [])
    expect(told(message.id).toSorted()).toEqual(everybody.toSorted())
    const rows = services.query<{ board_id: string; session_key: string }>(
      'SELECT board_id, session_key FROM notifications WHERE comment_id = ?',
      message.id,
    )
    expect(new Set(rows.map((row) => row.board_id))).toEqual(new Set([world.board.id, other.id]))
    expect(rows.every((row) => row.session_key.endsWith(`:mc-group-${group.id}`))).toBe(true)
  })

  it('agents write to the group of their board; nobody hears their own words', async () => {
    const write = (token: string, boardId: string, content: string, tags = ['chat']) =>
      services.callAs(token, 'agentCreateGroupMemory', { params: { board_id: boardId }, body: { content, tags } })
    const message = await write(world.lead.token, world.board.id, 'We are done, @Tom.')
    expect(message).toMatchObject({ author_name: 'Ada', board_id: world.board.id, source: 'agent', told_count: 2 })
    expect(told(message.id).toSorted()).toEqual([who('Bea').id, who('Tom').id].toSorted())
    expect(told((await write(who('Tom').token, other.id, 'Stop!', ['broadcast'])).id)).toHaveLength(5)
    expect(await failure(write(world.lead.token, other.id, 'Hello'))).toMatchObject({ status: 403, code: 'task_board_mismatch' })
    expect(await failure(write(world.lead.token, world.board.id, ' '))).toMatchObject({ status: 422, field: 'body.content' })
    const read = await services.callAs(who('Tom').token, 'agentGroupMemory', { params: { board_id: other.id }, query: { limit: '1' } })
    expect(read.items[0]?.content).toBe('Stop!')
  })

  it('a board without a group has nobody to write to', async () => {
    const alone = await services.call('createBoard', { body: { name: 'Lonely' } })
    const params = { board_id: alone.id }
    expect(await failure(services.call('createGroupMemoryOfBoard', { params, body: { content: 'x', tags: ['chat'] } }))).toMatchObject({
      status: 409,
      code: 'conflict',
    })
    expect(await services.call('listGroupMemoryOfBoard', { params })).toMatchObject({ items: [], total: 0 })
  })

  it('one pace for all agents of the group; leads keep theirs unless they are named', async () => {
    const result = await services.call('applyGroupHeartbeat', { params: inGroup(), body: { every: '7m' } })
    expect(result).toMatchObject({ board_group_id: group.id, requested: 4, failed_agent_ids: [] })
    expect(result.updated_agent_ids.toSorted()).toEqual([world.max.id, world.ivy.id, who('Max').id, who('Tom').id].toSorted())
    expect((await services.call('getAgent', { params: { agent_id: who('Tom').id } })).heartbeat_config.every).toBe('7m')
    expect((await services.call('getAgent', { params: { agent_id: who('Bea').id } })).heartbeat_config.every).not.toBe('7m')
    const byLead = await services.callAs(who('Bea').token, 'agentGroupHeartbeat', {
      params: { board_id: other.id },
      body: { every: '9m', include_board_leads: true },
    })
    expect(byLead.requested).toBe(6)
    expect(
      await failure(services.callAs(who('Tom').token, 'agentGroupHeartbeat', { params: { board_id: other.id }, body: { every: '1m' } })),
    ).toMatchObject({ status: 403 })
    expect(await failure(services.call('applyGroupHeartbeat', { params: inGroup(), body: { every: 'often' } }))).toMatchObject({
      status: 422,
      field: 'body.every',
    })
  })

  it('deleting a group keeps its boards and sends nothing of it any more', async () => {
    const last = await say('One more thing')
    await services.call('deleteBoardGroup', { params: inGroup() })
    expect((await services.call('getBoard', { params: { board_id: other.id } })).board_group_id).toBeNull()
    const rows = services.query<{ state: string; last_error_code: string }>(
      'SELECT state, last_error_code FROM notifications WHERE comment_id = ?',
      last.id,
    )
    expect(rows).toEqual(Array.from({ length: 2 }, () => ({ state: 'skipped', last_error_code: 'group_gone' })))
    expect(services.query('SELECT id FROM group_memory')).toEqual([])
    expect(await failure(services.call('getBoardGroup', { params: inGroup() }))).toMatchObject({ status: 404 })
  })
})
