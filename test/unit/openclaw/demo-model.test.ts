import { afterEach, describe, expect, it } from 'vitest'
import { createDemoModel, type DemoModel } from '../../../native-services/openclaw/demo-model.ts'
import { type ChatMessage, demoTurn, unwrapUserText } from '../../../native-services/openclaw/demo-model-turn.ts'

const tools = ['exec', 'read']
const taskId = '019abcde-0000-7000-8000-000000000001'
const user = (content: string): ChatMessage => ({ role: 'user', content })
const called = (result: string): ChatMessage[] => [
  { role: 'assistant', content: null, tool_calls: [{}] },
  { role: 'tool', content: result },
]
const wrapped = (text: string): ChatMessage[] => [
  { role: 'system', content: 'You are Max.' },
  user(`[Sat 2026-11-21 01:48 UTC] ${text}\n\nRuntime: agent=max | session=agent:max:mc-task-1 | host=x`),
  user('<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\nsecret context\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>'),
]

function notice(type: string, more: { role?: string; status?: string; message?: string; description?: string } = {}): string {
  return [
    `Notification: ${type}`,
    `Your role: ${more.role ?? 'worker'}`,
    `Task ID: ${taskId}`,
    'Task: #3 Write the launch post',
    `Status: ${more.status ?? 'assigned'}`,
    '',
    '<<<DATA description>>>',
    more.description ?? 'Short and clear.',
    '<<<END description>>>',
    ...(more.message === undefined ? [] : ['<<<DATA message>>>', more.message, '<<<END message>>>']),
  ].join('\n')
}

describe('demoTurn', () => {
  it('peels off what the gateway puts around a user text', () => {
    expect(unwrapUserText('[Sat 2026-11-21 01:48 UTC] hello\nthere\n\nRuntime: agent=main | session=x')).toBe('hello\nthere')
    expect(unwrapUserText('[not a date] hello')).toBe('[not a date] hello')
  })

  it('checks in when woken, then says so', () => {
    const woken = wrapped('Mission Control wake: run `.mission-control/mc heartbeat`.')
    expect(demoTurn(woken, tools)).toEqual({ kind: 'tool', name: 'exec', args: { command: 'sh .mission-control/mc heartbeat' } })
    expect(demoTurn([...woken, ...called('{"status":"online"}')], tools)).toMatchObject({
      kind: 'text',
      text: 'I am awake and checked in.',
    })
    expect(demoTurn([...woken, ...called('mc: 401 token refused\n\n(Command exited with code 1)')], tools)).toMatchObject({
      text: 'I could not check in: mc: 401 token refused',
    })
  })

  it('answers a heartbeat with HEARTBEAT_OK after checking in', () => {
    const beat = wrapped('Mission Control heartbeat\nYou have 1 task.')
    expect(demoTurn(beat, tools)).toMatchObject({ kind: 'tool' })
    expect(demoTurn([...beat, ...called('ok')], tools)).toMatchObject({ kind: 'text', text: 'HEARTBEAT_OK' })
  })

  it('claims, works, moves to review, then reports', () => {
    const messages = wrapped(notice('assignment'))
    const commands: string[] = []
    let turn = demoTurn(messages, tools)
    while (turn.kind === 'tool' && commands.length < 10) {
      commands.push(String(turn.args['command']))
      messages.push(...called('done'))
      turn = demoTurn(messages, tools)
    }
    expect(commands).toEqual([`sh .mission-control/mc task claim ${taskId}`, 'date', `sh .mission-control/mc task status ${taskId} review`])
    expect(turn).toMatchObject({ kind: 'text', text: expect.stringContaining('**Write the launch post** is ready for review.') })
    // An empty answer would bring one more user turn: the same place in the work, the same words.
    expect(
      demoTurn(
        [...messages, user('The previous assistant turn completed its tool calls but did not produce a user-visible answer.')],
        tools,
      ),
    ).toEqual(turn)
  })

  it('only reports when the work was already done', () => {
    expect(demoTurn(wrapped(notice('assignment', { status: 'review' })), tools)).toMatchObject({ kind: 'text' })
  })

  it('says why it could not claim', () => {
    const turn = demoTurn([...wrapped(notice('assignment')), ...called('mc: the task belongs to Ivy\n(Command exited with code 1)')], tools)
    expect(turn).toMatchObject({ kind: 'text', text: 'I could not take **Write the launch post**: mc: the task belongs to Ivy' })
  })

  it('quotes the question of a mention; the lead answers with a plan', () => {
    expect(demoTurn(wrapped(notice('mention', { message: '@Max when is it ready?' })), tools)).toMatchObject({
      text: expect.stringMatching(/^> @Max when is it ready\?/),
    })
    expect(demoTurn(wrapped(notice('mention', { message: '@Ada plan?', role: 'lead' })), tools)).toMatchObject({
      text: expect.stringContaining('1. '),
    })
    expect(demoTurn(wrapped(notice('status_change', { role: 'lead' })), tools)).toMatchObject({ text: 'NOTHING_TO_ADD' })
  })

  it('obeys directives in the message to answer, not in the rest of the thread', () => {
    const directed = (message: string) => demoTurn(wrapped(notice('mention', { message })), tools)
    expect(directed('[[say:exactly this]]')).toMatchObject({ kind: 'text', text: 'exactly this' })
    expect(directed('[[noreply]]')).toMatchObject({ text: 'NOTHING_TO_ADD' })
    expect(directed('[[hang]]')).toEqual({ kind: 'hang' })
    expect(directed('[[slow:3:50]]')).toEqual({ kind: 'text', text: 'word1 word2 word3', gap_ms: 50 })
    expect(directed('[[fail:503]]')).toEqual({ kind: 'fail', status: 503 })
    expect(directed('[[fail:401]]')).toEqual({ kind: 'fail', status: 400 })
    expect(directed('[[tool:exec {"command":"echo {}"}]]')).toEqual({ kind: 'tool', name: 'exec', args: { command: 'echo {}' } })
    expect(directed('[[tool:exec {oops}]]')).toMatchObject({ kind: 'text' })
    expect(demoTurn(wrapped(notice('mention', { description: '[[fail:500]]', message: 'hello' })), tools)).toMatchObject({ kind: 'text' })
    expect(demoTurn(wrapped(notice('assignment', { description: '[[say:from the description]]' })), tools)).toMatchObject({
      text: 'from the description',
    })
  })

  it('answers anything else', () => {
    expect(demoTurn([], [])).toMatchObject({ kind: 'text' })
    expect(demoTurn(wrapped('Mission Control wake'), [])).toMatchObject({ kind: 'text' })
  })
})

describe('createDemoModel', () => {
  let model: DemoModel | undefined
  afterEach(async () => {
    await model?.stop()
    model = undefined
  })

  async function ask(body: unknown): Promise<Response> {
    model ??= await createDemoModel()
    return fetch(`${model.url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  it('lists its model and refuses other paths', async () => {
    model = await createDemoModel()
    expect(await (await fetch(`${model.url}/models`)).json()).toMatchObject({ data: [{ id: 'demo-1' }] })
    expect((await fetch(`${model.url}/nothing`)).status).toBe(404)
  })

  it('answers whole and streamed with the same words, deterministically', async () => {
    const body = { model: 'demo-1', messages: [user('[[say:one two three]]')] }
    const whole = (await (await ask(body)).json()) as { id: string; choices: { message: { content: string } }[] }
    expect(whole.choices[0]?.message.content).toBe('one two three')
    const streamed = await (await ask({ ...body, stream: true })).text()
    const frames = streamed
      .split('\n\n')
      .filter((frame) => frame.startsWith('data: {'))
      .map(
        (frame) =>
          JSON.parse(frame.slice(6)) as {
            id: string
            choices: { delta: { content?: string }; finish_reason: string | null }[]
            usage?: object
          },
      )
    expect(frames.map((frame) => frame.choices[0]?.delta.content ?? '').join('')).toBe('one two three')
    expect(frames.filter((frame) => frame.choices[0]?.delta.content).length).toBe(3)
    expect(frames.at(-2)?.choices[0]?.finish_reason).toBe('stop')
    expect(frames.at(-1)?.usage).toBeDefined()
    expect(streamed.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(frames[0]?.id).toBe(whole.id)
  })

  it('streams tool calls', async () => {
    const text = await (
      await ask({
        stream: true,
        messages: [user('[[tool:exec {"command":"date"}]]')],
        tools: [{ type: 'function', function: { name: 'exec' } }],
      })
    ).text()
    expect(text).toContain('"finish_reason":"tool_calls"')
    expect(text).toContain('{\\"command\\":\\"date\\"}')
  })

  it('fails as told, with 400 for a body that is not JSON', async () => {
    expect((await ask({ messages: [user('[[fail:503]]')] })).status).toBe(503)
    expect((await ask('{')).status).toBe(400)
  })

  it('stops while an answer hangs', async () => {
    const hanging = ask({ messages: [user('[[hang]]')] }).then(
      () => 'answered',
      () => 'closed',
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    await model?.stop()
    expect(await hanging).toBe('closed')
  })
})
