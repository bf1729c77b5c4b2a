/** What the processes cost: memory, CPU, how long the services were held up; the last hour, oldest first. */
import { z } from 'zod'
import { maybeTimestamp, timestamp } from './primitives.ts'

export const processParts = ['gateway', 'services', 'host'] as const
export type ProcessPart = (typeof processParts)[number]

const reading = z.object({
  pid: z.number().int(),
  /** Resident memory of the process and of what it started, bytes. */
  rss: z.number().int(),
  /** CPU since the sample before, in cores: 1 = one core all the time. Null for the first. */
  cpu: z.number().nullable(),
  /** How many processes were counted. */
  processes: z.number().int(),
})

export const processSample = z.object({
  at: timestamp,
  gateway: reading.nullable(),
  services: reading.nullable(),
  host: reading.nullable(),
  /** The longest time that the services' event loop was held up since the sample before, ms; only measured while somebody looks. */
  lag_ms: z.number().nullable(),
})
export type ProcessSample = z.infer<typeof processSample>

/** The newest of a part, and what its hour says. */
export const processState = z.object({
  part: z.enum(processParts),
  pid: z.number().int().nullable(),
  rss: z.number().int().nullable(),
  cpu: z.number().nullable(),
  processes: z.number().int(),
  /** Megabytes an hour by which its memory grows (a line through its samples); null while it cannot be told. */
  trend_mb_h: z.number().nullable(),
  /** Since when it has used most of a core; null when it does not, or not for five minutes yet. */
  hot_since_at: maybeTimestamp,
  /** Its memory only ever grows, as far back as we know since then. */
  leak_since_at: maybeTimestamp,
  leaking: z.boolean(),
})
export type ProcessState = z.infer<typeof processState>

export const processMetrics = z.object({
  samples: z.array(processSample),
  parts: z.array(processState),
  /** Time between two samples at present, ms. */
  every_ms: z.number().int(),
  /** Until then it is sampled often; asking again extends it. */
  watched_until_at: timestamp,
})
export type ProcessMetrics = z.infer<typeof processMetrics>
