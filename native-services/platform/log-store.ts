/**
 * The log of all parts of the program: written and searched by threads of its own (`log-worker.ts`), so that neither a flood of lines nor a
 * search through millions of them holds up the event loop. Lines are redacted here, before they go anywhere.
 */
import { AppError } from '../contract/errors.ts'
import type { Clock, TimerHandle } from './clock.ts'
import type { LogFilter, LogPage, LogRepeat, LogStats, NewLogLine, StoredLogLine, WrittenLines } from './log-lines.ts'
import { shorten } from './log-rows.ts'
import { createLogInMemory, createLogThreads } from './log-threads.ts'
import { redact } from './redact.ts'

/** What subscribers are told, at most ten times a second. */
export interface LogBatch {
  lines: readonly StoredLogLine[]
  repeats: readonly LogRepeat[]
  /** Lines that are not in here, older than those that are; they can be read with `list`. */
  skipped: number
}

export interface LogStore {
  append(lines: readonly NewLogLine[]): void
  /** Oldest first, the newest page of what matches. Throws `invalid_request` for an expression that is none or never ends. */
  list(filter: LogFilter): Promise<LogPage>
  /** Lines with their whole messages, in the order of their numbers; those that are gone are left out. */
  lines(seqs: readonly number[]): Promise<StoredLogLine[]>
  stats(): Promise<LogStats & { lost: number; max_bytes: number; folder: string | null; trouble: string | null }>
  subscribe(listener: (batch: LogBatch) => void): () => void
  /** Writes what is still in memory and waits for it, half a second at most. */
  flush(): void
  stop(): void
}

const flushEveryMs = 100
const longestMessage = 65_536
const linesPerFrame = 1000
/** A thread that cannot keep up with more than this loses lines, not memory. */
const mostWaiting = 50_000
/** Some five million lines with their index. */
const defaultMaxBytes = 1.25 * 1024 ** 3
const monthMs = 30 * 86_400_000

const requestPattern = /\brequest_?id"?[=:]\s?"?([\w.:-]{6,100})/i
const runPattern = /\brun_?id"?[=:]\s?"?([\w.:-]{6,100})/i

/**
 * @param options.database The SQLite file; null keeps lines in memory.
 * @param options.directory Where `<source>.jsonl` are written; null for none.
 * @param options.maxBytes Of the database; 1.25 GB unless told.
 */
export function createLogStore(options: {
  clock: Clock
  database: string | null
  directory: string | null
  maxBytes?: number
  maxAgeMs?: number
  files?: { maxBytes?: number; files?: number }
}): LogStore {
  const { clock } = options
  const limits = { maxBytes: options.maxBytes ?? defaultMaxBytes, maxAgeMs: options.maxAgeMs ?? monthMs }
  const listeners = new Set<(batch: LogBatch) => void>()
  const threads =
    options.database === null
      ? createLogInMemory(limits)
      : createLogThreads({ database: options.database, directory: options.directory, files: options.files ?? {}, limits })
  let fresh: NewLogLine[] = []
  let timer: TimerHandle | null = null
  let lost = 0
  let stopped = false

  function prepare(line: NewLogLine): NewLogLine {
    const message = redact(line.message.length > longestMessage ? `${line.message.slice(0, longestMessage)}…` : line.message)
    return {
      at: line.at,
      level: line.level,
      source: line.source,
      scope: line.scope,
      message,
      agent_id: line.agent_id ?? null,
      request_id: line.request_id ?? requestPattern.exec(message)?.[1] ?? null,
      run_id: line.run_id ?? runPattern.exec(message)?.[1] ?? null,
    }
  }

  function tell(lines: readonly NewLogLine[], { seqs, repeats }: WrittenLines): void {
    if (listeners.size === 0) return
    const rows = new Map<number, StoredLogLine>()
    const again = new Map<number, LogRepeat>()
    for (const [index, line] of lines.entries()) {
      const seq = seqs[index] ?? 0
      const repeat_count = repeats[index] ?? 1
      const known = rows.get(seq)
      if (known) Object.assign(known, { repeat_count, last_at: line.at })
      else if (repeat_count > 1) again.set(seq, { seq, repeat_count, last_at: line.at })
      else
        rows.set(seq, {
          ...shorten({
            ...line,
            seq,
            length: line.message.length,
            agent_id: line.agent_id ?? null,
            request_id: line.request_id ?? null,
            run_id: line.run_id ?? null,
            repeat_count,
            last_at: line.at,
          }),
        })
    }
    const all = [...rows.values()]
    const batch: LogBatch = {
      lines: all.length > linesPerFrame ? all.slice(-linesPerFrame) : all,
      repeats: [...again.values()],
      skipped: Math.max(0, all.length - linesPerFrame),
    }
    for (const listener of listeners) listener(batch)
  }

  function send(): void {
    timer?.cancel()
    timer = null
    if (fresh.length === 0) return
    const lines = fresh
    fresh = []
    if (threads.waiting() + lines.length > mostWaiting) {
      lost += lines.length
      return
    }
    threads.write(lines, (written) => {
      if (written) tell(lines, written)
      else lost += lines.length
    })
  }

  /** A list sees every line that was appended before it. */
  async function settled(): Promise<void> {
    send()
    await threads.written()
  }

  function flush(): void {
    send()
    threads.waitForWrites(500)
  }

  return {
    append(lines) {
      if (stopped) return
      for (const line of lines) fresh.push(prepare(line))
      timer ??= clock.setTimer(flushEveryMs, send)
    },
    async list(filter) {
      if (filter.regex && filter.q) {
        try {
          new RegExp(filter.q, 'i')
        } catch (error) {
          throw new AppError('invalid_request', `This is not a regular expression: ${(error as Error).message}.`, { field: 'query.q' })
        }
      }
      await settled()
      return threads.page(filter)
    },
    async lines(seqs) {
      await settled()
      return threads.lines(seqs)
    },
    async stats() {
      await settled()
      return {
        ...(await threads.stats()),
        lost,
        max_bytes: limits.maxBytes,
        folder: options.database === null ? null : options.directory,
        trouble: threads.trouble(),
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    flush,
    stop() {
      if (stopped) return
      stopped = true
      flush()
      threads.stop()
    },
  }
}
