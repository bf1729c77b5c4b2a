/** Threads beyond their comments: former wordings, who follows them, whom a comment reaches; the attempts of a delivery; what the operator is told of. */
import { z } from 'zod'
import { comment, notification } from './entities.ts'
import { noticeKinds } from './notice-kinds.ts'
import { id, maybeTimestamp, page, pageQuery, queryBoolean, timestamp } from './primitives.ts'

export const commentUpdate = z.strictObject({ message: z.string().trim().min(1).max(100_000) })

/** Every wording that a comment had, oldest first; the last is the present one. */
export const commentVersions = z.object({
  items: z.array(z.object({ version: z.number().int(), message: z.string(), created_at: timestamp, current: z.boolean() })),
})

/** Why an agent follows a task. */
export const subscriptionReasons = ['assignee', 'author', 'mentioned', 'manual'] as const
export const subscriptions = z.object({
  /** Whether the operator is told of what agents write here. */
  watching: z.boolean(),
  agents: z.array(z.object({ agent_id: id, reasons: z.array(z.enum(subscriptionReasons)) })),
})
export type Subscriptions = z.infer<typeof subscriptions>
export const watchInput = z.strictObject({ watching: z.boolean() })

/** Something that the operator can do so that a comment arrives. */
const remedy = z.object({
  action: z.enum([
    'assign',
    'mention_lead',
    'resume_board',
    'resume_agent',
    'resume_deliveries',
    'wake_agent',
    'open_gateway',
    'restore_task',
    'send_again',
  ]),
  label: z.string(),
  target_id: id.nullable(),
})
export type ReachRemedy = z.infer<typeof remedy>

/** Who gets a comment, who does not, and what to do about it. */
export const reach = z.object({
  /** `now`: all of them get it; `later`: somebody must wait; `nobody`: it reaches no agent. */
  verdict: z.enum(['now', 'later', 'nobody']),
  /** One sentence for a person. */
  sentence: z.string(),
  recipients: z.array(
    z.object({ agent_id: id, name: z.string(), when: z.enum(['delivered', 'now', 'later', 'never']), why: z.string().nullable() }),
  ),
  remedies: z.array(remedy),
})
export type Reach = z.infer<typeof reach>
export const commentWithReach = comment.extend({ reach })

export const mostAsked = 10
export const longestRequest = 1000
/** Why an agent is not asked for an answer. */
export const askRefusals = ['unknown', 'yourself', 'not_on_board', 'leaving', 'paused', 'waiting', 'asked_lately', 'loop_guard'] as const
/** An agent asks others of its board for an answer. */
export const responseRequestCreate = z.strictObject({
  /** Names as in a mention (`Max`, `@Max`, `lead`), or ids. */
  recipients: z.array(z.string().trim().min(1).max(200)).min(1).max(mostAsked),
  message: z.string().trim().min(1).max(longestRequest),
})
export const responseRequest = z.object({
  ok: z.literal(true),
  /** The messages that are on their way; empty when nobody could be asked. */
  notification_ids: z.array(id),
  /** The request in the thread; null when nobody could be asked. */
  comment: comment.nullable(),
  recipients: z.array(
    z.object({
      name: z.string(),
      agent_id: id.nullable(),
      notification_id: id.nullable(),
      /** Why it was not asked; null when it was. */
      code: z.enum(askRefusals).nullable(),
      reason: z.string().nullable(),
    }),
  ),
})

export const attemptOutcomes = ['running', 'delivered', 'skipped', 'retry', 'refunded', 'dead', 'interrupted', 'sent_again'] as const
/** One time that a message was sent. `sent_again` is the operator's word, not a send. */
export const deliveryAttempt = z.object({
  attempt: z.number().int(),
  started_at: timestamp,
  /** When the gateway said that a run has begun. */
  accepted_at: maybeTimestamp,
  ended_at: maybeTimestamp,
  outcome: z.enum(attemptOutcomes),
  error_code: z.string().nullable(),
  error: z.string().nullable(),
  run_id: z.string().nullable(),
  next_attempt_at: maybeTimestamp,
})
export type DeliveryAttempt = z.infer<typeof deliveryAttempt>
export const deliveryTimeline = z.object({
  notification,
  attempts: z.array(deliveryAttempt),
  /** The comment that answers it. */
  reply: z.object({ comment_id: id, created_at: timestamp }).nullable(),
})

/** Something that happened, for the operator's notification centre. */
export const operatorNotice = z.object({
  id,
  kind: z.enum(noticeKinds),
  title: z.string(),
  body: z.string(),
  /** Where in the page it is, e.g. `/boards/…/tasks/…`. */
  link: z.string(),
  /** How often it happened before it was read. */
  count: z.number().int(),
  board_id: id.nullable(),
  task_id: id.nullable(),
  agent_id: id.nullable(),
  created_at: timestamp,
  updated_at: timestamp,
  read_at: maybeTimestamp,
})
export type OperatorNotice = z.infer<typeof operatorNotice>

export const noticesQuery = pageQuery.extend({ kind: z.enum(noticeKinds).optional(), unread: queryBoolean.optional() })
export const noticesPage = page(operatorNotice).extend({ unread: z.number().int() })
export const noticeUpdate = z.strictObject({ read: z.boolean() })
/** Which become read: those of a kind, or all. */
export const noticesRead = z.strictObject({ kind: z.enum(noticeKinds).optional() })
export const counted = z.object({ changed: z.number().int() })
export const tasksRead = z.strictObject({ board_id: id.optional() })
