/** Agents among themselves: what leads and the main agent may do, and that everybody else may not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refusal, seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>
beforeEach(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterEach(() => services.stop())

const raw = (token: string, method: string, path: string, body?: unknown) =>
  fetch(`${services.url}/api/v1${path}`, {
    method,
    headers: { 'x-agent-token': token, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
const outbox = async (agentId: string) => (await services.call('listNotifications', { query: { agent_id: agentId } })).items

describe('a lead', () => {
  it('nudges a worker through the outbox, in the worker’s own session', async () => {
    const { board, lead, max } = world
    await services.callAs(lead.token, 'agentNudge', {
      params: { board_id: board.id, agent_id: max.id },
      body: { message: 'How far is #1?' },
    })
    expect(await outbox(max.id)).toMatchObject([{ type: 'direct_message', session_key: max.openclaw_session_id, task_id: null }])
    expect((await services.call('listActivity', { query: { event_type: 'agent.nudge.sent' } })).items).toHaveLength(1)
  })

  it('adds workers up to the limit of its board and deletes tasks', async () => {
    const { board, lead } = world
    const created = await services.callAs(lead.token, 'agentCreateAgent', { body: { name: 'Kim' } })
    expect(created).toMatchObject({ board_id: board.id, role: 'worker', name: 'Kim' })
    await services.call('updateBoard', { params: { board_id: board.id }, body: { max_agents: 3 } })
    const refused = await raw(lead.token, 'POST', '/agent/agents', { name: 'Lee' })
    expect(refused.status).toBe(409)
    expect(refusal(await refused.json())).toMatchObject({ code: 'conflict', detail: expect.stringContaining('limit') as string })
    const task = await services.callAs(lead.token, 'agentCreateTask', { params: { board_id: board.id }, body: { title: 'Not needed' } })
    await services.callAs(lead.token, 'agentDeleteTask', { params: { board_id: board.id, task_id: task.id } })
    expect((await services.call('listTasks', { params: { board_id: board.id } })).total).toBe(0)
  })

  it('may not touch itself, other boards, or be imitated by a worker', async () => {
    const { board, lead, max, ivy } = world
    const other = await services.call('createBoard', { body: { name: 'Elsewhere' } })
    const nudge = (boardId: string, agentId: string) => `/agent/boards/${boardId}/agents/${agentId}/nudge`
    for (const [token, path] of [
      [lead.token, nudge(board.id, lead.id)],
      [lead.token, nudge(other.id, max.id)],
      [max.token, nudge(board.id, ivy.id)],
    ] as const) {
      expect((await raw(token, 'POST', path, { message: 'x' })).status).toBe(403)
    }
    expect((await raw(max.token, 'POST', '/agent/agents', { name: 'Mine' })).status).toBe(403)
    expect((await raw(max.token, 'POST', '/agent/gateway/leads/broadcast', { content: 'x' })).status).toBe(403)
    expect((await services.call('listNotifications', {})).total).toBe(0)
  })
})

describe('the main agent', () => {
  it('reaches the lead of a board and tells which boards have none', async () => {
    const { board, lead } = world
    const empty = await services.call('createBoard', { body: { name: 'No lead' } })
    const main = await services.call('createAgent', { body: { name: 'Main', provision: false } })
    const token = services.grantToken(main.id)
    expect(
      await services.callAs(token, 'agentMessageLead', {
        params: { board_id: board.id },
        body: { content: 'Status?', correlation_id: 'c-1' },
      }),
    ).toEqual({ ok: true, board_id: board.id, lead_agent_id: lead.id, lead_agent_name: 'Ada', lead_created: false })
    const broadcast = await services.callAs(token, 'agentBroadcast', { body: { content: 'Freeze at noon.' } })
    expect(broadcast).toMatchObject({ sent: 1, failed: 1 })
    expect(broadcast.results.find((result) => result.board_id === empty.id)).toMatchObject({
      ok: false,
      error: expect.stringContaining('no lead') as string,
    })
    expect(await outbox(lead.id)).toHaveLength(2)
  })
})

it('an operator acts on many agents at once and hears which refused', async () => {
  const { max, ivy } = world
  const unknown = '00000000-0000-7000-8000-000000000000'
  const result = await services.call('bulkAgents', { body: { agent_ids: [max.id, ivy.id, unknown], action: 'pause' } })
  expect(result).toMatchObject({ done: 2, failed: [{ agent_id: unknown, code: 'not_found' }] })
  expect((await services.call('getAgent', { params: { agent_id: max.id } })).status).toBe('paused')
})
