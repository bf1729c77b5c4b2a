import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstWords, plainText, shortened } from '../../../native-services/contract/plain-text.ts'

describe('Markdown as one line of plain text', () => {
  it.each([
    ['Which one?\n1. *Your agents*\n2. *Work that gets done*', 'Which one? 1. Your agents 2. Work that gets done'],
    ['## Plan\n\n- **bold** step\n- [ ] open step\n> said', 'Plan bold step open step said'],
    ['Look at the [guide](https://example.com/guide "Guide") and ![a picture](/p.png)', 'Look at the guide and a picture'],
    ['| step | who |\n|---|:-:|\n| draft | Writer |', 'step who draft Writer'],
    ['```ts\nconst a = 1\n```\nthen `run it`', 'const a = 1 then run it'],
    ['~~old~~ _new_ __newer__ \\*starred\\*', 'old new newer *starred*'],
  ])('%j', (markdown, plain) => expect(plainText(markdown)).toBe(plain))

  it.each(['delete_branch and snake_case_names', '2 * 3 * 4 = 24', 'a - b', '5 > 3', 'C# and issue #12'])('leaves %j alone', (text) =>
    expect(plainText(text)).toBe(text),
  )

  it('is one line without surplus room, whatever comes in', () => {
    fc.assert(fc.property(fc.string(), (text) => /^(?:\S+(?: \S+)*)?$/u.test(plainText(text))))
  })

  it('says that something was left out', () => {
    expect(shortened('a'.repeat(141))).toBe(`${'a'.repeat(139)}…`)
    expect(shortened('a'.repeat(140))).toBe('a'.repeat(140))
    expect(firstWords(`**${'word '.repeat(100)}**`, 20)).toHaveLength(20)
  })
})
