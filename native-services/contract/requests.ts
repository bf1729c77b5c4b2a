/** What the API accepts. Bodies are strict: an unknown field is refused with its name, so that a typo never passes silently. */
import { z } from 'zod'
import { agentRoles, heartbeatConfig, identityProfile, settings, task } from './entities.ts'
import { successMetricsInput, targetDate } from './goals.ts'
import { id, pageQuery, queryBoolean, visibleText } from './primitives.ts'
import { agentStatuses, deliveryStatuses, taskStatuses } from './states.ts'

const name = z.string().trim().min(1).max(120)
const text = z.string().max(100_000)

export const gatewayUpdate = z.strictObject({ name: name.optional() })

export const boardCreate = z.strictObject({
  name,
  /** The local gateway when absent. */
  gateway_id: id.optional(),
  slug: z.string().trim().max(120).optional(),
  description: text.default(''),
  board_type: z.enum(['goal', 'general']).default('general'),
  objective: text.nullable().optional(),
  success_metrics: successMetricsInput.default([]),
  target_date: targetDate.nullable().optional(),
  goal_confirmed: z.boolean().default(false),
  goal_source: z.string().trim().min(1).max(60).nullable().optional(),
  board_group_id: id.nullable().optional(),
  max_agents: z.number().int().min(0).max(1000).default(10),
})

export const boardUpdate = z.strictObject({
  name: name.optional(),
  description: text.optional(),
  board_type: z.enum(['goal', 'general']).optional(),
  objective: text.nullable().optional(),
  /** Replaces all of them. */
  success_metrics: successMetricsInput.optional(),
  target_date: targetDate.nullable().optional(),
  goal_confirmed: z.boolean().optional(),
  goal_source: z.string().trim().min(1).max(60).nullable().optional(),
  /** Null takes the board out of its group. */
  board_group_id: id.nullable().optional(),
  require_approval_for_done: z.boolean().optional(),
  require_review_before_done: z.boolean().optional(),
  comment_required_for_review: z.boolean().optional(),
  block_status_changes_with_pending_approval: z.boolean().optional(),
  only_lead_can_change_status: z.boolean().optional(),
  max_agents: z.number().int().min(0).max(1000).optional(),
  paused: z.boolean().optional(),
})

export const agentCreate = z.strictObject({
  name,
  /** Null or absent: the gateway's own main agent, of which there is one. */
  board_id: id.nullable().optional(),
  gateway_id: id.optional(),
  role: z.enum(agentRoles).default('worker'),
  is_board_lead: z.boolean().optional(),
  heartbeat_config: heartbeatConfig.strict().optional(),
  identity_profile: identityProfile.strict().optional(),
  /** Provision and wake at once. */
  provision: z.boolean().default(true),
})

/** Cosmetic edits: neither the token nor the session is touched. */
export const agentUpdate = z.strictObject({
  name: name.optional(),
  heartbeat_config: heartbeatConfig.strict().optional(),
  identity_profile: identityProfile.strict().optional(),
})

export const taskCreate = z.strictObject({
  title: visibleText(2000),
  description: text.default(''),
  status: z.enum(['inbox', 'assigned', 'in_progress']).optional(),
  priority: task.shape.priority.default('medium'),
  due_at: z.iso.datetime({ offset: true }).nullable().optional(),
  assigned_agent_id: id.nullable().optional(),
  assigned_agent_ids: z.array(id).max(50).optional(),
  depends_on_task_ids: z.array(id).max(100).optional(),
  tag_ids: z.array(id).max(50).optional(),
  /** Key of a custom field of the board → value. */
  custom_field_values: z.record(z.string().max(63), z.unknown()).optional(),
})

export const taskUpdate = z.strictObject({
  title: visibleText(2000).optional(),
  description: text.optional(),
  status: z.enum(taskStatuses).optional(),
  /** Compare-and-set: refused with 409 when the task has another status by now. */
  expected_status: z.enum(taskStatuses).optional(),
  blocked_reason: z.string().trim().max(2000).nullable().optional(),
  priority: task.shape.priority.optional(),
  position: z.number().optional(),
  due_at: z.iso.datetime({ offset: true }).nullable().optional(),
  assigned_agent_id: id.nullable().optional(),
  assigned_agent_ids: z.array(id).max(50).optional(),
  depends_on_task_ids: z.array(id).max(100).optional(),
  tag_ids: z.array(id).max(50).optional(),
  /** Those that are named change; null takes a value away. */
  custom_field_values: z.record(z.string().max(63), z.unknown()).optional(),
  /** Posted to the thread together with the change. */
  comment: text.optional(),
})

export const commentCreate = z.strictObject({
  message: z.string().trim().min(1).max(100_000),
  /** Files of the task that belong to no comment yet: they come with this one. */
  attachment_ids: z.array(id).max(20).optional(),
})

export const threadQuery = pageQuery.extend({
  /** The newest so many instead of a page, oldest first. */
  last: z.coerce.number().int().min(1).max(200).optional(),
})

export const settingsUpdate = z.strictObject(settings.partial().shape)

export const tasksQuery = pageQuery.extend({
  status: z.enum(taskStatuses).optional(),
  assigned_agent_id: id.optional(),
  unassigned: queryBoolean.optional(),
  include_archived: queryBoolean.optional(),
  q: z.string().max(200).optional(),
  /** `key=value`: tasks whose custom field has this value. */
  custom_field: z
    .string()
    .max(400)
    .regex(/^[a-z][a-z0-9_]*=/, 'must look like key=value')
    .optional(),
})

export const snapshotQuery = z.object({ include_archived: queryBoolean.optional() })

export const agentsQuery = pageQuery.extend({
  board_id: id.optional(),
  gateway_id: id.optional(),
  status: z.enum(agentStatuses).optional(),
})

export const activityQuery = pageQuery.extend({
  board_id: id.optional(),
  agent_id: id.optional(),
  task_id: id.optional(),
  /** Prefix of the event type, e.g. `lifecycle.`. */
  event_type: z.string().max(100).optional(),
  level: z.enum(['info', 'warning', 'error']).optional(),
})

export const notificationsQuery = pageQuery.extend({
  state: z.enum(deliveryStatuses).optional(),
  agent_id: id.optional(),
  task_id: id.optional(),
})

/** The seed's options, all of them effective. */
export const syncQuery = z.object({
  include_main: queryBoolean.optional(),
  lead_only: queryBoolean.optional(),
  reset_sessions: queryBoolean.optional(),
  rotate_tokens: queryBoolean.optional(),
  force_bootstrap: queryBoolean.optional(),
  overwrite: queryBoolean.optional(),
  /** Wake every agent that was updated, at the end. */
  wake: queryBoolean.optional(),
  board_id: id.optional(),
  /** Answer when it is done (the seed's way, default) or at once with the job. */
  wait: queryBoolean.optional(),
})

export const usePort = z.strictObject({ port: z.number().int().min(1024).max(65_535) })

export const sessionExchange = z.strictObject({ code: z.string().min(16).max(200) })
