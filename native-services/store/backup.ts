/** Copies of the database: made while it is written to, and looked through by a thread of their own, so that neither holds anybody up. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
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

export const noCounts = Object.fromEntries(Object.keys(backupTables).map((name) => [name, 0])) as BackupCounts

/** Reads a copy from end to end. Never throws for what is wrong with the copy. */
export function examineCopy(file: string, options: { seal: boolean }): Promise<CopyFacts> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(looker, {
      eval: true,
      name: 'backup check',
      execArgv: [],
      workerData: { file, seal: options.seal, tables: backupTables, module: createRequire(import.meta.url).resolve('better-sqlite3') },
    })
    worker.once('message', (facts: CopyFacts) => resolve({ ...facts, counts: { ...noCounts, ...facts.counts } }))
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('The copy could not be read to its end.')))
  })
}

/** Some 400 kB at a time: a breath of a millisecond between two of them. */
const pagesAtOnce = 100

/**
 * A consistent copy while others write. `progress` hears of pages and may throw to end it.
 * Rejects with what the disk says.
 */
export async function copyDatabase(db: Sqlite, file: string, progress: (done: number, total: number) => void): Promise<void> {
  await db.backup(file, {
    progress({ totalPages, remainingPages }) {
      progress(totalPages - remainingPages, totalPages)
      return pagesAtOnce
    },
  })
}

export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer)
  return hash.digest('hex')
}
