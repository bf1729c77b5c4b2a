/** Webhooks out over real sockets: what is sent and when, what becomes of it, and that nothing is lost or out of order. */
import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BodyInputOf } from '../../native-services/contract/operations.ts'
import { outgoingEvents } from '../../native-services/contract/webhooks-out.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

interface Got {
  headers: IncomingHttpHeaders
  text: string
  body: {
    id: string
    type: string
    message: string
    task: { number: number; status: string } | null
    board: { name: string } | null
    data: Record<string, unknown>
  }
}

async function startReceiver() {
  const got: Got[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      got.push({ headers: request.headers, text, body: JSON.parse(text) as Got['body'] })
      receiver.answer(response, got.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = (server.address() as AddressInfo).port
  const receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    got,
    answer: (response: ServerResponse, _n: number): void => void response.end('thanks'),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return receiver
}

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>
let receiver: Awaited<ReturnType<typeof startReceiver>>

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  for (const webhook of (await services.call('listOutgoingWebhooks')).items)
    await services.call('deleteOutgoingWebhook', { params: { webhook_id: webhook.id } })
  await receiver.close()
})

const create = (body: Partial<BodyInputOf<'createOutgoingWebhook'>> = {}) =>
  services.call('createOutgoingWebhook', {
    body: { name: 'Receiver', url: receiver.url, events: ['task.created'], allow_private: true, ...body },
  })
const task = (title: string) => services.call('createTask', { params: { board_id: world.board.id }, body: { title } })
const deliveries = async (id: string) => (await services.call('listOutgoingDeliveries', { params: { webhook_id: id } })).items
const settled = (id: string, n: number) =>
  until(
    () => deliveries(id),
    (items) => items.filter((item) => item.state !== 'queued' && item.state !== 'leased').length >= n,
  )

describe('an event', () => {
  it('is sent with its signature, its id, and what it is about', async () => {
    const webhook = await create()
    expect(webhook.secret.length).toBeGreaterThan(20)
    const made = await task('Tell them')
    await settled(webhook.id, 1)
    const [first] = receiver.got
    expect(first?.body).toMatchObject({
      type: 'task.created',
      task: { number: made.number, status: 'inbox', title: 'Tell them' },
      board: { name: 'Launch' },
    })
    expect(first?.headers).toMatchObject({ 'x-mission-control-event': 'task.created', 'x-mission-control-event-id': first?.body.id })
    const [, t = '', v1 = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(first?.headers['x-mission-control-signature'])) ?? []
    expect(v1).toBe(createHmac('sha256', webhook.secret).update(`${t}.${first?.text}`).digest('hex'))
    expect(await services.call('getOutgoingWebhook', { params: { webhook_id: webhook.id } })).toMatchObject({
      last_status: 200,
      last_error: null,
      queued_count: 0,
      dead_count: 0,
    })
    expect(await deliveries(webhook.id)).toMatchObject([{ state: 'delivered', attempts: 1, last_status: 200, last_answer: 'thanks' }])
    // The secret is nowhere in clear, and no other answer has it.
    const rows = services.query<{ secret_sealed: string }>('SELECT secret_sealed FROM outgoing_webhooks')
    expect(JSON.stringify(rows)).not.toContain(webhook.secret)
    expect(JSON.stringify(await services.call('listOutgoingWebhooks'))).not.toContain(webhook.secret)
  })

  it('of each kind is told: status, comment, approval, question, agent', async () => {
    const webhook = await create({ events: [...outgoingEvents] })
    const made = await task('All of it')
    const at = { board_id: world.board.id, task_id: made.id }
    await services.call('updateTask', { params: at, body: { assigned_agent_id: world.max.id, status: 'in_progress' } })
    await services.callAs(world.max.token, 'agentCreateComment', { params: at, body: { message: 'I begin' } })
    const approval = await services.call('createApproval', {
      params: { board_id: world.board.id },
      body: { task_id: made.id, action_type: 'deploy', confidence: 80, payload: { reason: 'ready' } },
    })
    await services.call('resolveApproval', { params: { board_id: world.board.id, approval_id: approval.id }, body: { status: 'approved' } })
    services.setGateway({ state: 'failed', reason: 'It crashed.' })
    await services.callAs(world.ivy.token, 'agentHeartbeat', {})
    const items = await until(
      () => Promise.resolve(receiver.got),
      (got) => got.length >= 7,
    )
    expect(items.map((item) => item.body.type)).toEqual([
      'task.created',
      'task.status_changed',
      'task.comment',
      'approval.requested',
      'approval.resolved',
      'gateway.state',
      'agent.online',
    ])
    expect(items[2]?.body).toMatchObject({ message: 'I begin', actor: { type: 'agent', name: 'Max' }, agent: { name: 'Max' } })
    expect(items[5]?.body).toMatchObject({ data: { to: 'failed', reason: 'It crashed.' } })
    expect(webhook.events).toHaveLength(outgoingEvents.length)
  })

  it('of another board, or of a kind that was not chosen, or while it is switched off, is not', async () => {
    const other = await services.call('createBoard', { body: { name: 'Other' } })
    const elsewhere = await create({ board_id: other.id })
    const comments = await create({ events: ['task.comment'] })
    const off = await create({ enabled: false })
    const all = await create()
    await task('Here')
    await settled(all.id, 1)
    for (const webhook of [elsewhere, comments, off]) expect(await deliveries(webhook.id)).toEqual([])
    await services.call('createTask', { params: { board_id: other.id }, body: { title: 'There' } })
    await settled(elsewhere.id, 1)
  })

  it('is not told when what it tells of was taken back', async () => {
    const webhook = await create({ events: ['task.comment', 'task.status_changed'] })
    const made = await task('Refused')
    const refused = services.call('updateTask', {
      params: { board_id: world.board.id, task_id: made.id },
      body: { status: 'blocked', comment: 'no reason' },
    })
    await expect(refused).rejects.toMatchObject({ status: 422 })
    expect(await deliveries(webhook.id)).toEqual([])
  })
})

describe('the outbox', () => {
  it('keeps the order, also over failures and a restart', async () => {
    const webhook = await create()
    receiver.answer = (response, n) => {
      response.statusCode = n % 3 === 1 ? 503 : 200
      response.setHeader('retry-after', '0')
      response.end()
    }
    for (let n = 0; n < 4; n += 1) await task(`Row ${n}`)
    await until(
      () => Promise.resolve(receiver.got.length),
      (n) => n >= 1,
    )
    await services.restart()
    const done = await settled(webhook.id, 4)
    expect(done.every((item) => item.state === 'delivered')).toBe(true)
    const seen: string[] = []
    for (const { body } of receiver.got) if (seen.at(-1) !== body.message) seen.push(body.message)
    expect(seen.map((message) => /Row \d$/.exec(message)?.[0])).toEqual(['Row 0', 'Row 1', 'Row 2', 'Row 3'])
    // What came twice has the same id.
    const ids = new Map(receiver.got.map(({ body, headers }) => [body.message, headers['x-mission-control-event-id']]))
    for (const { body, headers } of receiver.got) expect(headers['x-mission-control-event-id']).toBe(ids.get(body.message))
    expect(receiver.got.length).toBeGreaterThan(4)
  }, 120_000)

  it('gives up what is refused, says so, and sends it again when told to', async () => {
    const webhook = await create()
    receiver.answer = (response) => {
      response.statusCode = 404
      response.end('x'.repeat(100_000))
    }
    await task('Refused')
    await task('Refused too')
    const dead = await settled(webhook.id, 2)
    expect(dead).toMatchObject([
      { state: 'dead', attempts: 1, last_status: 404, last_error: 'It answered with status 404.' },
      { state: 'dead', attempts: 1 },
    ])
    expect(dead[0]?.last_answer).toHaveLength(4096)
    const { attention } = await until(
      () => services.call('getOverview'),
      (overview) => overview.attention.some((item) => item.key === `webhook-out:${webhook.id}`),
    )
    expect(attention.find((item) => item.key === `webhook-out:${webhook.id}`)).toMatchObject({
      title: '2 events were not told to Receiver',
      fix: { action: 'replay_webhook', target_id: webhook.id },
    })
    expect((await services.call('listActivity', { query: { event_type: 'webhook_out.dead' } })).total).toBe(2)
    await services.call('discardOutgoingDelivery', { params: { webhook_id: webhook.id, delivery_id: dead[1]?.id ?? '' } })
    receiver.answer = (response) => void response.end()
    expect(await services.call('replayDeadOutgoing', { params: { webhook_id: webhook.id } })).toEqual({ replayed: 1 })
    const items = await until(
      () => deliveries(webhook.id),
      (rows) => rows.some((item) => item.state === 'delivered'),
    )
    expect(items.map((item) => item.state)).toEqual(['delivered', 'skipped'])
    expect(receiver.got.at(-1)?.body.id).toBe(receiver.got[1]?.body.id)
    const again = await services.call('replayOutgoingDelivery', { params: { webhook_id: webhook.id, delivery_id: items[0]?.id ?? '' } })
    expect(again.state).toBe('queued')
  })

  it('calls back what is given up while it is under way, and what belongs to a webhook that is deleted; its undo sends it again', async () => {
    let closed = 0
    receiver.answer = (response, n) => {
      if (n === 2 || n === 4) return void response.end('thanks')
      response.on('close', () => (closed += 1))
    }
    const webhook = await create()
    const params = { webhook_id: webhook.id }
    await task('Held')
    await until(
      () => receiver.got.length,
      (n) => n === 1,
    )
    await task('Next')
    const [held] = (await deliveries(webhook.id)).filter((item) => item.state === 'leased')
    await services.call('discardOutgoingDelivery', { params: { ...params, delivery_id: held?.id ?? '' } })
    const ended = await settled(webhook.id, 2)
    expect(ended.map((item) => item.state).toSorted()).toEqual(['delivered', 'skipped'])
    expect([closed, receiver.got[1]?.body.message]).toEqual([1, expect.stringContaining('Next')])

    await task('Third')
    await until(
      () => receiver.got.length,
      (n) => n === 3,
    )
    let token = ''
    await services.call('deleteOutgoingWebhook', { params, onHeaders: (headers) => (token = headers.get('x-undo-token') ?? '') })
    await until(
      () => closed,
      (n) => n === 2,
    )
    await services.call('undo', { body: { token } })
    const after = await settled(webhook.id, 3)
    expect(after.map((item) => item.state)).not.toContain('dead')
    expect(receiver.got.map((each) => each.body.id)[3]).toBe(receiver.got[2]?.body.id)
  })

  it('waits for one that is away without holding up the others', async () => {
    const away = await create({ url: 'http://127.0.0.1:1/', name: 'Away' })
    const here = await create()
    await task('For both')
    await settled(here.id, 1)
    const [row] = await until(
      () => deliveries(away.id),
      // A short pause may be over before it is looked at: then it was tried once more.
      (items) => (items[0]?.attempts ?? 0) >= 1 && items[0]?.state === 'queued',
    )
    expect(row).toMatchObject({ last_error: 'Nothing listens at its address.', last_status: null })
    expect(Date.parse(row?.next_attempt_at ?? '')).toBeGreaterThan(0)
  })
})

describe('where it may go', () => {
  it('not to this machine or a private network, by address or by name, unless that is allowed', async () => {
    for (const url of [
      receiver.url,
      `http://localhost:${receiver.port}/`,
      `http://[::1]:${receiver.port}/`,
      'http://169.254.169.254/latest',
      'http://0x7f.1/',
    ]) {
      const webhook = await create({ url, allow_private: false })
      const ping = await services.call('testOutgoingWebhook', { params: { webhook_id: webhook.id } })
      expect(ping.event_type).toBe('ping')
      const [row] = await settled(webhook.id, 1)
      expect(row, url).toMatchObject({ state: 'dead', last_error: expect.stringContaining('private') as string })
    }
    expect(receiver.got).toEqual([])
  })

  it('does not follow redirects', async () => {
    const webhook = await create()
    receiver.answer = (response) => {
      response.writeHead(307, { location: `${receiver.url}/elsewhere` })
      response.end()
    }
    await services.call('testOutgoingWebhook', { params: { webhook_id: webhook.id } })
    expect(await settled(webhook.id, 1)).toMatchObject([{ state: 'dead', last_status: 307 }])
    expect(receiver.got).toHaveLength(1)
  })

  it('takes http and https only, without credentials, and at least one event', async () => {
    for (const url of ['ftp://example.com/', 'file:///etc/passwd', 'javascript:alert(1)', 'https://me:secret@example.com/', 'nonsense'])
      await expect(create({ url })).rejects.toMatchObject({ status: 422 })
    await expect(create({ events: [] })).rejects.toMatchObject({ status: 422 })
    const webhook = await create({ secret: 'a secret of my own 123' })
    expect(webhook).toMatchObject({ secret: 'a secret of my own 123', secret_hint: '•••• 123' })
    const renewed = await services.call('renewOutgoingSecret', { params: { webhook_id: webhook.id }, body: {} })
    expect(renewed.secret).not.toBe(webhook.secret)
  })
})
