/** The two threads of the log as seen from the event loop, and a stand-in that does the same in memory, here. */
import { Worker } from 'node:worker_threads'
import { AppError } from '../contract/errors.ts'
import { openLogDb } from './log-db.ts'
import type { LogFilter, LogPage, LogStats, NewLogLine, StoredLogLine, WrittenLines } from './log-lines.ts'
import type { LogLimits, LogWorkerData, ReaderAnswer, ReaderRequest, WriterAnswer, WriterRequest } from './log-worker-protocol.ts'

export interface LogThreads {
  /** `done` is called once: with where the lines went, or null when they could not be written. */
  write(lines: readonly NewLogLine[], done: (written: WrittenLines | null) => void): void
  /** Resolves when all that was given to `write` is decided. */
  written(): Promise<void>
  /** Blocks until then, `ms` at most: for a process that is about to end. */
  waitForWrites(ms: number): void
  /** Lines that were given to `write` and are not decided. */
  waiting(): number
  page(filter: LogFilter): Promise<LogPage>
  lines(seqs: readonly number[]): Promise<StoredLogLine[]>
  stats(): Promise<LogStats>
  /** Why nothing is written at present. */
  trouble(): string | null
  stop(): void
}

/** A search answers after this long with what it has, and where to go on. */
const searchBudgetMs = 120
/** One that has not answered by then hangs in its expression. */
const searchHangsMs = 3000
/** The reading thread costs memory: it ends when nobody reads. */
const readerIdleMs = 60_000
const restartsAtMost = 5

/** Beside the sources when they are run directly, beside the bundle when that is. Inside app.asar Electron reads it as any file. */
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './log-worker.ts' : './log-worker.js', import.meta.url)

export function createLogInMemory(limits: LogLimits): LogThreads {
  const db = openLogDb({ file: ':memory:' })
  let stopped = false
  return {
    write(lines, done) {
      let written: WrittenLines | null = null
      try {
        if (!stopped) written = db.write(lines)
        db.prune({ maxBytes: Math.min(limits.maxBytes, 64 * 1024 * 1024), olderThan: 0 })
      } catch {
        // Nothing to fall back to.
      }
      done(written)
    },
    written: () => Promise.resolve(),
    waitForWrites: () => undefined,
    waiting: () => 0,
    page: async (filter) => db.page(filter, searchBudgetMs),
    lines: async (seqs) => db.lines(seqs),
    stats: async () => db.stats(),
    trouble: () => null,
    stop() {
      stopped = true
    },
  }
}

interface Batch {
  lines: readonly NewLogLine[]
  done: (written: WrittenLines | null) => void
}

export function createLogThreads(options: Omit<LogWorkerData, 'role' | 'progress'>): LogThreads {
  const progress = new SharedArrayBuffer(4)
  const decided = new Int32Array(progress)
  const batches = new Map<number, Batch>()
  let lastBatch = 0
  let waitingLines = 0
  let trouble: string | null = null
  let stopped = false
  let restarts = 0
  /** When threads cannot be had, lines are kept in memory. */
  let instead: LogThreads | null = null
  let idle: (() => void)[] = []
  let beReady = (): void => undefined
  /** The file is there, or it is known that there will be none. */
  const ready = new Promise<void>((resolve) => (beReady = resolve))

  const start = (role: LogWorkerData['role']): Worker => {
    const worker = new Worker(workerFile, {
      workerData: { ...options, role, progress } satisfies LogWorkerData,
      name: `log ${role}`,
      // What the main thread was started with (inspectors, loaders) is not for this one.
      execArgv: [],
    })
    worker.unref()
    return worker
  }

  // — writing —
  function settle(id: number, written: WrittenLines | null): void {
    const batch = batches.get(id)
    if (!batch) return
    batches.delete(id)
    waitingLines -= batch.lines.length
    batch.done(written)
    if (batches.size > 0) return
    const resolve = idle
    idle = []
    for (const each of resolve) each()
  }

  let writer: Worker | null = null
  function startWriter(): void {
    const mine = start('writer')
    writer = mine
    mine.on('message', (answer: WriterAnswer) => {
      if (answer.type === 'ready') return beReady()
      if (answer.type === 'anew') return endReader(new AppError('internal', 'The log file was damaged and has been begun anew. Try again.'))
      if ('error' in answer) {
        trouble = `Log lines cannot be written: ${answer.error}. They are shown as they come and kept nowhere.`
        settle(answer.id, null)
      } else {
        trouble = null
        settle(answer.id, answer)
      }
    })
    mine.on('error', (error) => {
      trouble = `The log's thread ended: ${error.message}`
    })
    mine.on('exit', () => {
      if (stopped || writer !== mine) return
      writer = null
      restarts += 1
      if (restarts <= restartsAtMost) {
        startWriter()
        for (const [id, batch] of batches) post({ type: 'write', id, lines: batch.lines })
        return
      }
      instead = createLogInMemory(options.limits)
      beReady()
      for (const [id, batch] of batches) instead.write(batch.lines, (written) => settle(id, written))
    })
  }
  const post = (request: WriterRequest): void => writer?.postMessage(request)
  startWriter()

  // — reading —
  type Ask = { type: 'page'; filter: LogFilter; budgetMs: number } | { type: 'lines'; seqs: readonly number[] } | { type: 'stats' }
  interface Question {
    resolve: (value: unknown) => void
    reject: (error: unknown) => void
    timer: NodeJS.Timeout
    request: Ask
  }
  const questions = new Map<number, Question>()
  let reader: Worker | null = null
  let readerIdle: NodeJS.Timeout | undefined
  let lastQuestion = 0

  function endReader(error: AppError | null): void {
    const ended = reader
    reader = null
    clearTimeout(readerIdle)
    void ended?.terminate()
    if (!error) return
    for (const question of questions.values()) {
      clearTimeout(question.timer)
      question.reject(error)
    }
    questions.clear()
  }

  function take(answer: ReaderAnswer): void {
    const question = questions.get(answer.id)
    if (!question) return
    questions.delete(answer.id)
    clearTimeout(question.timer)
    if ('value' in answer) question.resolve(answer.value)
    else {
      if (answer.damaged) {
        post({ type: 'damaged', reason: answer.error })
        endReader(null)
      }
      question.reject(new AppError('internal', `The log cannot be read: ${answer.error}`))
    }
    clearTimeout(readerIdle)
    readerIdle = setTimeout(() => questions.size === 0 && endReader(null), readerIdleMs)
    readerIdle.unref()
  }

  function startReader(): Worker {
    const mine = start('reader')
    mine.on('message', take)
    mine.on('error', (error) => {
      if (reader === mine) endReader(new AppError('internal', `The log cannot be read: ${error.message}`))
    })
    return mine
  }

  function ask(request: Ask): Promise<unknown> {
    lastQuestion += 1
    const full: ReaderRequest = { id: lastQuestion, ...request }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const hangs = request.type === 'page' && request.filter.regex
        questions.delete(full.id)
        endReader(null)
        reject(
          hangs
            ? new AppError('invalid_request', 'This expression takes too long: write it without nested repetition such as (a+)+.', {
                field: 'query.q',
              })
            : new AppError('internal', 'The log did not answer in time. Try again.'),
        )
        // Those who waited behind it are asked again.
        const others = [...questions.values()]
        questions.clear()
        for (const other of others) {
          clearTimeout(other.timer)
          ask(other.request).then(other.resolve, other.reject)
        }
      }, searchHangsMs)
      questions.set(full.id, { resolve, reject, timer, request })
      reader ??= startReader()
      reader.postMessage(full)
    })
  }

  return {
    write(lines, done) {
      if (instead) return instead.write(lines, done)
      lastBatch += 1
      batches.set(lastBatch, { lines, done })
      waitingLines += lines.length
      post({ type: 'write', id: lastBatch, lines })
    },
    async written() {
      await ready
      if (batches.size > 0) await new Promise<void>((resolve) => idle.push(resolve))
    },
    waitForWrites(ms) {
      const until = Date.now() + ms
      while (batches.size > 0 && writer) {
        const at = Atomics.load(decided, 0)
        const left = until - Date.now()
        if (at >= lastBatch || left <= 0) return
        Atomics.wait(decided, 0, at, left)
      }
    },
    waiting: () => waitingLines,
    page: (filter) => (instead ? instead.page(filter) : (ask({ type: 'page', filter, budgetMs: searchBudgetMs }) as Promise<LogPage>)),
    lines: (seqs) => (instead ? instead.lines(seqs) : (ask({ type: 'lines', seqs }) as Promise<StoredLogLine[]>)),
    stats: () => (instead ? instead.stats() : (ask({ type: 'stats' }) as Promise<LogStats>)),
    trouble: () => trouble,
    stop() {
      stopped = true
      beReady()
      endReader(new AppError('shutting_down', 'The control center is shutting down.'))
      post({ type: 'stop' })
      writer = null
    },
  }
}
