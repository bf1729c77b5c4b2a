/** A row of the `line` table and the line that it stands for. */
import { logLevels, logSources, type StoredLogLine } from './log-lines.ts'

export interface LineRow {
  seq: number
  at: number
  last_at: number
  repeat_count: number
  level: number
  source: number
  scope: string
  message: string
  agent_id: string | null
  request_id: string | null
  run_id: string | null
}

export const lineColumns = 'seq, at, last_at, repeat_count, level, source, scope, message, agent_id, request_id, run_id'

/** In lists and in the stream; the whole message is asked for by number. */
const shownMessage = 2000

/** Lists and frames carry the beginning of a message that is very long. */
export function shorten(line: StoredLogLine): StoredLogLine {
  return line.message.length <= shownMessage ? line : { ...line, message: line.message.slice(0, shownMessage) }
}

export function toLine(row: LineRow): StoredLogLine {
  return {
    seq: row.seq,
    at: row.at,
    last_at: row.last_at,
    repeat_count: row.repeat_count,
    level: logLevels[row.level] ?? 'info',
    source: logSources[row.source] ?? 'services',
    scope: row.scope,
    message: row.message,
    length: row.message.length,
    agent_id: row.agent_id,
    request_id: row.request_id,
    run_id: row.run_id,
  }
}
