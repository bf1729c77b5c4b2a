import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CsvError, parseCsv, printCsv, separatorOf } from '../../../native-services/domain/csv.ts'

/** Texts made of what is difficult, and of anything at all. */
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', "'", '=', '+', '-', '@', '\t', ' ', 'a', '1', 'ü'), maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
)
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 8 }))

describe('CSV', () => {
  it('reads back what it wrote, whatever the cells hold', () => {
    fc.assert(
      fc.property(table, (rows) => {
        expect(parseCsv(printCsv(rows)).map((row) => row.cells)).toEqual(rows)
      }),
      { numRuns: 2000 },
    )
  })

  it('writes no cell that a spreadsheet would run', () => {
    fc.assert(
      fc.property(cell, (text) => {
        const written = printCsv([[text, 'x']])
        expect(written).not.toMatch(/^"?[=+\-@\t\r]/)
      }),
      { numRuns: 2000 },
    )
    expect(printCsv([['=1+1', '-2', "'=x", 'a"b', ' c']])).toBe(`'=1+1,'-2,''=x,"a""b"," c"\r\n`)
  })

  it('reads semicolons and tabs when the head says so', () => {
    for (const [text, separator] of [
      ['title;status\r\n"a;b";inbox', ';'],
      ['\uFEFFtitle\tstatus\na;b\tinbox', '\t'],
    ] as const) {
      expect(separatorOf(text)).toBe(separator)
      expect(parseCsv(text, separatorOf(text)).map((row) => row.cells)).toEqual([
        ['title', 'status'],
        ['a;b', 'inbox'],
      ])
    }
    for (const text of ['', 'title', 'title\na;b', 'a,b;c', '"a;b",c', '"a;b"']) expect(separatorOf(text)).toBe(',')
  })

  it('reads what others write: a mark, bare line ends, no end of line, empty lines', () => {
    expect(parseCsv('\uFEFFa,b\n1,"two\nlines"\r\r\n3,\n,')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', 'two\nlines'] },
      { line: 5, cells: ['3', ''] },
      { line: 6, cells: ['', ''] },
    ])
    expect(parseCsv('')).toEqual([])
  })

  it('says in which line a quote goes astray', () => {
    const lineOf = (text: string): number => {
      try {
        parseCsv(text)
      } catch (error) {
        if (error instanceof CsvError) return error.line
      }
      return 0
    }
    expect(lineOf('a\nb,"c\nd')).toBe(2)
    expect(lineOf('a\n"b"c')).toBe(2)
    expect(lineOf('a\nb"c')).toBe(2)
  })
})
