/** Webhooks in: other programs tell a board something, an agent hears of it. */
import { z } from 'zod'
import { id, maybeTimestamp, pageQuery, timestamp } from './primitives.ts'
import { deliveryStatuses } from './states.ts'

export const webhook = z.object({
  id,
  board_id: id,
  /** Who hears of it; null: the lead of the board. */
  agent_id: id.nullable(),
  description: z.string(),
  enabled: z.boolean(),
  /** Requests must be signed. The secret itself is never answered. */
  has_secret: z.boolean(),
  /** Its last four characters. */
  secret_hint: z.string().nullable(),
  /** Header with the signature; null: `X-Hub-Signature-256` or `X-Webhook-Signature`. */
  signature_header: z.string().nullable(),
  /** Where to post, below the address of this server. */
  endpoint_path: z.string(),
  /** The same for programs on this machine. */
  endpoint_url: z.string(),
  payload_count: z.number().int(),
  last_received_at: maybeTimestamp,
  created_at: timestamp,
  updated_at: timestamp,
})
export type Webhook = z.infer<typeof webhook>

const headerName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9-]{1,64}$/, 'must be the name of a header')
const fields = {
  description: z.string().trim().max(2000),
  agent_id: id.nullable(),
  enabled: z.boolean(),
  /** Null: requests need no signature. */
  secret: z.string().min(8).max(200).nullable(),
  signature_header: headerName.nullable(),
}
export const webhookCreate = z.strictObject({
  description: fields.description.default(''),
  agent_id: fields.agent_id.optional(),
  enabled: fields.enabled.default(true),
  secret: fields.secret.optional(),
  signature_header: fields.signature_header.optional(),
})
export const webhookUpdate = z.strictObject(fields).partial()

export const webhookPayload = z.object({
  id,
  webhook_id: id,
  board_id: id,
  content_type: z.string().nullable(),
  /** `content-type`, `user-agent` and `x-*`, without signatures and credentials. */
  headers: z.record(z.string(), z.string()),
  source_ip: z.string().nullable(),
  /** In lists its first 500 characters. */
  payload: z.string(),
  /** Length of the whole payload, in characters. */
  length: z.number().int(),
  /** The message that carries it; null when there was nobody to tell. */
  notification_id: id.nullable(),
  delivery_state: z.enum(deliveryStatuses).nullable(),
  received_at: timestamp,
  expires_at: timestamp,
})
export type WebhookPayload = z.infer<typeof webhookPayload>

export const payloadQuery = z.object({ max_chars: z.coerce.number().int().min(1).max(1_048_576).optional() })
export const payloadsQuery = pageQuery
export const accepted = z.object({ ok: z.literal(true), board_id: id, webhook_id: id, payload_id: id })
