/** The health of a gateway, layer by layer: each one can only be well when the one before it is. */
import { z } from 'zod'
import { id, maybeTimestamp, timestamp } from './primitives.ts'
import type { Tone } from './states.ts'

export const healthLayerNames = ['process', 'http', 'websocket', 'request', 'run'] as const
export type HealthLayerName = (typeof healthLayerNames)[number]

export const healthLayer = z.object({
  layer: z.enum(healthLayerNames),
  state: z.enum(['ok', 'failing', 'unknown']),
  /** Since when it is in this state, as far as we saw. */
  since_at: timestamp,
  /** When it was last looked at; null: never. */
  checked_at: maybeTimestamp,
  latency_ms: z.number().nullable(),
  /** What was found, in words; null when there is nothing to add. */
  detail: z.string().nullable(),
  /** The last error as it came; null when there was none. */
  error: z.string().nullable(),
})
export type HealthLayer = z.infer<typeof healthLayer>

/**
 * `healthy` is said only when an authenticated call was answered and the last run of an agent succeeded; `unproven` when it answers and
 * no agent has finished a run yet.
 */
export const healthVerdicts = ['healthy', 'unproven', 'failing', 'down', 'unknown'] as const
export type HealthVerdict = (typeof healthVerdicts)[number]

export const gatewayHealth = z.object({
  verdict: z.enum(healthVerdicts),
  /** Why, in a sentence. */
  sentence: z.string(),
  layers: z.array(healthLayer),
  /** The last run that succeeded. */
  last_run: z
    .object({ agent_id: id, agent_name: z.string(), task_id: id.nullable(), board_id: id.nullable(), ended_at: timestamp })
    .nullable(),
})
export type GatewayHealth = z.infer<typeof gatewayHealth>

// oxfmt-ignore
export const healthVerdictWords: Readonly<Record<HealthVerdict, { label: string; tone: Tone; icon: string }>> = {
  healthy: { label: 'Healthy', tone: 'good', icon: 'circle-check' },
  unproven: { label: 'Answers', tone: 'busy', icon: 'circle-check' },
  failing: { label: 'Not healthy', tone: 'bad', icon: 'triangle-alert' },
  down: { label: 'Not running', tone: 'idle', icon: 'circle-stop' },
  unknown: { label: 'Not known', tone: 'idle', icon: 'loader' },
}

export const healthLayerWords: Readonly<Record<HealthLayerName, { label: string; short: string; asks: string }>> = {
  process: { label: 'Process', short: 'Process', asks: 'Does the gateway run?' },
  http: { label: 'HTTP', short: 'HTTP', asks: 'Does its port answer, and does it say that it is ready?' },
  websocket: { label: 'WebSocket', short: 'WebSocket', asks: 'Were we let in?' },
  request: { label: 'Authenticated call', short: 'Call', asks: 'Is a real request answered, and how fast?' },
  run: { label: 'Agent run', short: 'Run', asks: 'Did the last run of an agent succeed?' },
}
