import { describe, expect, it } from 'vitest'
import type { SessionMessage } from '../../../native-services/contract/sessions.ts'
import { arrived, firstLine, unsaid, withNewest, withOlder } from '../../../renderer/src/features/sessions/transcript.ts'

const message = (id: string, patch: Partial<SessionMessage> = {}): SessionMessage => ({
  id,
  role: 'assistant',
  text: id,
  tool_name: null,
  tool_phase: null,
  is_error: false,
  at: null,
  run_id: null,
  ...patch,
})
const page = (...ids: string[]) => ids.map((id) => message(id))
const ids = (items: readonly SessionMessage[]) => items.map((item) => item.id).join('')

describe('pages of a transcript', () => {
  it('newest over known: older ones stay, a conversation that began anew replaces everything', () => {
    expect(ids(withNewest([], page('c', 'd')))).toBe('cd')
    expect(ids(withNewest(page('a', 'b', 'c', 'd'), page('c', 'd', 'e')))).toBe('abcde')
    expect(ids(withNewest(page('a', 'b'), page('x')))).toBe('x')
    expect(ids(withNewest(page('a', 'b'), []))).toBe('')
  })
  it('older in front, what both have once', () => expect(ids(withOlder(page('c', 'd'), page('a', 'b', 'c')))).toBe('abcd'))
})

describe('words that are not in the transcript yet', () => {
  const run = { run_id: 'r' }
  it.each([
    ['nothing there', 'I look', [], 'I look'],
    ['its first words are there', 'I look. Done', [message('1', { ...run, text: 'I look.' })], 'Done'],
    ['all are there', 'Done', [message('1', { ...run, text: 'Done' })], ''],
    ['words of another run', 'Done', [message('1', { run_id: 'other', text: 'Done' })], 'Done'],
    ['all are there, of no known run', 'Done', [message('1', { text: 'Done' })], ''],
    ['a person said the same', 'Done', [message('1', { role: 'user', text: 'Done' })], 'Done'],
  ])('%s', (_what, words, items, rest) => expect(unsaid(words, 'r', items)).toBe(rest))
})

it('what was sent has arrived when the transcript has it anew', () => {
  const sent = { text: 'Hi', before: new Set(['1']) }
  expect(arrived(sent, [message('1', { role: 'user', text: 'Hi' })])).toBe(false)
  expect(arrived(sent, [message('2', { role: 'user', text: '[Sat 05:00] Hi' })])).toBe(true)
})

it('one line of a tool call says something', () => {
  expect(firstLine('{\n  "path": "a"\n}')).toBe('"path": "a"')
  expect(firstLine('')).toBe('')
  expect(firstLine('x'.repeat(200), 10)).toBe(`${'x'.repeat(10)}…`)
})
