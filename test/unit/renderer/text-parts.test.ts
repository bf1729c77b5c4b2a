import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partAt, partChars, partCount, textOf, withText } from '../../../renderer/src/features/documents/text-parts.ts'

const all = (text: string) => Array.from({ length: partCount(text) }, (_, index) => partAt(text, index))

describe('a text in parts', () => {
  it('has all of it, once', () => {
    const line = fc
      .tuple(fc.constantFrom('word', '🦀', 'é', ''), fc.integer({ min: 0, max: 9000 }))
      .map(([word, times]) => word.repeat(times))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text = lines.join('\n')
        const parts = all(text).filter((part, at, list) => at === 0 || part.index !== list[at - 1]?.index)
        expect(parts.map(textOf).join('')).toBe(text)
        for (const part of parts) expect(textOf(part).isWellFormed()).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('ends its parts with a line where there is one near', () => {
    const text = 'a line of words\n'.repeat(10_000)
    const parts = all(text)
    expect(parts.length).toBe(Math.ceil(text.length / partChars))
    for (const part of parts) expect(textOf(part).endsWith('\n')).toBe(true)
  })

  it('keeps what stands around the part that is changed, and its place', () => {
    const text = 'a line of words\n'.repeat(10_000)
    const before = partAt(text, 1)
    const after = withText(withText(before, ''), 'other words\n')
    expect(after.whole).toBe(`${text.slice(0, before.start)}other words\n${text.slice(before.end)}`)
    expect(textOf(after)).toBe('other words\n')
    expect(after.start).toBe(before.start)
    expect(textOf(partAt(after.whole, 0))).toBe(textOf(partAt(text, 0)))
  })

  it('shows the last part when the text has become shorter', () => {
    expect(partAt('short', 7)).toMatchObject({ index: 0, start: 0, end: 5 })
    expect(partAt('', 0)).toMatchObject({ index: 0, start: 0, end: 0 })
  })
})
