/** Sessions of agents over the real API and our real gateway client; the gateway's socket is a stand-in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../../native-services/contract/client.ts'
import type { SessionFrame } from '../../native-services/contract/sessions.ts'
import { type ChatGateway, startChatGateway } from '../fakes/chat-gateway.ts'
import { type EventReader, readEvents, seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

let services: TestServices
let gateway: ChatGateway
let agent: Awaited<ReturnType<typeof seedBoard>>['max']
let other: typeof agent
let key: string

beforeAll(async () => {
  gateway = await startChatGateway()
  services = await startServices()
  const world = await seedBoard(services)
  agent = world.max
  other = world.ivy
  key = `agent:${agent.gateway_agent_id}:main`
})
afterAll(async () => {
  await services.stop()
  await gateway.stop()
})

const params = () => ({ agent_id: agent.id })
const history = (more: { limit?: number; before?: number } = {}) =>
  services.call('getSessionHistory', { params: params(), query: { session_key: key, ...more } })
async function refused(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiError) || !error.body) throw new Error(`not refused: ${String(error)}`)
  return { status: error.status, code: error.body.code, field: error.body.field, detail: error.body.detail }
}
const sessionFrames = (reader: EventReader): SessionFrame[] =>
  reader.frames.filter((frame) => frame.event === 'session').map((frame) => frame.data as SessionFrame)

describe('sessions of an agent', () => {
  it('say in a sentence that the gateway is not there', async () => {
    expect(await refused(services.call('listAgentSessions', { params: params() }))).toMatchObject({
      status: 503,
      code: 'gateway_unavailable',
      detail: expect.stringContaining('Start it and try again') as string,
    })
    services.services.handleHostMessage({ type: 'gateway-token', token: gateway.token, port: gateway.port })
    await until(
      () => services.call('getOverview'),
      (overview) => overview.gateway?.connected === true,
    )
  })

  it('are listed with what they cost, those of other agents are not', async () => {
    const taskKey = `agent:${agent.gateway_agent_id}:mc-task-${other.id}`
    gateway.rows = [
      {
        key: taskKey,
        label: 'Deploy',
        kind: 'direct',
        status: 'failed',
        hasActiveRun: false,
        lastRunError: 'provider said Bearer abcdefghijklmnop1234',
        model: 'm-1',
        inputTokens: 100,
        outputTokens: 20,
        totalTokens: 120,
        estimatedCostUsd: 0.0123,
        updatedAt: 1_700_000_000_000,
        lastMessagePreview: 'Done.',
        somethingNew: { of: 'a later version' },
      },
      { key: `agent:${agent.gateway_agent_id}-two:main` },
      { nonsense: true },
    ]
    const { items } = await services.call('listAgentSessions', { params: params() })
    expect(items).toEqual([
      {
        key: taskKey,
        label: 'Deploy',
        kind: 'direct',
        status: 'failed',
        has_active_run: false,
        last_run_error: 'provider said Bearer ••••1234',
        model: 'm-1',
        input_tokens: 100,
        output_tokens: 20,
        total_tokens: 120,
        estimated_cost: 0.0123,
        updated_at: '2023-11-14T22:13:20.000Z',
        last_message: 'Done.',
        is_main: false,
        task_id: other.id,
      },
    ])
    gateway.rows = []
  })

  it('are written to, read page by page without secrets, aborted and reset; the activity tells it', async () => {
    const sent = await services.call('sendSessionMessage', { params: params(), body: { session_key: key, message: 'Hello' } })
    const send = gateway.calls.filter((call) => call.method === 'chat.send').at(-1)
    expect(send?.params).toEqual({ sessionKey: key, message: 'Hello', idempotencyKey: sent.run_id })
    gateway.transcripts.get(key)?.push(
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hidden' },
          { type: 'text', text: 'I look.' },
          { type: 'toolCall', id: 'c1', name: 'exec', arguments: { command: `curl -H "X-Agent-Token: ${agent.token}" x` } },
        ],
        timestamp: 5000,
        __openclaw: { id: 'a1', runId: sent.run_id },
      },
      { role: 'toolResult', toolName: 'exec', content: [{ type: 'text', text: 'ok' }], __openclaw: { id: 't1' } },
      { role: 'system', content: 'not shown' },
      { role: 'assistant', content: 'Done.', __openclaw: { id: 'a2' } },
    )
    const whole = await history()
    expect(whole.items.map((item) => [item.role, item.tool_name, item.tool_phase])).toEqual([
      ['user', null, null],
      ['assistant', null, null],
      ['tool', 'exec', 'call'],
      ['tool', 'exec', 'result'],
      ['assistant', null, null],
    ])
    expect(whole).toMatchObject({ next_before: null, active_run_id: sent.run_id })
    expect(whole.items[1]).toMatchObject({ text: 'I look.', at: '1970-01-01T00:00:05.000Z', run_id: sent.run_id })
    expect(JSON.stringify(whole)).not.toContain(agent.token)

    const newest = await history({ limit: 2 })
    expect(newest.items.map((item) => item.text)).toEqual(['Done.'])
    expect(newest.next_before).toBe(2)
    const before = await history({ limit: 10, before: newest.next_before ?? 0 })
    expect(before.items.map((item) => item.id)).toEqual(whole.items.slice(0, 4).map((item) => item.id))

    const stop = { params: params(), body: { session_key: key } }
    expect(await services.call('abortSession', stop)).toEqual({ session_key: key, aborted: true, run_id: sent.run_id })
    expect((await services.call('abortSession', stop)).aborted).toBe(false)
    await services.call('resetSession', stop)
    expect((await history()).items).toEqual([])
    const events = (await services.call('listActivity', { query: { agent_id: agent.id, event_type: 'session.' } })).items
    expect(events.map((event) => event.event_type)).toEqual(['session.reset', 'session.aborted', 'session.message_sent'])
  })

  it.each([
    ['another agent', () => `agent:${other.gateway_agent_id}:main`],
    ['an agent whose id begins alike', () => `agent:${agent.gateway_agent_id}x:main`],
    ['no agent', () => 'global'],
  ])('of %s are refused and not asked for', async (_what, foreign) => {
    const asked = gateway.calls.length
    const body = { session_key: foreign() }
    const of = { params: params() }
    const refusals = await Promise.all([
      refused(services.call('getSessionHistory', { ...of, query: body })),
      refused(services.call('sendSessionMessage', { ...of, body: { ...body, message: 'x' } })),
      refused(services.call('abortSession', { ...of, body })),
      refused(services.call('resetSession', { ...of, body })),
    ])
    for (const refusal of refusals) expect(refusal).toMatchObject({ status: 403, code: 'forbidden' })
    expect(gateway.calls).toHaveLength(asked)
  })

  it.each([
    ['INVALID_REQUEST', 'session not found', 404, 'not_found'],
    ['INVALID_REQUEST', 'bad', 409, 'conflict'],
    ['UNAVAILABLE', 'draining', 503, 'gateway_unavailable'],
    ['INTERNAL', 'broken', 502, 'gateway_error'],
  ])('a refusal of the gateway (%s: %s) is answered with %i', async (code, message, status, ours) => {
    gateway.failNext('sessions.reset', code, message)
    expect(await refused(services.call('resetSession', { params: params(), body: { session_key: key } }))).toMatchObject({
      status,
      code: ours,
    })
  })

  it('are told live to those who asked for this one, and to nobody else', async () => {
    const mine = await readEvents(services, { session: key })
    const theirs = await readEvents(services, { session: `agent:${other.gateway_agent_id}:main` })
    const nobody = await readEvents(services)
    const say = (payload: object) => gateway.emit('chat', { sessionKey: key, runId: 'r1', ...payload })
    for (let word = 1; word <= 50; word += 1) say({ state: 'delta', deltaText: `w${word} ` })
    await mine.until(() => sessionFrames(mine).some((frame) => frame.text.includes('w50 ')))
    // Fifty words at once are a few frames, each with the whole text so far.
    expect(sessionFrames(mine).length).toBeLessThan(25)
    say({ state: 'delta', message: { role: 'assistant', content: [{ type: 'text', text: 'All of it' }] } })
    say({ state: 'final', message: { role: 'assistant', content: 'The answer, api_key=abcdef123456' } })
    gateway.emit('agent', { sessionKey: key, runId: 'r1', stream: 'lifecycle', data: { phase: 'end' } })
    gateway.emit('session.message', { sessionKey: key, message: { role: 'assistant' } })
    await mine.until(() => sessionFrames(mine).some((frame) => frame.state === 'message'))
    const ends = sessionFrames(mine).filter((frame) => frame.state === 'final')
    expect(ends).toEqual([{ agent_id: agent.id, session_key: key, run_id: 'r1', state: 'final', text: 'The answer, api_key=••••3456' }])
    gateway.emit('chat', { sessionKey: key, runId: 'r2', state: 'error', errorMessage: 'No model.' })
    await mine.until(() => sessionFrames(mine).some((frame) => frame.state === 'error' && frame.text === 'No model.'))
    expect(sessionFrames(theirs)).toEqual([])
    expect(sessionFrames(nobody)).toEqual([])
    for (const reader of [mine, theirs, nobody]) reader.close()
    const foreign = await services.send({
      path: '/api/v1/events?session=agent%3Anobody%3Amain',
      headers: { authorization: `Bearer ${services.operatorToken}` },
    })
    expect(foreign.status).toBe(403)
  })
})
