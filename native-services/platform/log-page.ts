/** One page of the log, in either direction: blocks that can hold a match by the index, then their lines by their text. */
import type Database from 'better-sqlite3'
import { searchTerms } from '../contract/search-terms.ts'
import { foldLongestMs } from './log-fold.ts'
import { type LogFilter, logLevels, type LogPage, logSources, type StoredLogLine } from './log-lines.ts'
import { lineColumns, type LineRow, shorten, toLine } from './log-rows.ts'
import { indexQuery, requiredLiterals } from './log-terms.ts'

/** Lines `32n` to `32n + 31` are block n. Few enough that the trigrams of ids, of which there are only 4096, still tell blocks apart. */
export const logBlockLines = 32

interface Ask {
  filter: LogFilter
  bounds: { first: number | null; last: number | null }
  budgetMs: number
}

/** What is asked of the text of a line. */
function textTest(filter: LogFilter): ((row: LineRow) => boolean) | null {
  if (!filter.q) return null
  if (filter.regex) {
    const pattern = new RegExp(filter.q, 'i')
    return (row) => pattern.test(row.message)
  }
  const terms = searchTerms(filter.q)
  if (terms.length === 0) return null
  return (row) => {
    const text = row.message.toLowerCase()
    return terms.every(
      (term) =>
        text.includes(term) ||
        row.scope.toLowerCase().includes(term) ||
        (row.request_id?.toLowerCase().includes(term) ?? false) ||
        (row.run_id?.toLowerCase().includes(term) ?? false) ||
        (row.agent_id?.toLowerCase().includes(term) ?? false),
    )
  }
}

function rowTest(filter: LogFilter): (row: LineRow) => boolean {
  const tests: ((row: LineRow) => boolean)[] = []
  const { scope, agent_id, request_id, run_id, from, to } = filter
  const least = filter.level === undefined ? 0 : logLevels.indexOf(filter.level)
  if (least > 0) tests.push((row) => row.level >= least)
  if (filter.source !== undefined) {
    const source = logSources.indexOf(filter.source)
    tests.push((row) => row.source === source)
  }
  if (scope) tests.push((row) => row.scope === scope || row.scope.startsWith(`${scope}/`))
  if (agent_id) tests.push((row) => row.agent_id === agent_id)
  if (request_id) tests.push((row) => row.request_id === request_id)
  if (run_id) tests.push((row) => row.run_id === run_id)
  if (from !== undefined) tests.push((row) => row.last_at >= from)
  if (to !== undefined) tests.push((row) => row.at <= to)
  const text = textTest(filter)
  if (text) tests.push(text)
  return (row) => tests.every((test) => test(row))
}

/** The blocks that can hold a match, in order. */
function candidateBlocks(
  db: Database.Database,
  { filter, low, high, forward }: { filter: LogFilter; low: number; high: number; forward: boolean },
): IterableIterator<number> {
  const wanted = [
    ...(filter.q ? (filter.regex ? requiredLiterals(filter.q) : searchTerms(filter.q)) : []),
    ...[filter.scope, filter.agent_id, filter.request_id, filter.run_id].flatMap((value) => (value ? [value.toLowerCase()] : [])),
  ]
  const match = indexQuery(wanted)
  const where: string[] = []
  const values: (number | string)[] = []
  const ask = (sql: string, ...given: (number | string)[]): void => {
    where.push(sql)
    values.push(...given)
  }
  if (filter.level !== undefined && filter.level !== 'debug') ask('block.levels >= ?', 1 << logLevels.indexOf(filter.level))
  if (filter.source !== undefined) ask('block.sources & ?', 1 << logSources.indexOf(filter.source))
  // A row that repeats may end later than its block says: only the beginning can be judged here.
  if (filter.to !== undefined) ask('block.first_at <= ?', filter.to)
  if (filter.from !== undefined) ask('block.last_at >= ?', filter.from - foldLongestMs)
  const blockFilter = where.length === 0 ? '' : ` AND ${where.join(' AND ')}`
  if (match === null)
    return db
      .prepare(`SELECT id FROM block WHERE id BETWEEN ? AND ?${blockFilter} ORDER BY id ${forward ? 'ASC' : 'DESC'}`)
      .pluck()
      .iterate(low, high, ...values) as IterableIterator<number>
  const matching = db
    .prepare(
      where.length === 0
        ? 'SELECT rowid FROM block_text WHERE block_text MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid'
        : `SELECT block_text.rowid FROM block_text CROSS JOIN block ON block.id = block_text.rowid
           WHERE block_text MATCH ? AND block_text.rowid BETWEEN ? AND ?${blockFilter} ORDER BY block_text.rowid`,
    )
    .pluck()
  if (forward) return matching.iterate(match, low, high, ...values) as IterableIterator<number>
  return backwards((from, to) => matching.all(match, from, to, ...values) as number[], low, high)
}

/** The index finds its place quickly only in rising order: so it is asked for stretches, the newest first, and each is turned round. */
function* backwards(read: (from: number, to: number) => number[], low: number, high: number): IterableIterator<number> {
  let width = 1024
  for (let to = high; to >= low;) {
    const from = Math.max(low, to - width + 1)
    const ids = read(from, to)
    yield* ids.reverse()
    if (ids.length < 64) width = Math.min(width * 2, 65_536)
    to = from - 1
  }
}

export function readLogPage(db: Database.Database, { filter, bounds, budgetMs }: Ask): LogPage {
  const nothing: LogPage = { items: [], next_before: null, next_after: null, scanned: 0 }
  if (bounds.first === null || bounds.last === null) return nothing
  const forward = filter.after !== undefined
  /** Both ends belong to what is looked at. */
  const bottom = Math.max(bounds.first, (filter.after ?? -1) + 1)
  const top = Math.min(bounds.last, (filter.before ?? Number.MAX_SAFE_INTEGER) - 1)
  if (bottom > top) return nothing

  const test = rowTest(filter)
  const rows = db.prepare(`SELECT ${lineColumns} FROM line WHERE seq BETWEEN ? AND ? ORDER BY seq ${forward ? 'ASC' : 'DESC'}`)
  let deadline = performance.now() + budgetMs
  const found: StoredLogLine[] = []
  /** The last line that was decided about when the search stopped early. */
  let stoppedAt: number | null = null

  /** False when the page is full or the time is up. */
  function look(from: number, to: number): boolean {
    const low = Math.max(from, bottom)
    const high = Math.min(to, top)
    if (low > high) return true
    for (const row of rows.all(low, high) as LineRow[]) {
      if (!test(row)) continue
      // One more than asked for tells that there is another page.
      if (found.length === filter.limit) {
        stoppedAt = found.at(-1)?.seq ?? row.seq
        return false
      }
      found.push(shorten(toLine(row)))
    }
    if (performance.now() < deadline) return true
    stoppedAt = forward ? high : low
    return false
  }

  /** Not in the index yet. */
  const tail = Math.floor((bounds.last + 1) / logBlockLines) * logBlockLines
  const indexed = { low: Math.floor(bottom / logBlockLines), high: Math.min(Math.floor(top / logBlockLines), tail / logBlockLines - 1) }
  const goesOn = forward || look(tail, top)
  if (goesOn) {
    let open = true
    let sought = false
    if (indexed.low <= indexed.high)
      for (const block of candidateBlocks(db, { filter, ...indexed, forward })) {
        // Far from its end the index takes a while to come to the place; without time of its own a page there would hardly get on.
        if (!sought && budgetMs > 0) deadline = performance.now() + budgetMs
        sought = true
        open = look(block * logBlockLines, block * logBlockLines + logBlockLines - 1)
        if (!open) break
      }
    if (open && forward) look(tail, top)
  }
  // Stopped at the very end: there is nothing to go on with.
  if (stoppedAt !== null && (forward ? stoppedAt >= top : stoppedAt <= bottom)) stoppedAt = null
  if (!forward) found.reverse()
  const end = stoppedAt ?? (forward ? top : bottom)
  return {
    items: found,
    next_before: forward ? null : stoppedAt,
    next_after: forward ? stoppedAt : null,
    scanned: forward ? end - bottom + 1 : top - end + 1,
  }
}
