/** Asking for log lines. A `seq` is the number of a line: it grows by one per row and survives restarts. */
import { z } from 'zod'
import { logLine } from './entities.ts'
import { id, timestamp } from './primitives.ts'

const moment = z
  .string()
  .max(40)
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be a moment, e.g. 2026-11-21T06:00:00Z')
  .transform((text) => Date.parse(text))

const queryTrue = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1')
const seq = z.coerce.number().int().min(0)

export const logFilterQuery = z.object({
  /** This level and the graver ones. */
  level: z.enum(['debug', 'info', 'warn', 'error']).optional(),
  source: z.enum(['gateway', 'services', 'host', 'desktop']).optional(),
  /** With those below: `gateway` includes `gateway/ws`. */
  scope: z.string().max(100).optional(),
  agent_id: id.optional(),
  request_id: z.string().max(100).optional(),
  run_id: z.string().max(100).optional(),
  from: moment.optional(),
  to: moment.optional(),
  /** All words, in any case, anywhere in the line; `"in quotes"` is one word. */
  q: z.string().max(500).optional(),
  /** `q` is a regular expression over the message, in any case. */
  regex: queryTrue.optional(),
})

export const logsQuery = logFilterQuery.extend({
  limit: z.coerce.number().int().min(1).max(5000).default(1000),
  /** Only lines before this one: the newest of them. */
  before: seq.optional(),
  /** Only lines after this one: the oldest of them. */
  after: seq.optional(),
})

export const logPage = z.object({
  /** Oldest first. */
  items: z.array(logLine),
  /** Where to go on towards older lines; null when there is nothing older. A search has a time budget per request: a page may be short, even empty, and yet go on. */
  next_before: z.number().nullable(),
  /** The same towards newer ones, when `after` was given. */
  next_after: z.number().nullable(),
  /** Lines that this request has decided about. */
  scanned: z.number().int(),
})

export const logContextQuery = z.object({ lines: z.coerce.number().int().min(1).max(500).default(50) })

export const logExportQuery = logFilterQuery.extend({
  format: z.enum(['ndjson', 'text']).default('ndjson'),
  /** The newest so many that match. */
  limit: z.coerce.number().int().min(1).max(200_000).default(200_000),
})

export const logStats = z.object({
  /** Rows on disk, and the lines lost because the disk did not take them or they came too fast. */
  lines: z.number().int(),
  lost: z.number().int(),
  bytes: z.number().int(),
  /** The oldest lines go when it grows beyond. */
  max_bytes: z.number().int(),
  first_seq: z.number().nullable(),
  last_seq: z.number().nullable(),
  oldest_at: timestamp.nullable(),
  newest_at: timestamp.nullable(),
  /** Folder of the plain files; null when lines are kept in memory only. */
  folder: z.string().nullable(),
  /** Why nothing is written at present; null when all is well. */
  trouble: z.string().nullable(),
})
export type LogStatsWire = z.infer<typeof logStats>

export const logRepeat = z.object({ seq: z.number().int(), repeat_count: z.number().int(), last_at: timestamp })
