/** Webhooks out: other programs are told what happens here. */
import { z } from 'zod'
import { id, maybeTimestamp, pageQuery, timestamp } from './primitives.ts'
import { deliveryStatuses } from './states.ts'

/** What can be told. A table, so that the page and the documentation say the same. */
export const outgoingEventWords = {
  'task.created': 'A task was created',
  'task.status_changed': 'A task moved to another status',
  'task.comment': 'Somebody wrote in a thread',
  'approval.requested': 'An agent asks for an approval',
  'approval.resolved': 'An approval was decided',
  'question.asked': 'An agent has a question',
  'question.resolved': 'A question was answered, or ran out',
  'agent.offline': 'An agent went offline',
  'agent.online': 'An agent came online',
  'delivery.dead': 'A message to an agent could not be delivered',
  'gateway.state': 'The gateway changed its state',
} as const
export type OutgoingEvent = keyof typeof outgoingEventWords
export const outgoingEvents = Object.keys(outgoingEventWords) as [OutgoingEvent, ...OutgoingEvent[]]
/** What the test button sends. It cannot be chosen. */
export const pingEvent = 'ping'

/** Carries `t=<seconds>,v1=<hex>`: HMAC-SHA256 over `<t>.<body>` under the secret of the webhook. */
export const outgoingSignatureHeader = 'X-Mission-Control-Signature'
/** The name of the event. */
export const outgoingEventHeader = 'X-Mission-Control-Event'
/** The same for each attempt and each replay of one event: what came twice is known by it. */
export const outgoingIdHeader = 'X-Mission-Control-Event-Id'

export const outgoingWebhook = z.object({
  id,
  /** Null: events of all boards, and those that belong to none. */
  board_id: id.nullable(),
  name: z.string(),
  url: z.string(),
  events: z.array(z.enum(outgoingEvents)),
  enabled: z.boolean(),
  /** Addresses of this machine and of private networks may be called. */
  allow_private: z.boolean(),
  /** Last four characters of the secret. */
  secret_hint: z.string(),
  /** Events on their way, and events that were given up. */
  queued_count: z.number().int(),
  dead_count: z.number().int(),
  last_attempt_at: maybeTimestamp,
  /** Status of the last answer; null when nobody answered, or nothing was sent yet. */
  last_status: z.number().int().nullable(),
  /** Why the last attempt failed; null when it did not. */
  last_error: z.string().nullable(),
  last_success_at: maybeTimestamp,
  created_at: timestamp,
  updated_at: timestamp,
})
export type OutgoingWebhook = z.infer<typeof outgoingWebhook>

/** A new webhook, and a new secret, are the only answers that carry the secret. */
export const outgoingWebhookWithSecret = outgoingWebhook.extend({ secret: z.string() })

const httpUrl = z
  .string()
  .trim()
  .max(2000)
  .refine((text) => {
    if (!URL.canParse(text)) return false
    const { protocol, username, password } = new URL(text)
    return (protocol === 'http:' || protocol === 'https:') && username === '' && password === ''
  }, 'must be an address with http:// or https://, without a name and a password in it')
const fields = {
  name: z.string().trim().min(1).max(120),
  url: httpUrl,
  events: z.array(z.enum(outgoingEvents)).min(1).max(outgoingEvents.length),
  enabled: z.boolean(),
  allow_private: z.boolean(),
  secret: z.string().min(16).max(200),
}
export const outgoingWebhookCreate = z.strictObject({
  board_id: id.nullable().default(null),
  name: fields.name,
  url: fields.url,
  events: fields.events,
  enabled: fields.enabled.default(true),
  allow_private: fields.allow_private.default(false),
  /** One is made when it is left out. */
  secret: fields.secret.optional(),
})
export const outgoingWebhookUpdate = z
  .strictObject({ name: fields.name, url: fields.url, events: fields.events, enabled: fields.enabled, allow_private: fields.allow_private })
  .partial()
export const outgoingSecretUpdate = z.strictObject({ secret: fields.secret.optional() })

/** One event on its way to one webhook. */
export const outgoingDelivery = z.object({
  id,
  webhook_id: id,
  event_id: id,
  event_type: z.string(),
  board_id: id.nullable(),
  task_id: id.nullable(),
  /** What is sent: JSON. */
  body: z.string(),
  state: z.enum(deliveryStatuses),
  attempts: z.number().int(),
  next_attempt_at: maybeTimestamp,
  last_status: z.number().int().nullable(),
  last_error: z.string().nullable(),
  /** The beginning of the last answer, at most 4 KB. */
  last_answer: z.string().nullable(),
  /** When it is given up, if nobody takes it until then. */
  expires_at: timestamp,
  delivered_at: maybeTimestamp,
  created_at: timestamp,
})
export type OutgoingDelivery = z.infer<typeof outgoingDelivery>

export const outgoingWebhooksQuery = pageQuery.extend({ board_id: id.optional() })
export const outgoingDeliveriesQuery = pageQuery.extend({ state: z.enum(deliveryStatuses).optional() })
