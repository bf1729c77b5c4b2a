/** Copies of the database: made while it is written to, and looked through by a thread of their own, so that neither holds anybody up. */
import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { type BackupCounts, backupTables } from '../contract/backups.ts'
import type { Sqlite } from './open.ts'

export interface CopyFacts {
  /** Empty when nothing is wrong with it. */
  problems: string[]
  schema_version: number
  counts: BackupCounts
  /** Contents that its attachments name. */
  files: string[]
  /** Agent → hash of its token. */
  tokens: Record<string, string | null>
}

/** Plain text, so that it needs no file of its own in a bundle. `seal`: what is left in a write-ahead log goes into the file. */
const looker = `
const { parentPort, workerData } = require('node:worker_threads')
const Database = require(workerData.module)
const facts = { problems: [], schema_version: 0, counts: {}, files: [], tokens: {} }
try {
  if (workerData.seal) {
    const own = new Database(workerData.file, { fileMustExist: true })
    own.pragma('wal_checkpoint(TRUNCATE)')
    own.pragma('journal_mode = DELETE')
    own.close()
  }
  const db = new Database(workerData.file, { readonly: true, fileMustExist: true })
  const some = (sql, otherwise) => { try { return db.prepare(sql).all() } catch (error) { if (/no such (table|column)/.test(String(error.message))) return otherwise; throw error } }
  facts.schema_version = db.pragma('user_version', { simple: true })
  facts.problems = db.prepare('PRAGMA integrity_check(20)').pluck().all().filter((row) => row !== 'ok')
  for (const [name, table] of Object.entries(workerData.tables)) facts.counts[name] = some('SELECT count(*) AS n FROM ' + table, [{ n: 0 }])[0].n
  facts.files = some('SELECT DISTINCT sha256 FROM attachments', []).map((row) => row.sha256)
  for (const row of some('SELECT id, token_hash FROM agents', [])) facts.tokens[row.id] = row.token_hash
  db.close()
} catch (error) {
  facts.problems.push(String(error && error.message || error))
}
parentPort.postMessage(facts)
`

const betterSqlite = (): string => createRequire(import.meta.url).resolve('better-sqlite3')

export const noCounts = Object.fromEntries(Object.keys(backupTables).map((name) => [name, 0])) as BackupCounts

/** Reads a copy from end to end. Never throws for what is wrong with the copy. */
export function examineCopy(file: string, options: { seal: boolean }): Promise<CopyFacts> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(looker, {
      eval: true,
      name: 'backup check',
      execArgv: [],
      workerData: { file, seal: options.seal, tables: backupTables, module: betterSqlite() },
    })
    worker.once('message', (facts: CopyFacts) => resolve({ ...facts, counts: { ...noCounts, ...facts.counts } }))
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('The copy could not be read to its end.')))
  })
}

/** One step: with a write-ahead log, a reader sees one state however long it takes, and holds nobody up. */
const copier = `
const { parentPort, workerData } = require('node:worker_threads')
const Database = require(workerData.module)
const db = new Database(workerData.from, { readonly: true, fileMustExist: true })
db.backup(workerData.to, { progress: () => 0x7fffffff }).then(
  () => { db.close(); parentPort.postMessage(null) },
  (error) => parentPort.postMessage(String(error && error.message || error)),
)
`
const lookEveryMs = 200

/**
 * A consistent copy while others write; the last write to disk alone would hold the event loop up, so a thread does it.
 * `progress` hears of bytes and may throw to end it. Rejects with what the disk says.
 */
export function copyDatabase(db: Sqlite, file: string, progress: (done: number, total: number) => void): Promise<void> {
  const total = (db.pragma('page_count', { simple: true }) as number) * (db.pragma('page_size', { simple: true }) as number)
  return new Promise((resolve, reject) => {
    const worker = new Worker(copier, {
      eval: true,
      name: 'backup copy',
      execArgv: [],
      workerData: { from: db.name, to: file, module: betterSqlite() },
    })
    const timer = setInterval(() => {
      try {
        progress(Math.min(total, statSync(file, { throwIfNoEntry: false })?.size ?? 0), total)
      } catch (error) {
        fail(error as Error)
        void worker.terminate()
      }
    }, lookEveryMs)
    function fail(error: Error): void {
      clearInterval(timer)
      reject(error)
    }
    worker.once('message', (problem: string | null) => {
      if (problem !== null) return fail(new Error(problem))
      clearInterval(timer)
      resolve()
    })
    worker.once('error', fail)
    worker.once('exit', () => fail(new Error('The copy of the database was not finished.')))
  })
}

export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer)
  return hash.digest('hex')
}
