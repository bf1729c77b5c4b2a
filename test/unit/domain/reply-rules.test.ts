import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classifyReply } from '../../../native-services/domain/reply-rules.ts'

describe('classifyReply', () => {
  it.each<[string, string]>([
    ['', 'empty'],
    [' \n\t', 'empty'],
    ['NO_REPLY', 'no_reply'],
    [' no_reply. ', 'no_reply'],
    ['**NO_REPLY**', 'no_reply'],
    ['NOTHING_TO_ADD', 'nothing_to_add'],
    ['`NOTHING_TO_ADD`', 'nothing_to_add'],
    ['NO', 'no_reply'],
    ['NO_', 'no_reply'],
    ['HEARTBEAT_OK', 'heartbeat_ok'],
    ['No response from OpenClaw.', 'placeholder'],
    ['@Ada @"Max Power" No reply from agent.', 'placeholder'],
    ['NO_REPLY\nNO_REPLY', 'no_reply'],
  ])('posts nothing for %j', (text, reason) => expect(classifyReply(text)).toEqual({ kind: 'nothing', reason }))

  it.each<[string, string]>([
    ['  Done.  ', 'Done.'],
    ['No', 'No'],
    ['No.', 'No.'],
    ['Done.\n\nNO_REPLY', 'Done.'],
    ['All well.\nHEARTBEAT_OK', 'All well.'],
    ['I told it NO_REPLY is a token', 'I told it NO_REPLY is a token'],
    ['Is it ready?\nNO', 'Is it ready?\nNO'],
  ])('posts of %j the text %j', (text, expected) => expect(classifyReply(text)).toEqual({ kind: 'reply', text: expected }))

  it('is stable: what it would post it would post again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('NO_REPLY', 'HEARTBEAT_OK', ' ', '\n', 'word', '.', 'NO', '*', '\0') }), (text) => {
        const first = classifyReply(text)
        expect(first.kind === 'reply' ? classifyReply(first.text) : first).toEqual(first)
      }),
    )
  })

  it('fits into a comment', () => {
    const long = classifyReply('😀'.repeat(80_000))
    expect(long.kind === 'reply' && long.text.length <= 100_000 && long.text.isWellFormed()).toBe(true)
  })
})
