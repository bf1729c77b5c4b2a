/** The log as the renderer reads it: the newest lines of all parts in memory, every line in a file per part, batches to those who listen. */
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { LogLine } from '../contract/entities.ts'
import type { Clock, TimerHandle } from './clock.ts'
import { redact } from './redact.ts'

/** A line with its time in milliseconds. */
export type StoredLogLine = Omit<LogLine, 'at'> & { at: number }
export type NewLogLine = Omit<StoredLogLine, 'seq' | 'agent_id' | 'request_id'> & { agent_id?: string | null; request_id?: string | null }

export interface LogFilter {
  limit: number
  /** Only lines with a smaller `seq`. */
  before?: number | undefined
  /** This level and the graver ones. */
  level?: LogLine['level'] | undefined
  source?: LogLine['source'] | undefined
  agent_id?: string | undefined
  /** Words that the line contains, in any case. */
  q?: string | undefined
}

export interface LogStore {
  append(lines: readonly NewLogLine[]): void
  /** Oldest first, the newest page of what matches. `next_before` leads to the page before it; null when there is none. */
  list(filter: LogFilter): { items: StoredLogLine[]; next_before: number | null }
  /** Called with batches, at most ten a second. Returns how to stop. */
  subscribe(listener: (lines: readonly StoredLogLine[]) => void): () => void
  /** Writes what is still in memory. */
  flush(): void
  stop(): void
}

const levels = ['debug', 'info', 'warn', 'error'] as const
const flushEveryMs = 100
const longestMessage = 16_384

/**
 * @param options.directory Where `<source>.jsonl` are written; null keeps lines in memory only.
 * @param options.ringSize Lines in memory, 20 000 unless told.
 */
export function createLogStore(options: {
  clock: Clock
  directory: string | null
  ringSize?: number
  maxBytes?: number
  files?: number
}): LogStore {
  const { clock, directory } = options
  const ringSize = options.ringSize ?? 20_000
  const maxBytes = options.maxBytes ?? 10 * 1024 * 1024
  const files = options.files ?? 5
  const listeners = new Set<(lines: readonly StoredLogLine[]) => void>()
  const sizes = new Map<string, number>()
  let ring: StoredLogLine[] = []
  let fresh: StoredLogLine[] = []
  let seq = 0
  let timer: TimerHandle | null = null

  function write(source: string, text: string): void {
    if (directory === null) return
    const file = path.join(directory, `${source}.jsonl`)
    try {
      let size = sizes.get(file) ?? statSync(file, { throwIfNoEntry: false })?.size ?? 0
      if (size + text.length > maxBytes && size > 0) {
        rotate(file)
        size = 0
      }
      appendFileSync(file, text, { mode: 0o600 })
      sizes.set(file, size + Buffer.byteLength(text))
    } catch {
      // A full disk must not take the program down with it; the lines are still in memory.
    }
  }

  /** `x.jsonl` → `x.1.jsonl` → … ; the oldest goes. */
  function rotate(file: string): void {
    const numbered = (n: number): string => (n === 0 ? file : file.replace(/\.jsonl$/, `.${n}.jsonl`))
    rmSync(numbered(files - 1), { force: true })
    for (let n = files - 2; n >= 0; n -= 1) if (statSync(numbered(n), { throwIfNoEntry: false })) renameSync(numbered(n), numbered(n + 1))
  }

  function flush(): void {
    timer?.cancel()
    timer = null
    if (fresh.length === 0) return
    const lines = fresh
    fresh = []
    for (const source of new Set(lines.map((line) => line.source))) {
      write(
        source,
        lines
          .filter((line) => line.source === source)
          .map((line) => `${JSON.stringify({ ...line, at: new Date(line.at).toISOString() })}\n`)
          .join(''),
      )
    }
    for (const listener of listeners) listener(lines)
  }

  if (directory !== null) mkdirSync(directory, { recursive: true, mode: 0o700 })

  return {
    append(lines) {
      for (const line of lines) {
        seq += 1
        const message = redact(line.message.length > longestMessage ? `${line.message.slice(0, longestMessage)}…` : line.message)
        const stored = {
          seq,
          at: line.at,
          level: line.level,
          source: line.source,
          scope: line.scope,
          message,
          agent_id: line.agent_id ?? null,
          request_id: line.request_id ?? null,
        }
        ring.push(stored)
        fresh.push(stored)
      }
      // Cut in steps: shifting one by one would move the whole ring for each line.
      if (ring.length > ringSize * 1.25) ring = ring.slice(-ringSize)
      timer ??= clock.setTimer(flushEveryMs, flush)
    },

    list(filter) {
      const least = filter.level === undefined ? 0 : levels.indexOf(filter.level)
      const words = filter.q?.toLowerCase()
      const items: StoredLogLine[] = []
      const start = Math.max(0, ring.length - ringSize)
      for (let index = ring.length - 1; index >= start; index -= 1) {
        const line = ring[index] as StoredLogLine
        if (filter.before !== undefined && line.seq >= filter.before) continue
        if (levels.indexOf(line.level) < least) continue
        if (filter.source !== undefined && line.source !== filter.source) continue
        if (filter.agent_id !== undefined && line.agent_id !== filter.agent_id) continue
        if (words !== undefined && !line.message.toLowerCase().includes(words) && !line.scope.toLowerCase().includes(words)) continue
        // One more than asked for tells that there is another page.
        if (items.length === filter.limit) return { items: items.reverse(), next_before: items[0]?.seq ?? null }
        items.push(line)
      }
      return { items: items.reverse(), next_before: null }
    },

    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    flush,
    stop: flush,
  }
}
