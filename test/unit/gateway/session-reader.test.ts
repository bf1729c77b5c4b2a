import { describe, expect, it } from 'vitest'
import { readMessages, readSession, readSessionEvent, readText, readTranscript } from '../../../native-services/gateway/session-reader.ts'

describe('text of a message', () => {
  it.each([
    ['a string', 'plain', 'plain'],
    ['one part', { type: 'text', text: 'one' }, 'one'],
    ['parts', [{ type: 'text', text: 'a' }, { type: 'thinking', thinking: 'no' }, 'b'], 'a\nb'],
    ['a nested result', [{ type: 'tool_result', content: [{ type: 'text', text: 'deep' }] }], 'deep'],
    ['a picture', [{ type: 'image', data: 'AAAA' }], '[image]'],
    ['nothing', null, ''],
    ['a number', 7, ''],
    ['a text that is none', { type: 'text', text: 7 }, ''],
  ])('from %s', (_what, content, text) => expect(readText(content)).toBe(text))
})

describe('a transcript', () => {
  it('reads tool calls of every spelling, shell commands as themselves', () => {
    for (const type of ['toolCall', 'tool_use', 'tool_call', 'function_call']) {
      const [call] = readMessages({ role: 'assistant', content: [{ type, id: 'c', name: 'exec', input: { command: 'ls' } }] }, 3)
      expect(call).toMatchObject({ id: 'entry-3/c', role: 'tool', tool_name: 'exec', tool_phase: 'call', text: 'ls', at: null })
    }
    const [call] = readMessages({ role: 'assistant', content: [{ type: 'toolCall', name: 'read', arguments: { path: 'a', from: 1 } }] }, 0)
    expect(call?.text).toBe('{\n  "path": "a",\n  "from": 1\n}')
  })

  it('says why a run failed where there are no words', () => {
    const entry = {
      role: 'assistant',
      content: [],
      stopReason: 'error',
      errorMessage: '500 from the provider',
      timestamp: '2026-01-02T00:00:00Z',
    }
    expect(readMessages(entry, 0)).toMatchObject([{ text: '500 from the provider', is_error: true, at: Date.parse(entry.timestamp) }])
  })

  it('survives whatever it is given', () => {
    for (const odd of [null, 7, 'x', [], { role: 'user' }, { role: 'assistant', content: [null, 3, {}] }, { role: {} }])
      expect(readMessages(odd, 0)).toEqual([])
    for (const odd of [null, {}, { messages: 'no' }, { messages: [null], hasMore: true }])
      expect(readTranscript(odd)).toEqual({ items: [], next_before: null, active_run_id: null })
    expect(readTranscript({ messages: [], hasMore: true, nextOffset: 40, sessionInfo: { activeRunIds: ['r'] } })).toMatchObject({
      next_before: 40,
      active_run_id: 'r',
    })
  })
})

describe('a row', () => {
  const agent = { openclaw_session_id: 'agent:a:main' }
  it('needs a key and nothing else', () => {
    expect(readSession({}, agent)).toBeNull()
    expect(readSession({ key: 'agent:a:main', totalTokens: 'many', lastRunError: { message: 'broke' } }, agent)).toMatchObject({
      is_main: true,
      total_tokens: null,
      last_run_error: 'broke',
      has_active_run: false,
      updated_at: null,
    })
  })
})

describe('an event', () => {
  const run = { sessionKey: 'agent:a:main', runId: 'r' }
  const read = (event: string, payload: Record<string, unknown>) => readSessionEvent({ event, payload: { ...run, ...payload } })
  it.each([
    ['a growing answer', 'agent', { stream: 'assistant', data: { text: 'so far', delta: 'far' } }, 'delta', 'so far'],
    ['a replaced answer', 'chat', { state: 'delta', deltaText: 'anew', replace: true }, 'delta', 'anew'],
    ['an abort', 'chat', { state: 'aborted', stopReason: 'rpc' }, 'aborted', ''],
    ['an aborted run', 'agent', { stream: 'lifecycle', data: { phase: 'end', aborted: true } }, 'aborted', ''],
    ['a settled error', 'agent', { stream: 'lifecycle', data: { phase: 'error', executionSettled: true, error: 'no' } }, 'error', 'no'],
    ['a finished tool', 'agent', { stream: 'item', data: { phase: 'end' } }, 'message', ''],
  ])('%s', (_what, event, payload, state, text) => expect(read(event, payload)).toMatchObject({ state, text, run_id: 'r' }))
  it.each([
    ['an error that is tried again', 'agent', { stream: 'lifecycle', data: { phase: 'error' } }],
    ['a phase', 'chat', { state: 'status', phase: 'starting_model' }],
    ['another event', 'cron', {}],
  ])('%s says nothing', (_what, event, payload) => expect(read(event, payload)).toBeNull())
  it('without a session says nothing', () => expect(readSessionEvent({ event: 'chat', payload: { state: 'final' } })).toBeNull())
})
