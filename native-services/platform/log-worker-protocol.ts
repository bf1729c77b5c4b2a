/** What the log's threads are told. Both ends are ours and of one version, so nothing is validated here. */
import type { LogFilter, NewLogLine, WrittenLines } from './log-lines.ts'

export interface LogLimits {
  maxBytes: number
  maxAgeMs: number
}

export interface LogWorkerData {
  role: 'writer' | 'reader'
  database: string
  /** For the plain files; null for none. */
  directory: string | null
  files: { maxBytes?: number; files?: number }
  limits: LogLimits
  /** One 32-bit number: the last batch that was written, so that a dying process can wait for it. */
  progress: SharedArrayBuffer
}

export type WriterRequest =
  | { type: 'write'; id: number; lines: readonly NewLogLine[] }
  | { type: 'damaged'; reason: string }
  | { type: 'stop' }
export type WriterAnswer =
  | { type: 'ready' }
  /** The file was damaged: the reader holds one that is no longer it. */
  | { type: 'anew' }
  | ({ type: 'written'; id: number } & WrittenLines)
  | { type: 'written'; id: number; error: string }

export type ReaderRequest = { id: number } & (
  | { type: 'page'; filter: LogFilter; budgetMs: number }
  | { type: 'lines'; seqs: readonly number[] }
  | { type: 'stats' }
)
export type ReaderAnswer = { id: number; value: unknown } | { id: number; error: string; damaged: boolean }
