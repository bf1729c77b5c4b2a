/** The shapes that the parts of the log pass to each other. Times are integer milliseconds. */
import type { LogLine } from '../contract/entities.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export const logSources = ['gateway', 'services', 'host', 'desktop'] as const
export type LogLevelName = (typeof logLevels)[number]
export type LogSourceName = (typeof logSources)[number]

/** A line with its times in milliseconds. */
export type StoredLogLine = Omit<LogLine, 'at' | 'last_at'> & { at: number; last_at: number }

export interface NewLogLine {
  at: number
  level: LogLevelName
  source: LogSourceName
  scope: string
  message: string
  agent_id?: string | null
  request_id?: string | null
  run_id?: string | null
}

/** A row that stands for one more of its kind. */
export interface LogRepeat {
  seq: number
  repeat_count: number
  last_at: number
}

export interface LogFilter {
  limit: number
  /** Only lines with a smaller `seq`; the newest ones without it. */
  before?: number | undefined
  /** Only lines with a greater `seq`, the oldest of them first: the other direction. With `before`, both bounds hold. */
  after?: number | undefined
  /** This level and the graver ones. */
  level?: LogLevelName | undefined
  source?: LogSourceName | undefined
  /** This scope and those below it: `gateway` has `gateway/ws` in it. */
  scope?: string | undefined
  agent_id?: string | undefined
  request_id?: string | undefined
  run_id?: string | undefined
  from?: number | undefined
  to?: number | undefined
  /** Words that the line contains, all of them, in any case; `"in quotes"` is one word. */
  q?: string | undefined
  /** `q` is a regular expression, in any case, over the message. */
  regex?: boolean | undefined
}

export interface LogPage {
  /** Oldest first. */
  items: StoredLogLine[]
  /** Leads to the page before; null when nothing older can match. A page may end early: the search has a time budget, and goes on from here. */
  next_before: number | null
  /** The same towards newer lines, when `after` was given. */
  next_after: number | null
  /** How many lines this page has decided about, matching or not. */
  scanned: number
}

export interface LogStats {
  lines: number
  bytes: number
  first_seq: number | null
  last_seq: number | null
  oldest_at: number | null
  newest_at: number | null
}

/** Of each line of a batch: the row it is in, and how many that row stands for now. */
export interface WrittenLines {
  seqs: Float64Array
  repeats: Float64Array
}
