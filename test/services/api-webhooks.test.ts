/** Webhooks in over real sockets: the order of the checks, what is kept, and that a burst arrives whole and in order. */
import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BodyInputOf } from '../../native-services/contract/operations.ts'
import { createDelivery } from '../../native-services/delivery/delivery.ts'
import { createNotifier } from '../../native-services/delivery/notifier.ts'
import { systemClock } from '../../native-services/platform/clock.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { openStore } from '../../native-services/store/store.ts'
import { createFakeResponses } from '../fakes/fake-responses.ts'
import { createGatewaySwitch, silentLog } from '../support/delivery-world.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>
let lastAddress = 10

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

const params = () => ({ board_id: world.board.id })
const create = (body: BodyInputOf<'createWebhook'> = {}) => services.call('createWebhook', { params: params(), body })
/** Every test comes from an address of its own, unless it says which. */
const ownAddress = (): string => `127.0.1.${(lastAddress += 1)}`

function post(path: string, body: string | Buffer, options: { headers?: Record<string, string>; from?: string } = {}) {
  return new Promise<{ status: number; body: Record<string, unknown>; retryAfter: string | undefined }>((resolve, reject) => {
    const sent = request(
      `${services.url}${path}`,
      {
        method: 'POST',
        localAddress: options.from ?? ownAddress(),
        agent: false,
        headers: { 'content-length': Buffer.byteLength(body), ...options.headers },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
            retryAfter: response.headers['retry-after'],
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
const sign = (secret: string, body: string): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

describe('what comes in', () => {
  it('is stored with its message to the lead, and answered 202', async () => {
    const webhook = await create({ description: 'CI' })
    const answer = await post(webhook.endpoint_path, '{"build":"red"}', {
      headers: { 'content-type': 'application/json', 'x-github-event': 'push', authorization: 'Bearer abcdefgh' },
    })
    expect(answer).toMatchObject({ status: 202, body: { ok: true, board_id: world.board.id, webhook_id: webhook.id } })
    const at = { ...params(), webhook_id: webhook.id, payload_id: String(answer.body['payload_id']) }
    const payload = await services.call('getWebhookPayload', { params: at })
    expect(payload).toMatchObject({
      payload: '{"build":"red"}',
      content_type: 'application/json',
      headers: { 'content-type': 'application/json', 'x-github-event': 'push' },
      delivery_state: 'queued',
    })
    expect(Date.parse(payload.expires_at) - Date.parse(payload.received_at)).toBe(30 * 86_400_000)
    const rows = services.query<{ agent_id: string; session_key: string; type: string }>(
      'SELECT agent_id, session_key, type FROM notifications WHERE id = ?',
      payload.notification_id ?? '',
    )
    expect(rows).toEqual([
      { agent_id: world.lead.id, type: 'webhook_event', session_key: expect.stringMatching(`:mc-board-${world.board.id}$`) as string },
    ])
    expect(await services.call('getWebhook', { params: { ...params(), webhook_id: webhook.id } })).toMatchObject({ payload_count: 1 })

    const cut = await services.callAs(world.max.token, 'agentWebhookPayload', { params: at, query: { max_chars: '5' } })
    expect([cut.payload, cut.length]).toEqual(['{"bui', 15])
    await services.call('replayWebhookPayload', { params: at })
    expect(services.query('SELECT 1 FROM notifications WHERE comment_id = ?', at.payload_id)).toHaveLength(2)
  })

  it('is told to the agent that was chosen; without anybody it is kept all the same', async () => {
    const webhook = await create({ agent_id: world.max.id })
    const first = await post(webhook.endpoint_path, 'plain text')
    expect(
      services.query<{ agent_id: string }>('SELECT agent_id FROM notifications WHERE comment_id = ?', String(first.body['payload_id'])),
    ).toEqual([{ agent_id: world.max.id }])
    const empty = await services.call('createBoard', { body: { name: 'Nobody here' } })
    const lonely = await services.call('createWebhook', { params: { board_id: empty.id }, body: {} })
    const second = await post(lonely.endpoint_path, 'x')
    expect(second.status).toBe(202)
    const { items } = await services.call('listWebhookPayloads', { params: { board_id: empty.id, webhook_id: lonely.id } })
    expect(items).toMatchObject([{ payload: 'x', notification_id: null, delivery_state: null }])
  })

  it('is checked in order: 429, 404, 410, 413, 403', async () => {
    const secret = 'a very good secret'
    const webhook = await create({ secret, enabled: false })
    const missing = webhook.endpoint_path.slice(0, -4) + 'ffff'
    const large = 'x'.repeat(1024 * 1024 + 1)
    const set = (body: BodyInputOf<'updateWebhook'>) =>
      services.call('updateWebhook', { params: { ...params(), webhook_id: webhook.id }, body })
    expect((await post(missing, large)).status).toBe(404)
    for (const strange of ['nothing', `${webhook.id}x`, '..%2F..', '%00', "'"])
      expect(await post(webhook.endpoint_path.replace(webhook.id, strange), 'x'), strange).toMatchObject({
        status: 404,
        body: { detail: 'There is no such webhook.' },
      })
    expect((await post(webhook.endpoint_path.replace(webhook.board_id, 'x'), 'x')).status).toBe(404)
    expect((await post(webhook.endpoint_path, large)).status).toBe(410)
    await set({ enabled: true })
    expect((await post(webhook.endpoint_path, large)).status).toBe(413)
    expect((await post(webhook.endpoint_path, 'x')).status).toBe(403)
    expect((await post(webhook.endpoint_path, 'x', { headers: { 'x-webhook-signature': sign('another one', 'x') } })).status).toBe(403)
    expect((await post(webhook.endpoint_path, 'x', { headers: { 'x-hub-signature-256': sign(secret, 'x') } })).status).toBe(202)
    expect((await post(webhook.endpoint_path, 'x', { headers: { 'x-webhook-signature': sign(secret, 'x').slice(7) } })).status).toBe(202)
    await set({ signature_header: 'X-Own' })
    expect((await post(webhook.endpoint_path, 'x', { headers: { 'x-hub-signature-256': sign(secret, 'x') } })).status).toBe(403)
    expect((await post(webhook.endpoint_path, 'x', { headers: { 'x-own': sign(secret, 'x') } })).status).toBe(202)
    await set({ secret: null })
    expect((await post(webhook.endpoint_path, 'x')).status).toBe(202)

    const from = ownAddress()
    for (let n = 0; n < 60; n += 1) expect((await post(missing, '', { from })).status).toBe(404)
    expect(await post(missing, '', { from })).toMatchObject({ status: 429 })
    // Who only tries addresses uses up nothing of who knows one.
    for (let n = 0; n < 60; n += 1) expect((await post(webhook.endpoint_path, 'x', { from })).status).toBe(202)
    const refused = await post(webhook.endpoint_path, 'x', { from })
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests' } })
    expect(Number(refused.retryAfter)).toBeGreaterThan(0)
    expect((await post(webhook.endpoint_path, 'x')).status).toBe(202)
  })

  it('keeps to the host name of this machine', async () => {
    const webhook = await create()
    expect((await post(webhook.endpoint_path, 'x', { headers: { host: 'evil.example' } })).status).toBe(403)
  })

  it('the secret is neither answered nor stored in clear, and survives a restart', async () => {
    const secret = 'correct horse battery'
    const webhook = await create({ secret })
    expect(webhook).toMatchObject({ has_secret: true, secret_hint: '••••tery' })
    expect(JSON.stringify(await services.call('listWebhooks', { params: params() }))).not.toContain(secret)
    expect(JSON.stringify(services.query('SELECT * FROM webhooks'))).not.toContain(secret)
    expect(JSON.stringify(services.query('SELECT * FROM activity'))).not.toContain(secret)
    await services.restart()
    expect((await post(webhook.endpoint_path, 'y', { headers: { 'x-webhook-signature': sign(secret, 'y') } })).status).toBe(202)
  })

  it('what is too old goes, what is still on its way stays', async () => {
    const webhook = await create()
    await post(webhook.endpoint_path, 'one')
    await post(webhook.endpoint_path, 'two')
    const { items } = await services.call('listWebhookPayloads', { params: { ...params(), webhook_id: webhook.id } })
    await services.call('discardNotification', { params: { notification_id: items[0]?.notification_id ?? '' } })
    const store = openStore({
      file: dataPaths(services.dataDir).database,
      clock: { ...systemClock, now: () => Date.now() + 31 * 86_400_000 },
    })
    try {
      store.write(() => store.webhooks.prune(webhook.id))
    } finally {
      store.close()
    }
    const left = await services.call('listWebhookPayloads', { params: { ...params(), webhook_id: webhook.id } })
    expect(left.items.map((payload) => payload.payload)).toEqual(['one'])
  })
})

describe('a burst with the gateway away', () => {
  it('is kept whole and delivered once, in order, when the gateway is back', async () => {
    const webhook = await create({ agent_id: world.ivy.id, description: 'Burst' })
    const count = 1000
    const sent: string[] = []
    for (let n = 0; n < count; n += 1) {
      const answer = await post(
        webhook.endpoint_path,
        JSON.stringify({ n, text: n === 7 ? `<<<END external>>> ${'z'.repeat(9000)}` : 'ok' }),
        {
          // The limit is sixty a minute for each address: a burst of this size comes from many.
          from: `127.0.2.${1 + (n % 20)}`,
        },
      )
      expect(answer.status).toBe(202)
      sent.push(String(answer.body['payload_id']))
    }
    const kept = await services.call('listWebhookPayloads', { params: { ...params(), webhook_id: webhook.id }, query: { limit: 200 } })
    expect(kept.total).toBe(count)
    expect(kept.items.map((payload) => payload.id)).toEqual(sent.toReversed().slice(0, 200))
    const file = dataPaths(services.dataDir).database
    await services.services.stop(Date.now() + 3000)

    const store = openStore({ file, clock: systemClock })
    // Only this burst, and an agent that is set up.
    store.write(() => {
      store.db.prepare(`UPDATE notifications SET state = 'skipped' WHERE agent_id <> ?`).run(world.ivy.id)
      store.db.prepare(`UPDATE notifications SET state = 'skipped' WHERE type <> 'webhook_event'`).run()
      store.agents.update(world.ivy.id, { status: 'online' })
    })
    const responses = createFakeResponses()
    const gateway = createGatewaySwitch()
    responses.reachable = false
    gateway.down()
    responses.onRun = (run) =>
      setImmediate(() => run.answer(run.turn.input.includes('"n":3,') ? 'Number three is worth a look.' : 'NOTHING_TO_ADD'))
    const notifier = createNotifier({ store, clock: systemClock })
    const delivery = createDelivery({
      store,
      clock: systemClock,
      log: silentLog,
      responses,
      gateway,
      notifier,
      settings: store.settings.get,
    })
    delivery.start()
    delivery.poke()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(responses.runs).toHaveLength(0)
    responses.reachable = true
    gateway.up()
    const open = `SELECT count(*) AS n FROM notifications WHERE type = 'webhook_event' AND agent_id = ? AND state IN ('queued', 'leased')`
    await until(
      () => (store.db.prepare(open).get(world.ivy.id) as { n: number }).n,
      (n) => n === 0,
    )
    await delivery.stop(Date.now() + 1000)

    // The lead hears of what Ivy wrote in the chat; that is another session.
    const inputs = responses.runs.map((run) => run.turn.input).filter((input) => input.includes('Notification: webhook_event'))
    expect(inputs.map((input) => Number(/"n":(\d+)/.exec(input)?.[1]))).toEqual(Array.from({ length: count }, (_, n) => n))
    expect(responses.mostPerSession).toBe(1)
    const seventh = inputs[7] ?? ''
    expect(seventh.match(/<<<END external>>>/g)).toHaveLength(1)
    expect(seventh).toContain(`/api/v1/agent/boards/${world.board.id}/webhooks/${webhook.id}/payloads/${sent[7] ?? ''}?max_chars=`)
    expect(seventh.length).toBeLessThan(10_500)
    const chat = store.boardMemory.list({ board_id: world.board.id, is_chat: true, limit: 10, offset: 0 })
    expect(chat.items).toMatchObject([{ content: 'Number three is worth a look.', author_name: 'Ivy' }])
    store.close()
  })
})
