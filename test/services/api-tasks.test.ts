import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../../native-services/contract/client.ts'
import { readEvents, seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

const create = (body: { title: string; assigned_agent_ids?: string[] }) =>
  services.call('createTask', { params: { board_id: world.board.id }, body })
const at = (taskId: string) => ({ board_id: world.board.id, task_id: taskId })

async function code(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return error instanceof ApiError ? (error.body?.code ?? 'none') : `no error: ${String(error)}`
}

describe('tasks of people', () => {
  it('assigning at creation starts in assigned, writes to the outbox and to the activity', async () => {
    const task = await create({ title: 'Ship it', assigned_agent_ids: [world.max.id, world.ivy.id] })
    expect(task).toMatchObject({
      status: 'assigned',
      assigned_agent_id: world.max.id,
      assigned_agent_ids: [world.max.id, world.ivy.id],
      created_by: 'Operator',
      waiting_for: 'delivery to Max waits: gateway down',
    })
    const outbox = await services.call('listNotifications', { query: { task_id: task.id } })
    expect(outbox.items.map((item) => [item.type, item.agent_id, item.state])).toEqual([
      ['assignment', world.ivy.id, 'queued'],
      ['assignment', world.max.id, 'queued'],
    ])
    expect((await services.call('listActivity', { query: { task_id: task.id } })).items.map((item) => item.event_type)).toEqual([
      'task.created',
    ])
  })

  it('the inbox follows the assignees, in both directions', async () => {
    const task = await create({ title: 'Follow' })
    expect(task.status).toBe('inbox')
    const assigned = await services.call('updateTask', { params: at(task.id), body: { assigned_agent_id: world.max.id } })
    expect(assigned.status).toBe('assigned')
    expect((await services.call('updateTask', { params: at(task.id), body: { assigned_agent_ids: [] } })).status).toBe('inbox')
    expect(await code(services.call('updateTask', { params: at(task.id), body: { status: 'in_progress' } }))).toBe('task_gate_failed')
  })

  it('a mention reaches the agent, a comment in the PATCH lands in the thread', async () => {
    const task = await create({ title: 'Talk' })
    const comment = await services.call('createComment', { params: at(task.id), body: { message: 'Have a look, @Ivy' } })
    expect(comment).toMatchObject({ author_type: 'user', mentions: [world.ivy.id] })
    await services.call('updateTask', { params: at(task.id), body: { priority: 'high', comment: 'More urgent now' } })
    const thread = await services.call('listComments', { params: at(task.id) })
    expect(thread.items.map((item) => item.message)).toEqual(['Have a look, @Ivy', 'More urgent now'])
    expect((await services.call('getTask', { params: at(task.id) })).comment_count).toBe(2)
    expect(
      (await services.call('listNotifications', { query: { agent_id: world.ivy.id, task_id: task.id } })).items.map((item) => item.type),
    ).toContain('mention')
  })

  it('compare-and-set lets one of two through', async () => {
    const task = await create({ title: 'Race', assigned_agent_ids: [world.max.id] })
    const codes = await Promise.all(
      (['in_progress', 'blocked'] as const).map((status) =>
        code(
          services.call('updateTask', {
            params: at(task.id),
            body: { status, expected_status: 'assigned', ...(status === 'blocked' && { blocked_reason: 'waits' }) },
          }),
        ),
      ),
    )
    expect(codes.filter((entry) => entry === 'conflict')).toHaveLength(1)
  })
})

describe('tasks of agents', () => {
  it('claims, works, asks for a review, and is free again', async () => {
    const task = await create({ title: 'Claim me' })
    const claimed = await services.callAs(world.max.token, 'agentUpdateTask', { params: at(task.id), body: { status: 'in_progress' } })
    expect(claimed).toMatchObject({ status: 'in_progress', assigned_agent_id: world.max.id })
    expect(claimed.in_progress_at).not.toBeNull()
    expect((await services.call('getAgent', { params: { agent_id: world.max.id } })).current_task_id).toBe(task.id)
    expect(await code(services.callAs(world.ivy.token, 'agentUpdateTask', { params: at(task.id), body: { status: 'review' } }))).toBe(
      'task_assignee_mismatch',
    )
    expect(
      (await services.callAs(world.max.token, 'agentUpdateTask', { params: at(task.id), body: { status: 'review', comment: 'Ready' } }))
        .status,
    ).toBe('review')
    expect((await services.call('getAgent', { params: { agent_id: world.max.id } })).current_task_id).toBeNull()
    const activity = await services.call('listActivity', { query: { task_id: task.id, event_type: 'task.status_changed' } })
    expect(activity.items.map((item) => [item.actor_name, item.data['from'], item.data['to'], item.data['claimed']])).toEqual([
      ['Max', 'in_progress', 'review', false],
      ['Max', 'inbox', 'in_progress', true],
    ])
  })

  it('takes the shortest way in one request', async () => {
    const task = await create({ title: 'Short way', assigned_agent_ids: [world.max.id] })
    const moved = await services.callAs(world.max.token, 'agentUpdateTask', { params: at(task.id), body: { status: 'review' } })
    expect(moved.status).toBe('review')
    expect(moved.in_progress_at).not.toBeNull()
  })

  it('keeps to the gates of the board', async () => {
    await services.call('updateBoard', {
      params: { board_id: world.board.id },
      body: { require_review_before_done: true, comment_required_for_review: true },
    })
    const task = await create({ title: 'Gated', assigned_agent_ids: [world.max.id] })
    const asMax = (body: object) => services.callAs(world.max.token, 'agentUpdateTask', { params: at(task.id), body })
    await asMax({ status: 'in_progress' })
    expect(await code(asMax({ status: 'done' }))).toBe('task_gate_failed')
    expect(await code(asMax({ status: 'review' }))).toBe('comment_required')
    await services.callAs(world.max.token, 'agentCreateComment', { params: at(task.id), body: { message: 'Done so far' } })
    expect((await asMax({ status: 'review' })).status).toBe('review')
    expect(await code(asMax({ status: 'done' }))).toBe('task_gate_failed')
    expect((await services.callAs(world.lead.token, 'agentUpdateTask', { params: at(task.id), body: { status: 'done' } })).status).toBe(
      'done',
    )
    await services.call('updateBoard', { params: { board_id: world.board.id }, body: { only_lead_can_change_status: true } })
    expect(await code(asMax({ status: 'in_progress' }))).toBe('only_lead_can_change_status')
    await services.call('updateBoard', {
      params: { board_id: world.board.id },
      body: { only_lead_can_change_status: false, require_review_before_done: false, comment_required_for_review: false },
    })
  })

  it('sees its own board only', async () => {
    const other = await services.call('createBoard', { body: { name: 'Other' } })
    expect((await services.callAs(world.max.token, 'agentBoards')).items.map((board) => board.id)).toEqual([world.board.id])
    expect(await code(services.callAs(world.max.token, 'agentTasks', { params: { board_id: other.id } }))).toBe('task_board_mismatch')
    expect((await services.callAs(world.max.token, 'agentAgents')).total).toBe(3)
    const led = await services.callAs(world.lead.token, 'agentCreateTask', {
      params: { board_id: world.board.id },
      body: { title: 'By the lead', assigned_agent_id: world.ivy.id },
    })
    expect(led).toMatchObject({ created_by: 'Ada', auto_created: true, status: 'assigned' })
  })

  it('the main agent reads the boards of its gateway and changes none', async () => {
    const main = await services.call('createAgent', { body: { name: 'Main', provision: false } })
    expect(main).toMatchObject({ role: 'main', board_id: null, is_gateway_main: true })
    const token = services.grantToken(main.id)
    expect((await services.callAs(token, 'agentBoards')).items.length).toBeGreaterThan(1)
    const task = await create({ title: 'Look, do not touch' })
    expect((await services.callAs(token, 'agentTask', { params: at(task.id) })).id).toBe(task.id)
    expect(await code(services.callAs(token, 'agentUpdateTask', { params: at(task.id), body: { status: 'done' } }))).toBe('forbidden')
    expect(await code(services.callAs(token, 'agentCreateComment', { params: at(task.id), body: { message: 'Hm' } }))).toBe('forbidden')
  })

  it('checks in, and is online', async () => {
    const agent = await services.callAs(world.ivy.token, 'agentHeartbeat')
    expect(agent).toMatchObject({ id: world.ivy.id, status: 'online' })
    expect(agent.last_seen_at).not.toBeNull()
    expect(JSON.stringify(agent)).not.toMatch(/token_hash|token_prefix/)
  })
})

describe('attention, health and settings', () => {
  it('tells what is wrong with the button that mends it, and takes it back', async () => {
    const reader = await readEvents(services)
    const task = await create({ title: 'Stuck', assigned_agent_ids: [world.max.id] })
    await services.call('updateTask', { params: at(task.id), body: { status: 'blocked', blocked_reason: 'No access' } })
    const shows = (frames: readonly { event: string; data: unknown }[]): boolean =>
      JSON.stringify(frames.findLast((frame) => frame.event === 'attention')?.data ?? '').includes(`task:${task.id}`)
    await reader.until(shows)
    const { attention } = await services.call('getOverview')
    expect(attention.find((item) => item.key === `task:${task.id}`)).toMatchObject({
      reason: 'No access',
      fix: { action: 'open' },
      link: `/boards/${world.board.id}/tasks/${task.id}`,
    })
    expect(attention.find((item) => item.key === 'gateway')).toMatchObject({ fix: { action: 'start_gateway' } })
    await services.call('updateTask', { params: at(task.id), body: { status: 'assigned' } })
    await reader.until((frames) => !shows(frames))
    reader.close()
  })

  it('names the stranger on the port and offers another', async () => {
    services.setGateway({
      state: 'failed',
      reason: 'Port 18789 is taken by nc.',
      port: 18_789,
      port_owner: { pid: 7, program: 'nc' },
      suggested_port: 18_790,
    })
    const health = await services.send({ path: '/health' })
    expect(health.status).toBe(503)
    expect(health.body).toMatchObject({
      status: 'degraded',
      gateway: { state: 'failed', port: 18_789, portOwner: { pid: 7, program: 'nc' } },
    })
    const list = await services.call('listGateways')
    expect(list.items[0]?.runtime).toMatchObject({ suggested_port: 18_790 })
    const { attention } = await services
      .call('getOverview')
      .then(async (first) =>
        first.attention.some((item) => item.fix?.action === 'use_port')
          ? first
          : new Promise<typeof first>((resolve) => setTimeout(() => resolve(services.call('getOverview')), 300)),
      )
    expect(attention.find((item) => item.key === 'gateway')).toMatchObject({
      tone: 'bad',
      fix: { action: 'use_port', label: 'Use port 18790' },
    })
    services.setGateway({ state: 'stopped' })
  })

  it('ready although the gateway is down', async () => {
    const ready = await services.send({ path: '/readyz' })
    expect(ready.status).toBe(200)
    expect(ready.body).toMatchObject({ ready: true, checks: { database: { ok: true }, delivery: { ok: true }, gateway: { ok: true } } })
  })

  it('settings take effect at once, and tell the host', async () => {
    await services.call('updateSettings', { body: { max_wake_attempts: 5, close_to_tray: false } })
    expect((await services.call('getAgent', { params: { agent_id: world.max.id } })).max_wake_attempts).toBe(5)
    await expect
      .poll(() => services.sent.findLast((message) => message.type === 'state'))
      .toMatchObject({ state: { close_to_tray: false, agents_total: 4 } })
  })

  it('commands go to the host; what it refuses is refused here with its words', async () => {
    const own = await startServices({
      onCommand: (command) => (command.action === 'stop' ? { ok: false, message: 'We did not start it.' } : { ok: true, message: null }),
    })
    try {
      const gateway = (await own.call('listGateways')).items[0]
      const params = { gateway_id: gateway?.id ?? '' }
      expect(await own.call('startGateway', { params })).toMatchObject({ accepted: true })
      const refused = await own.send({
        method: 'POST',
        path: `/api/v1/gateways/${params.gateway_id}/stop`,
        headers: { authorization: `Bearer ${own.operatorToken}` },
      })
      expect(refused).toMatchObject({ status: 409, body: { detail: 'We did not start it.' } })
      expect(own.sent.flatMap((message) => (message.type === 'gateway-command' ? [message.command.action] : []))).toEqual(['start', 'stop'])
      const job = await own.call('installRuntime')
      await expect.poll(async () => (await own.call('getJob', { params: { job_id: job.id } })).state).toBe('succeeded')
    } finally {
      await own.stop()
    }
  })
})
