/** `/health`, `/readyz` and `/version`: the seed's fields, made true. */
import { z } from 'zod'
import { portOwner } from './entities.ts'
import { maybeTimestamp, timestamp } from './primitives.ts'
import { supervisorStatuses } from './states.ts'

export const versionInfo = z.object({
  runtimeServiceVersion: z.string(),
  openclawVersion: z.string().nullable(),
  node: z.string(),
})

/** `/health` answers 200 when `status` is `healthy` and 503 otherwise. Counters keep the seed's camelCase names. */
export const health = z.object({
  status: z.enum(['healthy', 'degraded']),
  /** Why it is not healthy; empty when it is. */
  reasons: z.array(z.string()),
  /** Seconds. */
  uptime: z.number(),
  versions: z.object({ runtimeService: z.string(), openclaw: z.string().nullable() }),
  gateway: z.object({
    state: z.enum(supervisorStatuses),
    pid: z.number().nullable(),
    port: z.number(),
    owned: z.boolean(),
    version: z.string().nullable(),
    running: z.boolean(),
    connected: z.boolean(),
    sessions: z.number(),
    lastSendAt: maybeTimestamp,
    lastSendError: z.string().nullable(),
    reason: z.string().nullable(),
    portOwner: portOwner.nullable(),
  }),
  delivery: z.object({
    running: z.boolean(),
    paused: z.boolean(),
    queued: z.number(),
    lastDelivery: maybeTimestamp,
    delivered: z.number(),
    failed: z.number(),
    consecutiveFailures: z.number(),
    lastErrorAt: maybeTimestamp,
    lastErrorMessage: z.string().nullable(),
    noResponseTerminalSkipCount: z.number(),
    requiredNotificationRetryExhaustedCount: z.number(),
  }),
  heartbeat: z.object({ running: z.boolean(), scheduledAgents: z.number(), nextAt: maybeTimestamp }),
  reconcile: z.object({ running: z.boolean(), pending: z.number(), nextAt: maybeTimestamp }),
  counts: z.object({ agents: z.number(), agentsOnline: z.number(), boards: z.number(), tasks: z.number() }),
  memory: z.object({ rss: z.number(), heapUsed: z.number() }),
  timestamp,
})
export type Health = z.infer<typeof health>

/** One named check per line; `ready` only when each of them passed. */
export const readiness = z.object({
  ready: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
})
export type Readiness = z.infer<typeof readiness>
