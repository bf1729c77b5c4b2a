import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../../native-services/contract/client.ts'
import type { Notification } from '../../native-services/contract/entities.ts'
import { localDay } from '../../native-services/domain/local-day.ts'
import { type ChatGateway, startChatGateway } from '../fakes/chat-gateway.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

/** A gateway: its WebSocket is that of the stand-in, and turns are answered here. */
async function startFront(chat: ChatGateway) {
  let runs = 0
  const turns: string[] = []
  const server: Server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      runs += 1
      turns.push(String(request.headers['x-openclaw-session-key']))
      const id = `resp_${runs}`
      const usage = { input_tokens: 1000, input_tokens_details: { cached_tokens: 400, cache_write_tokens: 0 }, output_tokens: 50 }
      const output = [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: `Answer ${runs}` }] }]
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const event of [
        { type: 'response.created', response: { id } },
        { type: 'response.completed', response: { id, status: 'completed', output, usage } },
      ])
        response.write(`data: ${JSON.stringify(event)}\n\n`)
      response.end('data: [DONE]\n\n')
    })
  })
  server.on('upgrade', (request, socket, head) => {
    const through = connect(chat.port, '127.0.0.1', () => {
      const headers = request.rawHeaders.flatMap((text, index) =>
        index % 2 === 0 ? [`${text}: ${request.rawHeaders[index + 1] ?? ''}`] : [],
      )
      through.write(`${[`GET ${request.url ?? '/'} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`)
      through.write(head)
      through.pipe(socket).pipe(through)
    })
    for (const end of [through, socket]) end.on('error', () => [through, socket].forEach((each) => each.destroy()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, turns, stop: () => (server.closeAllConnections(), server.close()) }
}

let services: TestServices
let chat: ChatGateway
let front: Awaited<ReturnType<typeof startFront>>
let world: Awaited<ReturnType<typeof seedBoard>>
const today = (): string => localDay(Date.now())

/** Connects the services to the gateway, and makes the agents ones that can be told something. */
async function goOnline(): Promise<void> {
  services.services.handleHostMessage({ type: 'gateway-token', port: front.port, token: chat.token })
  services.setGateway({ state: 'running', port: front.port })
  for (const agent of [world.lead, world.max, world.ivy]) await services.callAs(agent.token, 'agentHeartbeat', {})
}

beforeAll(async () => {
  chat = await startChatGateway()
  front = await startFront(chat)
  services = await startServices()
  world = await seedBoard(services)
  await goOnline()
})
afterAll(async () => {
  await services.stop()
  front.stop()
  await chat.stop()
})

async function refused(work: Promise<unknown>): Promise<{ code: string; field: string | undefined }> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ApiError) || !error.body) throw new Error(`not refused: ${String(error)}`)
  return { code: error.body.code, field: error.body.field }
}
const met = (look: () => Promise<boolean>): Promise<boolean> => until(look, (yes) => yes, 20_000)
const board = () => ({ board_id: world.board.id })
const messages = async (taskId: string): Promise<Notification[]> =>
  (await services.call('listNotifications', { query: { task_id: taskId } })).items
const newTask = (title: string) => services.call('createTask', { params: board(), body: { title, assigned_agent_ids: [world.max.id] } })

describe('a run', () => {
  it('is recorded with what the gateway says, on its agent and its task; its cost is unknown until there is a price', async () => {
    const task = await newTask('Write the page')
    await met(async () => (await messages(task.id)).some((row) => row.state === 'delivered'))
    const { items } = await services.call('listRuns', { query: { task_id: task.id } })
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({
      kind: 'delivery',
      agent_id: world.max.id,
      board_id: world.board.id,
      input_tokens: 600,
      cache_read_tokens: 400,
      output_tokens: 50,
      cost_micros: null,
      outcome: 'ok',
    })
    const report = await services.call('getUsage', { query: { group_by: 'agent', task_id: task.id } })
    expect(report.items).toMatchObject([
      { key: world.max.id, label: 'Max', runs: 1, total_tokens: 1050, cost_micros: null, unpriced_tokens: 1050 },
    ])
    const byTask = await services.call('getUsage', { query: { group_by: 'task' } })
    expect(byTask.items[0]).toMatchObject({ key: task.id, label: `#${task.number} Write the page`, total_tokens: 1050 })
  })

  it('that no message of ours caused is measured by the events of the gateway', async () => {
    const key = `agent:${world.ivy.gateway_agent_id}:main`
    const usage = { input: 10, output: 5, cacheRead: 0, cacheWrite: 0, cost: { total: 0.002 } }
    const message = { role: 'assistant', provider: 'acme', model: 'big', usage, __openclaw: { runId: 'own-1' } }
    for (const messageId of ['m1', 'm2', 'm2'])
      chat.emit('session.message', { sessionKey: key, agentId: world.ivy.gateway_agent_id, messageId, message })
    chat.emit('chat', { sessionKey: key, runId: 'own-1', state: 'final' })
    chat.emit('agent', { sessionKey: key, runId: 'own-1', stream: 'lifecycle', data: { phase: 'end' } })
    await met(async () => (await services.call('listRuns', { query: { agent_id: world.ivy.id } })).total > 0)
    const { items } = await services.call('listRuns', { query: { agent_id: world.ivy.id } })
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({
      kind: 'other',
      provider: 'acme',
      model: 'big',
      input_tokens: 20,
      output_tokens: 10,
      cost_micros: 4000,
      price_source: 'gateway',
    })
  })

  it('gets its cost when its model has a price, also afterwards', async () => {
    const before = await services.call('getModelPrices')
    expect(before.items).toEqual([])
    const price = { pattern: 'acme/*', input: 3, output: 15, cache_read: 0.3, cache_write: null }
    const after = await services.call('setModelPrices', { body: { items: [price] } })
    expect(after.items).toEqual([price])
    expect(await refused(services.call('setModelPrices', { body: { items: [{ ...price, input: -1 }] } }))).toMatchObject({
      code: 'invalid_request',
    })
    expect((await services.call('getUsageSummary')).models).toContainEqual({ provider: 'acme', model: 'big', price: 'known' })
  })
})

describe('reports', () => {
  it('refuse days that are none, and periods that end before they begin', async () => {
    expect(await refused(services.call('getUsage', { query: { from: '2026-13-01' } }))).toMatchObject({ field: 'query.from' })
    expect(await refused(services.call('getUsage', { query: { from: '2026-03-02', to: '2026-03-01' } }))).toMatchObject({
      field: 'query.from',
    })
    expect(await refused(services.call('getUsage', { query: { from: '2020-01-01', to: '2026-03-01' } }))).toMatchObject({
      field: 'query.from',
    })
  })

  it('say what today came to and will come to', async () => {
    const summary = await services.call('getUsageSummary')
    expect(summary.today.runs).toBe(2)
    expect(summary.today.total_tokens).toBe(1050 + 30)
    expect(summary.today.cost_micros).toBe(4000)
    expect(summary.projection.tokens).toBeGreaterThanOrEqual(summary.today.total_tokens)
    expect(summary.last_30_days.runs).toBe(2)
    expect(summary.yesterday).toMatchObject({ runs: 0, cost_micros: 0 })
  })

  it('are exported as CSV', async () => {
    const answer = await services.send({
      path: `/api/v1/usage/export?from=${today()}&to=${today()}`,
      headers: { authorization: `Bearer ${services.operatorToken}` },
    })
    expect(answer.headers.get('content-type')).toContain('text/csv')
    const lines = String(answer.body).trim().split('\r\n')
    expect(lines[0]).toMatch(/^day,agent,board,provider,model,kind,runs,/)
    expect(lines).toContain(`${today()},Ivy,Launch,acme,big,other,1,0,20,10,0,0,0.004000,0`)
    expect(lines.some((line) => line.startsWith(`${today()},Max,Launch,,,delivery,1,0,600,50,400,0,unknown,1050`))).toBe(true)
  })

  it('hold the figures of the dashboard', async () => {
    const task = await newTask('Finish it')
    await met(async () => (await messages(task.id)).some((row) => row.state === 'delivered'))
    const at = { ...board(), task_id: task.id }
    await services.call('updateBoard', { params: board(), body: { require_approval_for_done: false } })
    await services.call('updateTask', { params: at, body: { status: 'in_progress' } })
    await services.call('updateTask', { params: at, body: { status: 'review' } })
    await services.call('updateTask', { params: at, body: { status: 'done' } })
    for (const range_key of ['24h', '3d', '7d', '14d', '1m', '3m', '6m', '1y'] as const) {
      const figures = await services.call('getDashboardMetrics', { query: { range_key, ...board() } })
      expect(figures.kpis).toMatchObject({ done_tasks: 1, active_agents: 3 })
      expect(figures.throughput.primary.points.reduce((sum, point) => sum + point.value, 0)).toBe(1)
      expect(figures.throughput.comparison.points.every((point) => point.value === 0)).toBe(true)
      expect(figures.wip.primary.points.at(-1)).toMatchObject({ done: 1, review: 0 })
      expect(figures.wip.comparison.points.every((point) => point.done === 0)).toBe(true)
      expect(figures.kpis.median_cycle_time_hours_7d).toBeGreaterThanOrEqual(0)
    }
    const elsewhere = await services.call('createBoard', { body: { name: 'Empty' } })
    expect((await services.call('getDashboardMetrics', { query: { board_id: elsewhere.id } })).kpis.done_tasks).toBe(0)
  })
})

describe('a hard cap', () => {
  it('holds what is not urgent, over a restart; an assignment goes; raised, everything goes', async () => {
    const task = await newTask('Under the cap')
    const at = { ...board(), task_id: task.id }
    await met(async () => (await messages(task.id)).some((row) => row.state === 'delivered'))
    const cap = await services.call('setUsageCap', { params: { scope: 'all' }, body: { hard_tokens: 1000, soft_tokens: 500 } })
    expect(cap).toMatchObject({ level: 'hard', waived: false, hard_tokens: 1000, soft_usd_micros: null })

    await services.call('createComment', { params: at, body: { message: 'How is it going?' } })
    const held = async (): Promise<Notification | undefined> => (await messages(task.id)).find((row) => row.type === 'thread_update')
    await met(async () => (await held())?.last_error_code === 'daily_cap')
    expect(await held()).toMatchObject({ state: 'queued', attempts: 0 })
    expect((await services.call('getTask', { params: at })).waiting_for).toMatch(
      /^waiting: daily cap reached \(.* of 1,000 tokens\), resumes at 00:00$/,
    )
    expect((await services.call('listUsageCaps')).items[0]).toMatchObject({ scope: 'all', label: 'All agents', waiting: 1 })

    // A second task is given out all the same.
    const urgent = await newTask('Urgent')
    await met(async () => (await messages(urgent.id)).some((row) => row.state === 'delivered'))
    await met(async () =>
      (await services.call('getOverview')).attention.some((row) => row.key === 'cap:all:hard' && row.fix?.action === 'waive_cap'),
    )

    await services.restart()
    await goOnline()
    await services.call('createComment', { params: { ...board(), task_id: urgent.id }, body: { message: '@Max and this?' } })
    await met(async () => (await messages(urgent.id)).some((row) => row.type === 'mention' && row.state === 'delivered'))
    expect(await held()).toMatchObject({ state: 'queued', attempts: 0, last_error_code: 'daily_cap' })
    expect(await refused(services.call('heartbeatNow', { params: { agent_id: world.max.id } }))).toMatchObject({ code: 'conflict' })

    await services.call('setUsageCap', { params: { scope: 'all' }, body: { hard_tokens: 1_000_000 } })
    await met(async () => (await held())?.state === 'delivered')
    expect((await services.call('getTask', { params: at })).waiting_for).toBeNull()
  })

  it('of one agent can be let through for the day', async () => {
    const task = await newTask('For Max')
    await met(async () => (await messages(task.id)).some((row) => row.state === 'delivered'))
    await services.call('setUsageCap', { params: { scope: world.max.id }, body: { hard_tokens: 1 } })
    await services.call('createComment', { params: { ...board(), task_id: task.id }, body: { message: 'Any news?' } })
    await met(async () => (await messages(task.id)).some((row) => row.last_error_code === 'daily_cap'))
    expect(await services.call('waiveUsageCap', { params: { scope: world.max.id } })).toMatchObject({
      label: 'Max',
      waived: true,
      level: 'soft',
    })
    await met(async () => (await messages(task.id)).every((row) => row.state === 'delivered'))
    expect(await refused(services.call('setUsageCap', { params: { scope: world.board.id }, body: {} }))).toMatchObject({
      code: 'not_found',
    })
    expect(await refused(services.call('setUsageCap', { params: { scope: 'all' }, body: { hard_tokens: -1 } }))).toMatchObject({
      field: 'body.hard_tokens',
    })
  })
})
