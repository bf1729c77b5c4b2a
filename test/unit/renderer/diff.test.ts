import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countChanges, diffLines, foldSame } from '../../../renderer/src/features/agent-files/diff.ts'
import { editable, joinManaged, splitManaged, withLineEnds } from '../../../renderer/src/features/agent-files/file-text.ts'

const text = fc.array(fc.constantFrom('a', 'b', 'c', '', '  d'), { maxLength: 14 }).map((lines) => lines.join('\n'))

describe('diffLines', () => {
  it('both texts can be put together again from it, with their line numbers', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after)
        const left = lines.filter((line) => line.kind !== 'added')
        const right = lines.filter((line) => line.kind !== 'removed')
        expect(left.map((line) => line.text).join('\n')).toBe(before)
        expect(right.map((line) => line.text).join('\n')).toBe(after)
        expect(left.map((line) => line.before)).toEqual(left.map((_, index) => index + 1))
        expect(right.map((line) => line.after)).toEqual(right.map((_, index) => index + 1))
        expect(countChanges(diffLines(before, before))).toEqual({ added: 0, removed: 0 })
      }),
    )
  })

  it('names as few lines as there are', () => {
    const lines = diffLines('one\ntwo\nthree\nfour\n', 'one\nthree\n3½\nfour\n')
    expect(lines.map((line) => `${line.kind[0]} ${line.text}`)).toEqual(['s one', 'r two', 's three', 'a 3½', 's four', 's '])
  })

  it('gives up line by line when the texts are too long for it, and stays right', () => {
    const before = Array.from({ length: 4000 }, (_, index) => `b${index}`).join('\n')
    const after = Array.from({ length: 4000 }, (_, index) => `a${index}`).join('\n')
    const lines = diffLines(before, after)
    expect(countChanges(lines)).toEqual({ added: 4000, removed: 4000 })
    expect(lines[0]?.kind).toBe('removed')
  })

  it('folds long stretches, hides nothing that changed and loses no line', () => {
    fc.assert(
      fc.property(text, text, fc.integer({ min: 0, max: 3 }), (before, after, around) => {
        const lines = diffLines(before, after)
        const folded = foldSame(lines, around)
        expect(folded.flatMap((row) => (row.kind === 'fold' ? row.lines : [row]))).toEqual(lines)
        for (const row of folded) if (row.kind === 'fold') expect(row.lines.every((line) => line.kind === 'same')).toBe(true)
      }),
    )
  })
})

describe('the text of a file', () => {
  it('keeps the line ends that it had', () => {
    fc.assert(
      fc.property(text, (plain) => {
        const windows = plain.replaceAll('\n', '\r\n')
        expect(withLineEnds(editable(windows), windows)).toBe(windows)
        expect(withLineEnds(editable(plain), plain)).toBe(plain)
      }),
    )
    expect(withLineEnds('a\nb\n', 'a\r\nb\n')).toBe('a\nb\n')
  })

  it('sets the managed lines apart and puts them together again', () => {
    for (const whole of ['B\nx\nE', 'top\n\nB\nx\nE\n\nend\n', 'B\nx\nE\n', 'top\nB\nx\nE']) {
      const lines = whole.split('\n')
      const parts = splitManaged(whole, { start_line: lines.indexOf('B') + 1, end_line: lines.indexOf('E') + 1 })
      expect(parts?.managed).toBe('B\nx\nE')
      expect(parts && joinManaged(parts)).toBe(whole)
      expect(parts && joinManaged({ ...parts, above: 'typed', below: 'typed' })).toBe('typed\nB\nx\nE\ntyped')
    }
    expect(splitManaged('anything', null)).toBeNull()
  })
})
