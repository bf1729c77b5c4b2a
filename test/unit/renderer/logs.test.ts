import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../native-services/contract/entities.ts'
import { jsonIn } from '../../../renderer/src/features/logs/log-details.tsx'
import { filterFrom, highlightPattern, liveTest, serverQuery, splitMatches } from '../../../renderer/src/features/logs/log-filter.ts'
import {
  addLive,
  addNewer,
  addOlder,
  applyRepeats,
  emptyWindow,
  fillGap,
  isGap,
  type LogWindow,
  mostEntries,
} from '../../../renderer/src/features/logs/log-window.ts'

const line = (seq: number, patch: Partial<LogLine> = {}): LogLine => ({
  seq,
  at: '',
  level: 'info',
  source: 'services',
  scope: 'http',
  message: 'GET /',
  length: 5,
  agent_id: null,
  request_id: null,
  run_id: null,
  repeat_count: 1,
  last_at: '',
  ...patch,
})
const lines = (from: number, to: number): LogLine[] => Array.from({ length: to - from + 1 }, (_, n) => line(from + n))
const seqs = (window: LogWindow): number[] => window.entries.map((entry) => entry.seq)

describe('the filter of the log', () => {
  const fits = (query: Record<string, string>, one: LogLine) => liveTest(filterFrom({ level: 'debug', ...query }))?.(one)

  it('tests lines that arrive by level and up, source, scope, ids and all words', () => {
    expect(fits({}, line(1))).toBe(true)
    expect(fits({ level: 'warn' }, line(1))).toBe(false)
    expect(fits({ level: 'warn' }, line(1, { level: 'error' }))).toBe(true)
    expect(fits({ source: 'gateway' }, line(1))).toBe(false)
    expect(fits({ scope: 'http' }, line(1, { scope: 'http/x' }))).toBe(true)
    expect(fits({ scope: 'http' }, line(1, { scope: 'https' }))).toBe(false)
    expect(fits({ agent: 'a' }, line(1, { agent_id: 'a' }))).toBe(true)
    expect(fits({ run: 'r' }, line(1))).toBe(false)
    expect(fits({ q: 'get HTTP' }, line(1))).toBe(true)
    expect(fits({ q: '"get http"' }, line(1))).toBe(false)
    expect(fits({ q: 'req-1' }, line(1, { request_id: 'req-1' }))).toBe(true)
  })

  it('leaves expressions to the server', () => {
    expect(liveTest(filterFrom({ q: '(a+)+', regex: 'true' }))).toBeNull()
    expect(serverQuery(filterFrom({ q: ' x ', regex: 'true', agent: 'a' }))).toEqual({
      q: 'x',
      regex: 'true',
      level: 'info',
      agent_id: 'a',
    })
    expect(serverQuery(filterFrom({ level: 'debug', regex: 'true' }))).toEqual({})
  })

  it('marks what was found, and no expression that could take long', () => {
    const marked = (text: string, query: Record<string, string>) => splitMatches(text, highlightPattern(filterFrom(query)))
    expect(marked('Get a cat', { q: 'get cat' })).toEqual(['', 'Get', ' a ', 'cat', ''])
    expect(marked('a.c abc', { q: 'a.c' })).toEqual(['', 'a.c', ' abc'])
    expect(marked('a1 b22', { q: '\\d+', regex: 'true' })).toEqual(['a', '1', ' b', '22', ''])
    expect(highlightPattern(filterFrom({ q: '(a+)+b', regex: 'true' }))).toBeNull()
    expect(highlightPattern(filterFrom({ q: '(', regex: 'true' }))).toBeNull()
  })

  it('finds the JSON that a message ends with', () => {
    expect(jsonIn('payload {"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}')
    expect(jsonIn('set {a}')).toBeNull()
  })
})

describe('the window of the log', () => {
  it('grows at both ends without doubles, and knows how far its lines moved', () => {
    const middle = addNewer({ ...emptyWindow, before: 10, after: 9 }, lines(10, 12), 12)
    const older = addOlder(middle, lines(7, 10), 7)
    expect(seqs(older)).toEqual([7, 8, 9, 10, 11, 12])
    expect(older).toMatchObject({ before: 7, after: 12, shift: 3 })
    expect(seqs(addNewer(older, lines(12, 13), null))).toEqual([7, 8, 9, 10, 11, 12, 13])
  })

  it('stays within its bound by dropping the other end, which can be fetched again', () => {
    const full = addNewer(emptyWindow, lines(1001, 1000 + mostEntries), null)
    const down = addNewer(full, lines(1001 + mostEntries, 1010 + mostEntries), null)
    expect(down.entries).toHaveLength(mostEntries)
    expect(down).toMatchObject({ before: 1011, after: null, shift: -10 })
    const up = addOlder(full, lines(991, 1000), 991)
    expect(up.entries).toHaveLength(mostEntries)
    expect(up).toMatchObject({ before: 991, after: 990 + mostEntries, shift: 10 })
  })

  it('marks lines that came too fast, and fills them in step by step', () => {
    const start = addLive(emptyWindow, lines(1, 3), null)
    const holed = addLive(start, lines(10, 11), { from: 3, to: 10 })
    expect(seqs(holed)).toEqual([1, 2, 3, 3.5, 10, 11])
    const gap = holed.entries.find(isGap)
    if (!gap) throw new Error('no gap')
    const half = fillGap(holed, gap, lines(4, 6), 6)
    expect(seqs(half)).toEqual([1, 2, 3, 4, 5, 6, 6.5, 10, 11])
    const rest = half.entries.find(isGap)
    if (!rest) throw new Error('no gap')
    expect(seqs(fillGap(half, rest, lines(7, 9), null))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  it('takes no new lines where it does not end at the end, but counts repeats', () => {
    const past = { ...addLive(emptyWindow, lines(1, 3), null), after: 3 }
    expect(addLive(past, lines(4, 5), null)).toBe(past)
    const counted = applyRepeats(past, [{ seq: 2, repeat_count: 48_210, last_at: 'z' }])
    expect(counted.entries[1]).toMatchObject({ seq: 2, repeat_count: 48_210, last_at: 'z' })
    expect(applyRepeats(past, [{ seq: 99, repeat_count: 2, last_at: '' }])).toBe(past)
  })
})
