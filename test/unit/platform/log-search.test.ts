import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchTerms } from '../../../native-services/contract/search-terms.ts'
import { openLogDb } from '../../../native-services/platform/log-db.ts'
import { type LogFilter, logLevels, logSources, type NewLogLine } from '../../../native-services/platform/log-lines.ts'
import { requiredLiterals } from '../../../native-services/platform/log-terms.ts'

const words = [
  'connect',
  'ECONNREFUSED',
  'Gateway',
  'gate',
  'way',
  'refused',
  'zürich',
  '日本語のログ',
  'a',
  '"',
  '0199aa-4f',
  'x.y(z)',
  '😀x',
  '-',
  "it's",
]
const message = fc
  .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 6 })), { minLength: 1, maxLength: 6 })
  .map((all) => all.join(' '))
const aLine: fc.Arbitrary<NewLogLine> = fc.record({
  at: fc.integer({ min: 0, max: 1_000_000 }),
  level: fc.constantFrom(...logLevels),
  source: fc.constantFrom(...logSources),
  scope: fc.constantFrom('api', 'api/events', 'gateway/ws', 'apix'),
  message,
  request_id: fc.constantFrom(null, 'req-000001', 'req-000002'),
})

const contains = (line: NewLogLine, term: string): boolean =>
  [line.message, line.scope, line.request_id ?? ''].some((text) => text.toLowerCase().includes(term))

/** The same question, asked of an array. */
function fits(line: NewLogLine, filter: Omit<LogFilter, 'limit'>): boolean {
  if (filter.level !== undefined && logLevels.indexOf(line.level) < logLevels.indexOf(filter.level)) return false
  if (filter.source !== undefined && line.source !== filter.source) return false
  if (filter.scope !== undefined && line.scope !== filter.scope && !line.scope.startsWith(`${filter.scope}/`)) return false
  if (filter.request_id !== undefined && line.request_id !== filter.request_id) return false
  if (filter.from !== undefined && line.at < filter.from) return false
  if (filter.to !== undefined && line.at > filter.to) return false
  return filter.q === undefined || searchTerms(filter.q).every((term) => contains(line, term))
}

describe('a search through blocks', () => {
  it('finds exactly what a search through every line finds, page by page, in both directions', () => {
    const filters = fc.record(
      {
        level: fc.constantFrom(...logLevels),
        source: fc.constantFrom(...logSources),
        scope: fc.constantFrom('api', 'gateway'),
        request_id: fc.constantFrom('req-000001', 'nobody'),
        from: fc.integer({ min: 0, max: 1_000_000 }),
        to: fc.integer({ min: 0, max: 1_000_000 }),
        q: fc.oneof(fc.constantFrom(...words, 'nnref', 'ログ', 'gateway refused', '"connect ECONN'), message),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(aLine, { maxLength: 150 }), filters, fc.integer({ min: 1, max: 40 }), (lines, filter, limit) => {
        const db = openLogDb({ file: ':memory:' })
        // The message is made unlike the one before, so that nothing is folded.
        const given = lines.map((line, n) => ({ ...line, message: `${line.message} #${n}` }))
        for (let n = 0; n < given.length; n += 17) db.write(given.slice(n, n + 17))
        const expected = given.flatMap((line, n) => (fits(line, filter) ? [n + 1] : []))
        const down: number[] = []
        let before: number | null | undefined
        do {
          // No time at all: a page a block.
          const page = db.page({ ...filter, limit, before: before ?? undefined }, 0)
          down.unshift(...page.items.map((item) => item.seq))
          before = page.next_before
        } while (before !== null)
        expect(down).toEqual(expected)
        const up: number[] = []
        let after: number | null = 0
        while (after !== null) {
          const page = db.page({ ...filter, limit, after }, 1000)
          up.push(...page.items.map((item) => item.seq))
          after = page.next_after
        }
        expect(up).toEqual(expected)
        db.close()
      }),
      { numRuns: 150 },
    )
  })

  it('an expression finds what it finds in every line, also where the index is asked first', () => {
    const expressions = [
      'econn\\w+',
      '^gate',
      'refused$|connect',
      '(conn|ref)\\w+ gate',
      'x\\.y\\(z\\)',
      'gat?e',
      'gate{2}',
      '[Gg]ateway',
      'zürich.*a',
      'connect+',
    ]
    fc.assert(
      fc.property(fc.array(aLine, { maxLength: 120 }), fc.constantFrom(...expressions), (lines, q) => {
        const db = openLogDb({ file: ':memory:' })
        const given = lines.map((line, n) => ({ ...line, message: `${line.message} ${n}` }))
        db.write(given)
        const expected = given.flatMap((line, n) => (new RegExp(q, 'i').test(line.message) ? [n + 1] : []))
        expect(db.page({ limit: 500, q, regex: true }, 1000).items.map((item) => item.seq)).toEqual(expected)
        db.close()
      }),
      { numRuns: 100 },
    )
  })

  it('literals are those that every match contains', () => {
    expect(requiredLiterals('request failed: \\d+ at (foo|bar)')).toEqual(['request failed: ', ' at '])
    expect(requiredLiterals('abc|def')).toEqual([])
    expect(requiredLiterals('abcd?efg+hij')).toEqual(['abc', 'efg', 'hij'])
    expect(requiredLiterals('a{3}[xyz]{2}hello\\.world')).toEqual(['hello.world'])
    expect(requiredLiterals('\\x41bcdef')).toEqual([])
  })
})
