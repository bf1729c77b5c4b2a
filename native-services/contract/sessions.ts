/** Conversations of an agent inside the gateway: they live there and are only shown and steered here. */
import { z } from 'zod'
import { id, maybeTimestamp } from './primitives.ts'

/** `agent:<agent's id in the gateway>:<rest>` */
export const sessionKey = z.string().min(1).max(500)

export const agentSession = z.object({
  key: z.string(),
  label: z.string().nullable(),
  kind: z.string().nullable(),
  /** The gateway's own word, e.g. `running`, `done`, `failed`. */
  status: z.string().nullable(),
  has_active_run: z.boolean(),
  last_run_error: z.string().nullable(),
  model: z.string().nullable(),
  input_tokens: z.number().nullable(),
  output_tokens: z.number().nullable(),
  total_tokens: z.number().nullable(),
  /** US dollars, as the gateway estimates it. */
  estimated_cost: z.number().nullable(),
  updated_at: maybeTimestamp,
  last_message: z.string().nullable(),
  /** The agent's own conversation, which wakes and heartbeats use. */
  is_main: z.boolean(),
  /** The task whose thread it belongs to. */
  task_id: z.string().nullable(),
})
export type AgentSession = z.infer<typeof agentSession>

export const sessionMessage = z.object({
  id: z.string(),
  role: z.enum(['user', 'assistant', 'tool']),
  /** What was said; for a tool what it was called with, or what it answered. */
  text: z.string(),
  tool_name: z.string().nullable(),
  /** Whether a tool's row is the call or its answer; null for what people and the agent say. */
  tool_phase: z.enum(['call', 'result']).nullable(),
  is_error: z.boolean(),
  at: maybeTimestamp,
  run_id: z.string().nullable(),
})
export type SessionMessage = z.infer<typeof sessionMessage>

export const sessionHistoryQuery = z.object({
  session_key: sessionKey,
  /** Entries of the gateway's transcript; one of them may become several messages. */
  limit: z.coerce.number().int().min(1).max(500).default(100),
  /** `next_before` of an earlier answer: what lies before it. */
  before: z.coerce.number().int().min(0).optional(),
})
export const sessionHistory = z.object({
  session_key: z.string(),
  /** Oldest first. */
  items: z.array(sessionMessage),
  /** Null when this is the beginning. */
  next_before: z.number().int().nullable(),
  active_run_id: z.string().nullable(),
})

export const sessionTarget = z.strictObject({ session_key: sessionKey })
export const sessionSend = sessionTarget.extend({ message: z.string().trim().min(1).max(100_000) })
export const sessionSent = z.object({ session_key: z.string(), run_id: z.string() })
export const sessionAborted = z.object({ session_key: z.string(), aborted: z.boolean(), run_id: z.string().nullable() })

/** What happens in one session at this moment, for the subscribers that asked for it with `?session=`. */
export const sessionFrame = z.object({
  agent_id: id,
  session_key: z.string(),
  run_id: z.string().nullable(),
  /** `message`: the transcript grew, read it again. `delta`: the answer so far. The others end the run. */
  state: z.enum(['delta', 'message', 'final', 'aborted', 'error']),
  /** The text so far, of a long one its end after `…`; of `error` the reason. */
  text: z.string(),
})
export type SessionFrame = z.infer<typeof sessionFrame>
