/**
 * Log lines in a SQLite file of their own. Lines are numbered without gaps; 32 of them are a block, and each full block has one entry in a
 * trigram index. A search asks the index for blocks that contain all trigrams of what is wanted, newest first, and reads only those.
 * Compared with an index entry per line this is several times smaller and faster to write, and finds any part of a word all the same;
 * docs/benchmarks.md has the figures. Synchronous: it runs in a worker.
 */
import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { logBlockLines, readLogPage } from './log-page.ts'
import { foldKey, foldLongestMs, foldWithinMs } from './log-fold.ts'
import { type LogFilter, logLevels, type LogPage, logSources, type LogStats, type NewLogLine, type StoredLogLine } from './log-lines.ts'
import { lineColumns, type LineRow, toLine } from './log-rows.ts'
import type { WrittenLines } from './log-lines.ts'

/** Of the file; another one is set aside, since lines are not worth a migration. */
const schemaVersion = 1

const schema = `
CREATE TABLE line (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  repeat_count INTEGER NOT NULL,
  level INTEGER NOT NULL,
  source INTEGER NOT NULL,
  scope TEXT NOT NULL,
  message TEXT NOT NULL,
  agent_id TEXT,
  request_id TEXT,
  run_id TEXT
);
CREATE TABLE block (
  id INTEGER PRIMARY KEY,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  levels INTEGER NOT NULL,
  sources INTEGER NOT NULL
);
CREATE VIRTUAL TABLE block_text USING fts5(text, content='', contentless_delete=1, tokenize='trigram', detail=none);
`

export class LogFileUnusableError extends Error {
  constructor(reason: string) {
    super(`The log file cannot be used: ${reason}`)
    this.name = 'LogFileUnusableError'
  }
}

/** SQLite says that the file is damaged, or is none of its files. */
export function isDamage(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return (
    error instanceof LogFileUnusableError || (typeof code === 'string' && (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB'))
  )
}

export interface LogDb {
  /** One transaction. Lines that repeat the last one of their source are counted there. Throws what SQLite throws (a full disk). */
  write(lines: readonly NewLogLine[]): WrittenLines
  /** @param budgetMs After this long a search answers with what it has and where to go on. */
  page(filter: LogFilter, budgetMs: number): LogPage
  /** Those that are still there, whole, in the order of their numbers. */
  lines(seqs: readonly number[]): StoredLogLine[]
  stats(): LogStats
  /** Deletes a slice of the oldest lines when there is too much. True when there is more to delete. */
  prune(limits: { maxBytes: number; olderThan: number }): boolean
  close(): void
}

interface BlockInWork {
  texts: Set<string>
  first_at: number
  last_at: number
  levels: number
  sources: number
}

const emptyBlock = (): BlockInWork => ({ texts: new Set(), first_at: Number.MAX_SAFE_INTEGER, last_at: 0, levels: 0, sources: 0 })
/** Deleted at once: a few milliseconds. */
const pruneBlocks = 64

/** @param file A path, or `:memory:`. Throws `LogFileUnusableError`, or what SQLite throws, when the file is damaged. */
export function openLogDb(options: { file: string; readonly?: boolean }): LogDb {
  // SQLite would let others read it; its WAL takes the mode of the file.
  if (!options.readonly && options.file !== ':memory:') closeSync(openSync(options.file, 'a', 0o600))
  const db = new Database(options.file, options.readonly ? { readonly: true, fileMustExist: true } : {})
  try {
    if (!options.readonly) {
      db.pragma('journal_mode = WAL')
      // A power cut may cost the last lines, never the file.
      db.pragma('synchronous = NORMAL')
      db.pragma('journal_size_limit = 33554432')
    }
    db.pragma('busy_timeout = 5000')
    db.pragma('cache_size = -16384')
    const version = db.pragma('user_version', { simple: true }) as number
    if (version === 0 && !options.readonly) {
      if (db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'line'").get() !== undefined)
        throw new LogFileUnusableError('its version is unknown')
      db.transaction(() => {
        db.exec(schema)
        db.pragma(`user_version = ${schemaVersion}`)
      })()
    } else if (version !== schemaVersion) throw new LogFileUnusableError(`its version is ${version}, this program knows ${schemaVersion}`)
    return logDbOf(db)
  } catch (error) {
    db.close()
    throw error
  }
}

function logDbOf(db: Database.Database): LogDb {
  const insert = db.prepare(
    'INSERT INTO line (seq, at, last_at, repeat_count, level, source, scope, message, agent_id, request_id, run_id) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)',
  )
  const repeat = db.prepare('UPDATE line SET repeat_count = ?, last_at = ? WHERE seq = ?')
  const insertBlock = db.prepare('INSERT INTO block (id, first_at, last_at, levels, sources) VALUES (?, ?, ?, ?, ?)')
  const insertText = db.prepare('INSERT INTO block_text (rowid, text) VALUES (?, ?)')
  const bounds = db.prepare('SELECT (SELECT min(seq) FROM line) AS first, (SELECT max(seq) FROM line) AS last')
  const oneLine = db.prepare(`SELECT ${lineColumns} FROM line WHERE seq = ?`)
  const timeOf = db.prepare('SELECT at FROM line WHERE seq = ?').pluck()

  const readBounds = (): { first: number | null; last: number | null } => bounds.get() as { first: number | null; last: number | null }

  /** The row of each source that the next line of it may be a repeat of. */
  interface Fold {
    key: string
    seq: number
    count: number
    first_at: number
    last_at: number
  }
  let folds = new Map<string, Fold>()
  let seq = 0
  let block = emptyBlock()

  function addToBlock(line: NewLogLine): void {
    block.texts.add(line.message.toLowerCase())
    block.texts.add(line.scope.toLowerCase())
    for (const id of [line.agent_id, line.request_id, line.run_id]) if (id) block.texts.add(id.toLowerCase())
    block.first_at = Math.min(block.first_at, line.at)
    block.last_at = Math.max(block.last_at, line.at)
    block.levels |= 1 << logLevels.indexOf(line.level)
    block.sources |= 1 << logSources.indexOf(line.source)
  }

  function endBlock(): void {
    const id = Math.floor(seq / logBlockLines)
    insertBlock.run(id, block.first_at, block.last_at, block.levels, block.sources)
    insertText.run(id, [...block.texts].join('\n').replaceAll('\0', ' '))
    block = emptyBlock()
  }

  /** What is in the file decides: after a start, and after a transaction that failed. */
  function reload(): void {
    seq = readBounds().last ?? 0
    folds = new Map()
    block = emptyBlock()
    const start = Math.floor((seq + 1) / logBlockLines) * logBlockLines
    for (const row of db.prepare(`SELECT ${lineColumns} FROM line WHERE seq >= ? ORDER BY seq`).all(start) as LineRow[])
      addToBlock(toLine(row))
  }
  if (!db.readonly) reload()

  const writeAll = db.transaction((lines: readonly NewLogLine[]): WrittenLines => {
    const seqs = new Float64Array(lines.length)
    const repeats = new Float64Array(lines.length)
    const changed = new Set<Fold>()
    for (const [index, line] of lines.entries()) {
      const key = foldKey(line)
      const last = folds.get(line.source)
      if (last?.key === key && line.at - last.last_at <= foldWithinMs && line.at - last.first_at <= foldLongestMs) {
        last.count += 1
        last.last_at = Math.max(last.last_at, line.at)
        changed.add(last)
        seqs[index] = last.seq
        repeats[index] = last.count
        continue
      }
      seq += 1
      insert.run(
        seq,
        line.at,
        line.at,
        logLevels.indexOf(line.level),
        logSources.indexOf(line.source),
        line.scope,
        line.message,
        line.agent_id ?? null,
        line.request_id ?? null,
        line.run_id ?? null,
      )
      folds.set(line.source, { key, seq, count: 1, first_at: line.at, last_at: line.at })
      seqs[index] = seq
      repeats[index] = 1
      addToBlock(line)
      if ((seq + 1) % logBlockLines === 0) endBlock()
    }
    for (const fold of changed) repeat.run(fold.count, fold.last_at, fold.seq)
    return { seqs, repeats }
  })

  const pruneAll = db.transaction((upTo: number) => {
    db.prepare('DELETE FROM line WHERE seq < ?').run(upTo)
    const lastBlock = Math.floor(upTo / logBlockLines) - 1
    const ids = db.prepare('SELECT id FROM block WHERE id <= ?').pluck().all(lastBlock) as number[]
    const forget = db.prepare('DELETE FROM block_text WHERE rowid = ?')
    for (const id of ids) forget.run(id)
    db.prepare('DELETE FROM block WHERE id <= ?').run(lastBlock)
  })

  function bytes(): number {
    const pages = db.pragma('page_count', { simple: true }) as number
    const free = db.pragma('freelist_count', { simple: true }) as number
    return (pages - free) * (db.pragma('page_size', { simple: true }) as number)
  }

  return {
    write(lines) {
      try {
        return writeAll.immediate(lines)
      } catch (error) {
        if (!isDamage(error)) reload()
        throw error
      }
    },
    page: (filter, budgetMs) => db.transaction(() => readLogPage(db, { filter, bounds: readBounds(), budgetMs }))(),
    lines: (wanted) =>
      wanted.flatMap((each) => {
        const row = oneLine.get(each) as LineRow | undefined
        return row ? [toLine(row)] : []
      }),
    stats() {
      const { first, last } = readBounds()
      return {
        lines: first === null || last === null ? 0 : last - first + 1,
        bytes: bytes(),
        first_seq: first,
        last_seq: last,
        oldest_at: first === null ? null : (timeOf.get(first) as number),
        newest_at: last === null ? null : (timeOf.get(last) as number),
      }
    },
    prune({ maxBytes, olderThan }) {
      const { first, last } = readBounds()
      if (first === null || last === null) return false
      const slice = (Math.floor(first / logBlockLines) + pruneBlocks) * logBlockLines
      // The block in work is never touched.
      const most = Math.floor(last / logBlockLines) * logBlockLines
      if (bytes() > maxBytes && slice < most) {
        pruneAll(slice)
        return true
      }
      const old = db.prepare('SELECT max(id) FROM (SELECT id, last_at FROM block ORDER BY id LIMIT ?) WHERE last_at < ?').pluck()
      const lastOld = old.get(pruneBlocks, olderThan) as number | null
      if (lastOld === null) return false
      pruneAll(Math.min(most, (lastOld + 1) * logBlockLines))
      return true
    },
    close: () => db.close(),
  }
}
