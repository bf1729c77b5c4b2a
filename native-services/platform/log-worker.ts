/**
 * The log's own threads. One writes: lines in batches, files, rotation. The other reads, so that a search of minutes neither waits for the
 * writer nor holds it up, and can be ended when an expression does not come to an end. Started by `createLogStore`.
 */
import { renameSync, rmSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { isDamage, type LogDb, openLogDb } from './log-db.ts'
import { createLogFiles, type LogFiles } from './log-files.ts'
import type { NewLogLine } from './log-lines.ts'
import { createLogWriter } from './log-writer.ts'
import type { LogWorkerData, ReaderRequest, WriterRequest } from './log-worker-protocol.ts'

const port = parentPort
const data = workerData as LogWorkerData

/** A damaged file is kept beside the new one, the last of them only. */
function setAside(file: string): void {
  rmSync(`${file}.damaged`, { force: true })
  for (const ending of ['-wal', '-shm']) rmSync(`${file}${ending}`, { force: true })
  try {
    renameSync(file, `${file}.damaged`)
  } catch {
    rmSync(file, { force: true })
  }
}

function openOrBeginAnew(file: string): { db: LogDb; damaged: string | null } {
  try {
    return { db: openLogDb({ file }), damaged: null }
  } catch (error) {
    if (!isDamage(error)) throw error
    setAside(file)
    return { db: openLogDb({ file }), damaged: error instanceof Error ? error.message : String(error) }
  }
}

function files(): LogFiles | null {
  try {
    return data.directory === null ? null : createLogFiles({ directory: data.directory, ...data.files })
  } catch {
    return null
  }
}

function runWriter(): void {
  const done = new Int32Array(data.progress)
  const { db: first, damaged } = openOrBeginAnew(data.database)
  let db = first
  const writer = createLogWriter({ db: () => db, files: files(), limits: data.limits })
  const notice = (reason: string): NewLogLine => ({
    at: Date.now(),
    level: 'warn',
    source: 'services',
    scope: 'log',
    message: `logs.begun_anew reason=${JSON.stringify(reason)} kept_as=${JSON.stringify(`${data.database}.damaged`)}`,
  })
  function beginAnew(reason: string): void {
    db.close()
    setAside(data.database)
    ;({ db } = openOrBeginAnew(data.database))
    port?.postMessage({ type: 'anew' })
    writer.write([notice(reason)])
  }
  if (damaged !== null) writer.write([notice(damaged)])

  port?.on('message', (request: WriterRequest) => {
    if (request.type === 'stop') {
      writer.stop()
      db.close()
      port.close()
      return
    }
    if (request.type === 'damaged') return beginAnew(request.reason)
    let result = writer.write(request.lines)
    if ('error' in result && result.damaged) {
      beginAnew(result.error)
      result = writer.write(request.lines)
    }
    Atomics.store(done, 0, request.id)
    Atomics.notify(done, 0)
    port.postMessage(
      'error' in result ? { type: 'written', id: request.id, error: result.error } : { type: 'written', id: request.id, ...result },
    )
  })
  port?.postMessage({ type: 'ready' })
}

function runReader(): void {
  let db: LogDb | null = null
  const answer = (request: ReaderRequest): unknown => {
    db ??= openLogDb({ file: data.database, readonly: true })
    if (request.type === 'page') return db.page(request.filter, request.budgetMs)
    if (request.type === 'lines') return db.lines(request.seqs)
    return db.stats()
  }
  port?.on('message', (request: ReaderRequest) => {
    try {
      port.postMessage({ id: request.id, value: answer(request) })
    } catch (error) {
      db?.close()
      db = null
      port.postMessage({ id: request.id, error: error instanceof Error ? error.message : String(error), damaged: isDamage(error) })
    }
  })
}

if (data.role === 'writer') runWriter()
else runReader()
