import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { markdownHead, markdownPieces, pieceLength, shownAtFirst } from '../../../renderer/src/ui/markdown-pieces.ts'

describe('a long text in pieces', () => {
  it('keeps every line, in order, and no piece is much longer than it may be', () => {
    const line = fc.oneof(
      fc.constant(''),
      fc.string({ maxLength: 60 }).map((text) => `a${text.replace(/[\n\r]/g, ' ')}`),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 80 }), fc.integer({ min: 80, max: 300 }), (lines, most) => {
        const text = lines.join('\n')
        const pieces = markdownPieces(text, most)
        expect(pieces.join('\n')).toBe(text)
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(most + 1)
      }),
    )
  })

  it('ends at an empty line where there is one near', () => {
    const paragraph = `${'word '.repeat(16)}\n${'word '.repeat(2)}\n`
    for (const piece of markdownPieces(`${paragraph}\n`.repeat(10), 240).slice(0, -1)) expect(piece.trim().endsWith('word')).toBe(true)
    expect(markdownPieces(`${paragraph}\n`.repeat(10), 240)[1]).toMatch(/^\nword/)
  })

  it('closes a block of code and opens it again with its language', () => {
    const code = Array.from({ length: 40 }, (_, n) => `const line${n} = ${n}`)
    const pieces = markdownPieces(['Look:', '```ts', ...code, '```', 'That was it.'].join('\n'), 300)
    expect(pieces.length).toBeGreaterThan(2)
    for (const piece of pieces) expect((piece.match(/^```/gm) ?? []).length % 2).toBe(0)
    for (const piece of pieces.slice(1, -1)) expect(piece.startsWith('```ts\n')).toBe(true)
    expect(pieces.join('\n').match(/const line\d+/g)).toEqual(code.map((line) => line.split(' =')[0]))
    expect(pieces.at(-1)).toMatch(/```\nThat was it\.$/)
  })

  it('cuts a single line of a megabyte', () => {
    const pieces = markdownPieces('x'.repeat(1_000_000))
    expect(pieces).toHaveLength(Math.ceil(1_000_000 / pieceLength))
    expect(pieces.join('')).toHaveLength(1_000_000)
  })

  it('shows short texts whole and of long ones the beginning', () => {
    expect(markdownHead('short')).toEqual({ head: 'short', cut: false })
    const nearly = 'x'.repeat(shownAtFirst + 10)
    expect(markdownHead(nearly)).toEqual({ head: nearly, cut: false })
    const { head, cut } = markdownHead('word\n\n'.repeat(100_000))
    expect(cut).toBe(true)
    expect(head.length).toBeLessThanOrEqual(shownAtFirst)
    expect(head.length).toBeGreaterThan(shownAtFirst / 2)
  })
})
