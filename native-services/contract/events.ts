/**
 * The event stream, `GET /api/v1/events`: server-sent events, resumable.
 *
 * `change` frames carry `id: <rev>` and may be resumed with `Last-Event-ID` or `?since=`; several changes of one entity
 * that a subscriber missed are folded into its present state. All other frames are of the moment and are not replayed.
 * `reset` says that the gap is too old: fetch everything again.
 */
import { z } from 'zod'
import {
  activity,
  agent,
  type attention,
  board,
  comment,
  gateway,
  type gatewayRuntime,
  job,
  type logLine,
  notification,
  type runtimeInfo,
  settings,
  task,
} from './entities.ts'
import { apiToken } from './api-tokens.ts'
import { approval, type execApproval, question } from './approvals.ts'
import { backup } from './backups.ts'
import { boardGroup, groupMemory } from './board-groups.ts'
import { boardOnboarding } from './board-onboarding.ts'
import { boardMemory, tag } from './board-work.ts'
import { attachment, documentInfo } from './documents.ts'
import type { logRepeat } from './logs.ts'
import { boardTemplate, customField, recurringTask, taskTemplate } from './planning.ts'
import type { GatewayHealth } from './gateway-health.ts'
import { id } from './primitives.ts'
import type { ProcessSample, ProcessState } from './process-metrics.ts'
import { operatorNotice } from './threads.ts'
import type { SessionFrame } from './sessions.ts'
import { webhook } from './webhooks.ts'
import { outgoingWebhook } from './webhooks-out.ts'

/** Entity name → schema. The names are the ones in the `changes` table. */
export const entitySchemas = {
  gateway,
  board,
  agent,
  task,
  comment,
  notification,
  activity,
  job,
  settings,
  approval,
  question,
  board_memory: boardMemory,
  webhook,
  outgoing_webhook: outgoingWebhook,
  tag,
  custom_field: customField,
  recurring_task: recurringTask,
  task_template: taskTemplate,
  board_template: boardTemplate,
  board_group: boardGroup,
  operator_notice: operatorNotice,
  group_memory: groupMemory,
  document: documentInfo,
  attachment,
  board_onboarding: boardOnboarding,
  api_token: apiToken,
  backup,
} as const
export type EntityName = keyof typeof entitySchemas
export type EntityOf<Name extends EntityName> = z.infer<(typeof entitySchemas)[Name]>

/** `data` is null when the entity is gone. */
export type ChangeFrame = {
  [Name in EntityName]: { rev: number; entity: Name; id: string; data: EntityOf<Name> | null }
}[EntityName]

/** The words of a reply while they are written; the final text arrives as a `comment` change. */
export const replyStream = z.object({ notification_id: id, task_id: id.nullable(), agent_id: id, text: z.string(), done: z.boolean() })
export type ReplyStream = z.infer<typeof replyStream>

export interface EventFrames {
  /** First frame: the newest revision, so that a client can tell whether its snapshot is older. */
  hello: { rev: number; version: string }
  change: ChangeFrame
  reset: { rev: number }
  gateway: z.infer<typeof gatewayRuntime>
  runtime: z.infer<typeof runtimeInfo>
  reply: ReplyStream
  /** A run of the one session that the subscriber asked for with `?session=<key>`; nobody else is sent it. */
  session: SessionFrame
  attention: { items: z.infer<typeof attention>[] }
  /** Commands that the gateway holds back at this moment. */
  exec_approvals: { items: z.infer<typeof execApproval>[] }
  /**
   * Lines come in batches, at most ten a second and 1,000 lines each. Only sent to subscribers that asked with `?logs=true`. `repeats` are rows sent
   * before that stand for more lines now; `skipped` were left out (the numbers show where) and can be read with `GET /logs`.
   */
  log: { lines: z.infer<typeof logLine>[]; repeats: z.infer<typeof logRepeat>[]; skipped: number }
  /** What the processes cost, once it was measured. */
  processes: { sample: ProcessSample; parts: ProcessState[] }
  /** The gateway's layers, when one of them changed. */
  gateway_health: GatewayHealth
  /** Every 15 s, so that both ends notice a dead connection. */
  ping: { at: string }
}
export type EventName = keyof EventFrames
