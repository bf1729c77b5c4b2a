/** Edits, subscriptions, read state, reach, delivery timeline and the notification centre over the real API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { undoHeader } from '../../native-services/contract/board-work.ts'
import { ApiError } from '../../native-services/contract/client.ts'
import { defaultNoticePreferences } from '../../native-services/contract/notice-kinds.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

type Ref = { id: string }
const onBoard = () => ({ board_id: world.board.id })
const create = (title: string, assigned_agent_ids: string[] = []) =>
  services.call('createTask', { params: onBoard(), body: { title, assigned_agent_ids } })
const of = (task: Ref) => ({ ...onBoard(), task_id: task.id })
const read = (task: Ref) => services.call('getTask', { params: of(task) })
const write = (task: Ref, message: string) => services.call('createComment', { params: of(task), body: { message } })
const writeAs = (agent: { token: string }, task: Ref, message: string) =>
  services.callAs(agent.token, 'agentCreateComment', { params: of(task), body: { message } })
const edit = (task: Ref, comment: Ref, message: string) =>
  services.call('updateComment', { params: { ...of(task), comment_id: comment.id }, body: { message } })
const told = (comment: Ref) =>
  services.query<{ agent_id: string; type: string; state: string; body: string; id: string }>(
    'SELECT id, agent_id, type, state, body FROM notifications WHERE comment_id = ? ORDER BY seq',
    comment.id,
  )
const notices = (task: Ref) => services.call('listNotices').then(({ items }) => items.filter((each) => each.task_id === task.id))
async function failure(work: Promise<unknown>) {
  try {
    await work
  } catch (error) {
    if (error instanceof ApiError) return error.body?.code
    throw error
  }
  throw new Error('it was accepted')
}

describe('editing a comment', () => {
  it('keeps every wording, and only those who are mentioned anew hear of it', async () => {
    const task = await create('Edit me')
    const comment = await write(task, 'Look at this, @Max')
    expect(told(comment).map((row) => row.agent_id)).toEqual([world.max.id])
    const edited = await edit(task, comment, 'Look at this, @Max and @Ivy')
    expect(edited).toMatchObject({ message: 'Look at this, @Max and @Ivy', mentions: [world.max.id, world.ivy.id] })
    expect(edited.edited_at).not.toBeNull()
    expect(told(comment).map((row) => [row.type, row.agent_id, row.body])).toEqual([
      ['mention', world.max.id, edited.message],
      ['mention', world.ivy.id, edited.message],
    ])
    // Taken out and put in again: she was told once.
    await edit(task, comment, 'Look at this, @Max')
    await edit(task, comment, 'Look at this, @Ivy')
    expect(told(comment)).toHaveLength(2)
    const { items } = await services.call('listCommentVersions', { params: { ...of(task), comment_id: comment.id } })
    expect(items.map((each) => [each.version, each.message, each.current])).toEqual([
      [1, 'Look at this, @Max', false],
      [2, 'Look at this, @Max and @Ivy', false],
      [3, 'Look at this, @Max', false],
      [4, 'Look at this, @Ivy', true],
    ])
  })

  it('the same words change nothing, and the search knows the new words only', async () => {
    const task = await create('Search me')
    const comment = await write(task, 'the quokka')
    expect((await edit(task, comment, 'the quokka')).edited_at).toBeNull()
    await edit(task, comment, 'the wombat')
    const find = async (q: string) => (await services.call('search', { query: { q } })).items.length
    expect(await find('wombat')).toBe(1)
    expect(await find('quokka')).toBe(0)
  })

  it('only the author edits: the operator his, agents theirs', async () => {
    const task = await create('Whose', [world.max.id])
    const mine = await write(task, 'mine')
    const his = await writeAs(world.max, task, 'his')
    expect(await failure(edit(task, his, 'no'))).toBe('forbidden')
    const asAgent = (agent: { token: string }, comment: Ref) =>
      services.callAs(agent.token, 'agentUpdateComment', { params: { ...of(task), comment_id: comment.id }, body: { message: 'changed' } })
    expect(await failure(asAgent(world.ivy, his))).toBe('forbidden')
    expect(await failure(asAgent(world.max, mine))).toBe('forbidden')
    expect((await asAgent(world.max, his)).message).toBe('changed')
    const other = await create('Another')
    expect(await failure(edit(other, mine, 'elsewhere'))).toBe('not_found')
  })

  it('a deleted comment comes back with its history, its place and its message', async () => {
    const task = await create('Delete me', [world.max.id])
    const first = await write(task, 'one')
    const second = await write(task, 'two')
    await edit(task, second, 'two, better')
    // The unsent update stood for both.
    expect(told(second)).toHaveLength(1)
    const gone = await services.send({
      method: 'DELETE',
      path: `/api/v1/boards/${world.board.id}/tasks/${task.id}/comments/${second.id}`,
      headers: { authorization: `Bearer ${services.operatorToken}` },
    })
    expect(gone.status).toBe(200)
    expect((await read(task)).comment_count).toBe(1)
    expect(told(second)).toEqual([])
    expect(told(first).map((row) => row.body)).toEqual(['one'])
    const token = gone.headers.get(undoHeader) ?? ''
    expect(await services.call('undo', { body: { token } })).toMatchObject({ ok: true })
    const { items } = await services.call('listComments', { params: of(task), query: {} })
    expect(items.map((each) => each.message)).toEqual(['one', 'two, better'])
    expect((await read(task)).comment_count).toBe(2)
    const { items: versions } = await services.call('listCommentVersions', { params: { ...of(task), comment_id: second.id } })
    expect(versions.map((each) => each.message)).toEqual(['two', 'two, better'])
    expect(await failure(services.call('undo', { body: { token } }))).toBe('not_found')
  })
})

describe('who follows', () => {
  it('says why each one does, and lets agents be subscribed and unsubscribed', async () => {
    const task = await create('Follow', [world.max.id])
    await write(task, '@Ivy look')
    const list = () => services.call('listSubscriptions', { params: of(task) })
    const reasons = async () => Object.fromEntries((await list()).agents.map((each) => [each.agent_id, each.reasons]))
    expect(await reasons()).toEqual({ [world.max.id]: ['assignee'], [world.ivy.id]: ['mentioned'] })
    const ivy = { ...of(task), agent_id: world.ivy.id }
    await services.call('unsubscribeAgent', { params: ivy })
    expect(await reasons()).toEqual({ [world.max.id]: ['assignee'] })
    await services.call('subscribeAgent', { params: ivy })
    expect(await reasons()).toEqual({ [world.max.id]: ['assignee'], [world.ivy.id]: ['manual'] })
    const comment = await write(task, 'For everybody who follows')
    expect(told(comment).map((row) => row.agent_id)).toContain(world.ivy.id)
    expect(await failure(services.call('unsubscribeAgent', { params: { ...of(task), agent_id: world.max.id } }))).toBe('conflict')
  })

  it('the operator watches what he created or wrote in, unless he said no', async () => {
    const task = await create('Watch', [world.max.id])
    expect(task.watching).toBe(true)
    await services.call('watchTask', { params: of(task), body: { watching: false } })
    await write(task, 'still not')
    expect((await read(task)).watching).toBe(false)
    await writeAs(world.max, task, 'unheard')
    expect(await notices(task)).toEqual([])
    await writeAs(world.max, task, 'but @operator is asked')
    expect((await notices(task)).map((each) => each.kind)).toEqual(['mention'])
  })
})

describe('what was read', () => {
  it('counts what others write, until the thread is read', async () => {
    const task = await create('Read', [world.max.id])
    await write(task, 'mine does not count')
    await writeAs(world.max, task, 'one')
    await writeAs(world.max, task, 'two')
    expect(await read(task)).toMatchObject({ unread_count: 2, last_read_at: null })
    expect((await notices(task)).map((each) => [each.kind, each.count, each.read_at])).toEqual([['comment', 2, null]])
    const after = await services.call('readTask', { params: of(task) })
    expect(after.unread_count).toBe(0)
    expect(after.last_read_at).not.toBeNull()
    expect((await notices(task))[0]?.read_at).not.toBeNull()
    await writeAs(world.max, task, 'three')
    expect((await notices(task)).map((each) => each.count)).toEqual([1, 2])
    expect(await services.call('readAllTasks', { body: onBoard() })).toMatchObject({ changed: expect.any(Number) as number })
    expect((await read(task)).unread_count).toBe(0)
    expect(await services.call('readAllTasks', { body: {} })).toEqual({ changed: 0 })
  })

  it('a deleted unread comment is not unread any more', async () => {
    const task = await create('Unread and gone', [world.max.id])
    const comment = await writeAs(world.max, task, 'one')
    expect((await read(task)).unread_count).toBe(1)
    await services.call('deleteComment', { params: { ...of(task), comment_id: comment.id } })
    expect(await read(task)).toMatchObject({ unread_count: 0, comment_count: 0, last_message_at: null })
  })
})

describe('whom a comment reaches', () => {
  it('says at once that nobody gets it, and what to do', async () => {
    const board = await services.call('createBoard', { body: { name: 'Empty' } })
    const task = await services.call('createTask', { params: { board_id: board.id }, body: { title: 'Alone' } })
    const params = { board_id: board.id, task_id: task.id }
    const lonely = await services.call('createComment', { params, body: { message: 'Anybody?' } })
    expect(lonely.reach).toMatchObject({ verdict: 'nobody', recipients: [], remedies: [{ action: 'assign' }] })
    const agent = await services.call('createAgent', { body: { name: 'Nia', board_id: board.id, role: 'worker', provision: false } })
    const unled = await services.call('createComment', { params, body: { message: 'Anybody now?' } })
    expect(unled.reach.sentence).toContain('no lead')
    services.grantToken(agent.id)
    await services.call('updateBoard', { params: { board_id: board.id }, body: { paused: true } })
    const paused = await services.call('createComment', { params, body: { message: '@Nia' } })
    expect(paused.reach).toMatchObject({
      verdict: 'later',
      sentence: 'Nia will get this later: the board is paused.',
      remedies: [{ action: 'resume_board', target_id: board.id }],
    })
    await services.call('updateBoard', { params: { board_id: board.id }, body: { paused: false } })
    await services.call('pauseAgent', { params: { agent_id: agent.id } })
    const reach = await services.call('getCommentReach', { params: { ...params, comment_id: paused.id } })
    expect(reach).toMatchObject({ verdict: 'later', remedies: [{ action: 'resume_agent', target_id: agent.id }] })
    await services.call('updateTask', { params, body: { status: 'archived' } })
    const archived = await services.call('createComment', { params, body: { message: 'too late' } })
    expect(archived.reach).toMatchObject({ verdict: 'nobody', remedies: [{ action: 'restore_task' }] })
  })

  it('a comment that a newer one stands for is not lost', async () => {
    const task = await create('Two at once', [world.max.id])
    const first = await write(task, 'one')
    await write(task, 'two')
    expect(told(first)).toEqual([])
    const reach = await services.call('getCommentReach', { params: { ...of(task), comment_id: first.id } })
    expect(reach.recipients.map((each) => [each.name, each.when])).toEqual([['Max', 'later']])
  })
})

describe('notification centre', () => {
  it('tells of review, blocked and done by agents, of requests, not of what the operator does', async () => {
    const task = await create('Noticed', [world.max.id])
    const asAgent = (body: { status: 'in_progress' | 'review' | 'blocked'; blocked_reason?: string }) =>
      services.callAs(world.max.token, 'agentUpdateTask', { params: of(task), body })
    await asAgent({ status: 'in_progress' })
    await asAgent({ status: 'blocked', blocked_reason: 'no access' })
    await services.call('updateTask', { params: of(task), body: { status: 'in_progress' } })
    await asAgent({ status: 'review' })
    await services.call('updateTask', { params: of(task), body: { status: 'done' } })
    const list = await notices(task)
    expect(list.map((each) => each.kind)).toEqual(['task_review', 'task_blocked'])
    expect(list[0]).toMatchObject({ link: `/boards/${world.board.id}/tasks/${task.id}`, agent_id: world.max.id, read_at: null })
    const one = list[0] as { id: string }
    const set = (isRead: boolean) => services.call('updateNotice', { params: { notice_id: one.id }, body: { read: isRead } })
    expect((await set(true)).read_at).not.toBeNull()
    expect((await set(false)).read_at).toBeNull()
    const { items, unread } = await services.call('listNotices', { query: { kind: 'task_blocked', unread: 'true' } })
    expect(items.every((each) => each.kind === 'task_blocked' && each.read_at === null)).toBe(true)
    expect(unread).toBeGreaterThan(items.length)
    await services.call('readNotices', { body: {} })
    expect((await services.call('listNotices')).unread).toBe(0)
  })

  it('rings the desktop once per subject and leaves out what is not wanted', async () => {
    const rung = () => services.sent.flatMap((message) => (message.type === 'notify' ? [message.title] : []))
    const task = await create('Ring', [world.max.id])
    await writeAs(world.max, task, '@operator please')
    await until(() => rung().some((title) => title.includes(`#${task.number} Ring`)), Boolean)
    const before = rung().filter((title) => title.includes('Ring')).length
    await writeAs(world.max, task, '@operator again')
    await services.call('updateSettings', {
      body: { notices: { ...defaultNoticePreferences, mention: { centre: false, desktop: false } } },
    })
    const quiet = await create('Quiet', [world.max.id])
    await writeAs(world.max, quiet, '@operator unheard')
    expect(await notices(quiet)).toEqual([])
    await services.call('updateSettings', { body: { notices: defaultNoticePreferences } })
    // Another subject rings after it, so whatever was to ring before has rung.
    const later = await create('Later', [world.max.id])
    await writeAs(world.max, later, '@operator now')
    await until(() => rung().some((title) => title.includes(`#${later.number} Later`)), Boolean)
    expect(rung().filter((title) => title.includes('Ring')).length).toBe(before)
    expect(rung().some((title) => title.includes('Quiet'))).toBe(false)
  })
})

describe('timeline', () => {
  it('a message that was never sent has no attempts; given up and sent again are part of the story', async () => {
    const task = await create('Timeline', [world.max.id])
    const comment = await write(task, 'hello')
    const [row] = told(comment)
    const params = { notification_id: row?.id ?? '' }
    const timeline = () => services.call('getNotificationTimeline', { params })
    expect(await timeline()).toMatchObject({ notification: { state: 'queued' }, attempts: [], reply: null })
    await services.call('discardNotification', { params })
    await services.call('replayNotification', { params })
    expect((await timeline()).attempts.map((each) => each.outcome)).toEqual(['sent_again'])
  })
})

describe('@operator in the chat of a board', () => {
  it('is told once per unread chat, and what a person writes is no news', async () => {
    const say = (content: string) =>
      services.callAs(world.max.token, 'agentCreateBoardMemory', { params: onBoard(), body: { content, tags: ['chat'] } })
    await services.call('createBoardMemory', { params: onBoard(), body: { content: '@operator myself', tags: ['chat'] } })
    await say('nobody in particular')
    await say('@operator, a word?')
    await say('@operator, another')
    const { items } = await services.call('listNotices', { query: { kind: 'mention', unread: 'true' } })
    const chat = items.filter((each) => each.task_id === null)
    expect(chat).toMatchObject([{ count: 2, link: `/boards/${world.board.id}?chat=1`, title: 'Max mentioned you in the chat of Launch' }])
  })
})
