/** What the API answers with. Field names follow the seed's API where both have the field, so that scripts keep working. */
import { z } from 'zod'
import { backupSettings, defaultBackupSettings } from './backups.ts'
import { gatewayHealth } from './gateway-health.ts'
import { successMetric } from './goals.ts'
import { quietHours } from './heartbeats.ts'
import { id, maybeTimestamp, timestamp } from './primitives.ts'
import { defaultNoticePreferences, noticePreferences } from './notice-kinds.ts'
import { agentStatuses, deliveryStatuses, supervisorStatuses, taskStatuses, tokenStatuses } from './states.ts'

/** Who listens on a port that we wanted. */
export const portOwner = z.object({ pid: z.number().int().nullable(), program: z.string().nullable() })

/** The live state of one supervised child, as the host reports it. Times are milliseconds here; the wire converts them. */
export const gatewayRuntime = z.object({
  state: z.enum(supervisorStatuses),
  /** Why it is in this state, for a person. */
  reason: z.string().nullable(),
  /** What a person can do about it. */
  remedy: z.string().nullable(),
  pid: z.number().int().nullable(),
  port: z.number().int(),
  /** True when we started it, and may therefore stop it. */
  owned: z.boolean(),
  version: z.string().nullable(),
  since_at: timestamp,
  /** Next start attempt, while backing off. */
  retry_at: maybeTimestamp,
  restarts: z.number().int(),
  /** The stranger on our port, when that is what keeps us from starting. */
  port_owner: portOwner.nullable(),
  /** A free port that could be used instead. */
  suggested_port: z.number().int().nullable(),
  /** The last lines of its error output, redacted. */
  last_lines: z.array(z.string()),
  /** Authenticated WebSocket from the services host. */
  connected: z.boolean(),
  latency_ms: z.number().nullable(),
})
export type GatewayRuntime = z.infer<typeof gatewayRuntime>

export const gateway = z.object({
  id,
  name: z.string(),
  /** `ws://127.0.0.1:18789`, never with a token in it. */
  url: z.string(),
  workspace_root: z.string(),
  /** Our own local gateway, the one the host supervises. */
  is_local: z.boolean(),
  /** Last four characters only. */
  token_hint: z.string().nullable(),
  runtime: gatewayRuntime.nullable(),
  created_at: timestamp,
  updated_at: timestamp,
})
export type Gateway = z.infer<typeof gateway>

export const board = z.object({
  id,
  gateway_id: id,
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  board_type: z.enum(['goal', 'general']),
  objective: z.string().nullable(),
  success_metrics: z.array(successMetric),
  /** The day by which the goal should be reached, `YYYY-MM-DD`. */
  target_date: z.string().nullable(),
  /** Somebody has said that this is the goal; it has an objective and metrics then. */
  goal_confirmed: z.boolean(),
  /** Who set the goal, e.g. `operator`. */
  goal_source: z.string().nullable(),
  /** The group that the board belongs to. */
  board_group_id: id.nullable(),
  require_approval_for_done: z.boolean(),
  require_review_before_done: z.boolean(),
  comment_required_for_review: z.boolean(),
  block_status_changes_with_pending_approval: z.boolean(),
  only_lead_can_change_status: z.boolean(),
  max_agents: z.number().int(),
  /** No deliveries and no heartbeats while paused. */
  paused: z.boolean(),
  /** Tasks by status, archived included. */
  task_counts: z.record(z.enum(taskStatuses), z.number().int()),
  agent_count: z.number().int(),
  created_at: timestamp,
  updated_at: timestamp,
})
export type Board = z.infer<typeof board>

export const agentRoles = ['main', 'lead', 'worker'] as const
export type AgentRole = (typeof agentRoles)[number]

export const heartbeatConfig = z.object({
  /** `30s`, `10m`, `1h`; `0m` or `disabled` switches heartbeats off. */
  every: z.string().regex(/^(\d+(s|m|h)|disabled)$/, 'a number with s, m or h, or `disabled`'),
  target: z.string().default('none'),
  quiet_hours: quietHours.optional(),
  /** Leave a beat out when the agent is there and has nothing to do; true unless said otherwise. */
  skip_when_idle: z.boolean().optional(),
})
export type HeartbeatConfig = z.infer<typeof heartbeatConfig>

export const identityProfile = z.object({
  role: z.string().max(200).optional(),
  emoji: z.string().max(32).optional(),
  communication_style: z.string().max(500).optional(),
  purpose: z.string().max(2000).optional(),
  custom_instructions: z.string().max(20_000).optional(),
})
export type IdentityProfile = z.infer<typeof identityProfile>

export const agent = z.object({
  id,
  gateway_id: id,
  board_id: id.nullable(),
  name: z.string(),
  role: z.enum(agentRoles),
  is_board_lead: z.boolean(),
  is_gateway_main: z.boolean(),
  /** Its id inside OpenClaw. */
  gateway_agent_id: z.string(),
  /** Its main session key (the seed's name for the field). */
  openclaw_session_id: z.string(),
  workspace_path: z.string(),
  /** It was in the gateway before it was known here: it is never deleted there from here. */
  imported: z.boolean(),
  status: z.enum(agentStatuses),
  /** Why it is in this status, for a person. */
  status_reason: z.string().nullable(),
  status_since_at: timestamp,
  heartbeat_config: heartbeatConfig,
  identity_profile: identityProfile,
  last_seen_at: maybeTimestamp,
  wake_attempts: z.number().int(),
  max_wake_attempts: z.number().int(),
  last_wake_sent_at: maybeTimestamp,
  checkin_deadline_at: maybeTimestamp,
  next_heartbeat_at: maybeTimestamp,
  last_provision_error: z.string().nullable(),
  lifecycle_generation: z.number().int(),
  /** What the provisioning plan is doing, e.g. `write_credentials`; null when nothing is under way. */
  provision_step: z.string().nullable(),
  token_status: z.enum(tokenStatuses),
  /** Last four characters of the token, `••••1a2b`; the token itself is never sent. */
  token_hint: z.string().nullable(),
  token_verified_at: maybeTimestamp,
  token_rotated_at: maybeTimestamp,
  current_task_id: id.nullable(),
  created_at: timestamp,
  updated_at: timestamp,
})
export type Agent = z.infer<typeof agent>

export const task = z.object({
  id,
  board_id: id,
  /** Short number within the board, shown as `#12`. */
  number: z.number().int(),
  title: z.string(),
  description: z.string(),
  status: z.enum(taskStatuses),
  priority: z.enum(['low', 'medium', 'high', 'urgent']),
  /** Order within a column; larger is lower. */
  position: z.number(),
  assigned_agent_id: id.nullable(),
  /** Everyone assigned, the seed's single `assigned_agent_id` first. */
  assigned_agent_ids: z.array(id),
  blocked_reason: z.string().nullable(),
  due_at: maybeTimestamp,
  in_progress_at: maybeTimestamp,
  /** Name of whoever created it. */
  created_by: z.string(),
  auto_created: z.boolean(),
  comment_count: z.number().int(),
  last_message_at: maybeTimestamp,
  /** Tasks of the same board that must be done first. */
  depends_on_task_ids: z.array(id),
  /** Those of them that are neither done nor archived. */
  blocked_by_task_ids: z.array(id),
  /** It depends on unfinished tasks, and cannot begin. Not the status `blocked`, which somebody sets with a reason. */
  is_blocked: z.boolean(),
  tag_ids: z.array(id),
  /** Key of a custom field of the board → value; fields without one are absent. */
  custom_field_values: z.record(z.string(), z.unknown()),
  /** Whether the operator is told of what agents write in its thread. */
  watching: z.boolean(),
  /** When the operator last read the thread, and what others have written since. */
  last_read_at: maybeTimestamp,
  unread_count: z.number().int(),
  /** What it waits for, in one sentence, e.g. `delivery retrying: gateway down`; null when it waits for nothing. */
  waiting_for: z.string().nullable(),
  /** When what it waits for is tried again; null when nothing is. */
  waiting_until_at: maybeTimestamp,
  created_at: timestamp,
  updated_at: timestamp,
})
export type Task = z.infer<typeof task>

/** One comment in a task's thread. The seed called the text `message`; so do we. */
export const comment = z.object({
  id,
  board_id: id,
  task_id: id,
  author_type: z.enum(['user', 'agent', 'system']),
  agent_id: id.nullable(),
  author_name: z.string(),
  message: z.string(),
  /** Ids of the agents it mentions. */
  mentions: z.array(id),
  /** The notification that it answers; unique, which is what makes replies exactly-once. */
  source_notification_id: id.nullable(),
  created_at: timestamp,
  /** When its words were last changed; the former ones are its versions. */
  edited_at: maybeTimestamp,
})
export type Comment = z.infer<typeof comment>

export const notificationTypes = [
  'assignment',
  'mention',
  'thread_update',
  'status_change',
  'response_request',
  'direct_message',
  'approval_resolved',
  'question_answered',
  'board_chat',
  'group_chat',
  'board_onboarding',
  'unassigned_work',
  'webhook_event',
  'wake',
  'heartbeat',
] as const

/** One message on its way to one agent: a row of the outbox. */
export const notification = z.object({
  id,
  type: z.enum(notificationTypes),
  agent_id: id,
  board_id: id.nullable(),
  task_id: id.nullable(),
  comment_id: id.nullable(),
  title: z.string(),
  session_key: z.string(),
  state: z.enum(deliveryStatuses),
  attempts: z.number().int(),
  next_attempt_at: maybeTimestamp,
  last_error_code: z.string().nullable(),
  last_error: z.string().nullable(),
  /** The run inside the gateway that carried it; events of that run have the same id. */
  run_id: z.string().nullable(),
  delivered_at: maybeTimestamp,
  created_at: timestamp,
})
export type Notification = z.infer<typeof notification>

export const activity = z.object({
  id,
  /** Dotted name, e.g. `task.status_changed`, `agent.heartbeat`, `lifecycle.reconcile.retriggered`. */
  event_type: z.string(),
  message: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  actor_type: z.enum(['user', 'agent', 'system']),
  actor_name: z.string(),
  agent_id: id.nullable(),
  task_id: id.nullable(),
  board_id: id.nullable(),
  gateway_id: id.nullable(),
  data: z.record(z.string(), z.unknown()),
  created_at: timestamp,
})
export type Activity = z.infer<typeof activity>

/** Long work with progress. It survives a restart, and its result stays readable. */
export const job = z.object({
  id,
  kind: z.enum([
    'template_sync',
    'runtime_install',
    'runtime_switch',
    'board_import',
    'task_import',
    'doctor',
    'backup',
    'restore',
    'demo_in',
    'demo_out',
  ]),
  state: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  title: z.string(),
  done: z.number().int(),
  total: z.number().int(),
  /** What it is doing now. */
  step: z.string().nullable(),
  result: z.unknown().nullable(),
  error: z.string().nullable(),
  created_at: timestamp,
  updated_at: timestamp,
})
export type Job = z.infer<typeof job>

export const syncOutcome = z.object({
  agent_id: id,
  agent_name: z.string(),
  /** The step it reached: mint, write, read_back, commit, verify. */
  step: z.enum(['preflight', 'mint', 'write', 'read_back', 'commit', 'verify', 'done']),
  outcome: z.enum(['updated', 'skipped', 'failed', 'warning']),
  reason_code: z.string().nullable(),
  message: z.string().nullable(),
  /** A real authenticated call with the credentials in the agent's workspace succeeded. */
  token_verified: z.boolean(),
})

/** Result of `templates/sync`: the seed's seven fields, and what happened agent by agent. */
export const syncResult = z.object({
  gateway_id: id,
  include_main: z.boolean(),
  reset_sessions: z.boolean(),
  agents_updated: z.number().int(),
  agents_skipped: z.number().int(),
  main_updated: z.boolean(),
  errors: z.array(z.object({ agent_id: id.nullable(), agent_name: z.string().nullable(), board_id: id.nullable(), message: z.string() })),
  agents: z.array(syncOutcome),
  /** What a look at the gateway said before the first agent was touched. */
  preflight: z.object({ state: z.enum(['ok', 'offline', 'auth', 'version', 'pairing']), message: z.string().nullable() }).optional(),
})
export type SyncResult = z.infer<typeof syncResult>

/** OpenClaw on this machine. */
export const runtimeInfo = z.object({
  installed: z.boolean(),
  source: z.enum(['setting', 'managed', 'path', 'none']),
  version: z.string().nullable(),
  path: z.string().nullable(),
  node_path: z.string().nullable(),
  node_version: z.string().nullable(),
  /** Why it cannot be used, when it cannot. */
  problem: z.string().nullable(),
  /** The version that an install would bring. */
  managed_version: z.string(),
})
export type RuntimeInfo = z.infer<typeof runtimeInfo>

/** Where the model comes from. The key itself goes to OpenClaw's own storage and is never answered back. */
export const modelProvider = z.object({
  kind: z.enum(['none', 'demo', 'openai', 'anthropic', 'openai-compatible']),
  base_url: z.string().nullable(),
  model: z.string().nullable(),
  key_hint: z.string().nullable(),
})
export type ModelProvider = z.infer<typeof modelProvider>

/** A board's filter by name: `query` is what stands in the address after `?`. */
export const savedFilter = z.object({ board_id: id, name: z.string().trim().min(1).max(60), query: z.string().max(1000) })
export type SavedFilter = z.infer<typeof savedFilter>

export const settings = z.object({
  /** Wakes per agent that may go unanswered before it is offline. */
  max_wake_attempts: z.number().int().min(1).max(10),
  checkin_deadline_ms: z.number().int().min(1000).max(3_600_000),
  /** An agent is never called late, or offline, before this much silence, however short its interval. */
  late_floor_ms: z.number().int().min(1000).max(86_400_000),
  offline_floor_ms: z.number().int().min(1000).max(604_800_000),
  /** A task in progress stands still after this long without a message, a run or a change. */
  stuck_idle_ms: z.number().int().min(60_000).max(604_800_000),
  /** A blocked task, and an approval, wait long after this. */
  stuck_blocked_ms: z.number().int().min(60_000).max(2_592_000_000),
  stuck_approval_ms: z.number().int().min(60_000).max(2_592_000_000),
  delivery_concurrency: z.number().int().min(1).max(100),
  /** A message that has waited this long is given up, visibly; it can be sent again. 0: it waits for ever. */
  delivery_expire_ms: z.union([z.literal(0), z.number().int().min(60_000).max(31_536_000_000)]),
  delivery_paused: z.boolean(),
  heartbeats_paused: z.boolean(),
  /** Bring drifted tokens of agents back by itself as soon as the gateway is there. */
  auto_mend_tokens: z.boolean(),
  /** Start the gateway when the control center starts. */
  gateway_autostart: z.boolean(),
  /** Stop the gateway that we started when the control center quits. */
  stop_gateway_on_quit: z.boolean(),
  close_to_tray: z.boolean(),
  start_hidden: z.boolean(),
  onboarding_done: z.boolean(),
  /** What the operator is told of, and where. */
  notices: noticePreferences,
  backups: backupSettings,
  /** Filters of boards that were given a name. */
  saved_filters: z.array(savedFilter).max(200),
})
export type Settings = z.infer<typeof settings>

export const defaultSettings: Settings = {
  max_wake_attempts: 3,
  checkin_deadline_ms: 30_000,
  late_floor_ms: 30_000,
  offline_floor_ms: 600_000,
  stuck_idle_ms: 1_800_000,
  stuck_blocked_ms: 86_400_000,
  stuck_approval_ms: 3_600_000,
  delivery_concurrency: 8,
  delivery_expire_ms: 7 * 86_400_000,
  delivery_paused: false,
  heartbeats_paused: false,
  auto_mend_tokens: false,
  gateway_autostart: true,
  stop_gateway_on_quit: true,
  close_to_tray: true,
  start_hidden: false,
  onboarding_done: false,
  backups: defaultBackupSettings,
  notices: defaultNoticePreferences,
  saved_filters: [],
}

export const logLine = z.object({
  /** Grows by one per row, across restarts; the cursor of the stream. */
  seq: z.number().int(),
  at: timestamp,
  level: z.enum(['debug', 'info', 'warn', 'error']),
  source: z.enum(['gateway', 'services', 'host', 'desktop']),
  /** Part of the program, e.g. `delivery`, `gateway/ws`. */
  scope: z.string(),
  /** In lists and in the stream cut after 2,000 characters; `length` says how long it is. */
  message: z.string(),
  length: z.number().int(),
  agent_id: z.string().nullable(),
  request_id: z.string().nullable(),
  run_id: z.string().nullable(),
  /** Lines like this one in a row, this one included; the last of them came at `last_at`. */
  repeat_count: z.number().int(),
  last_at: timestamp,
})
export type LogLine = z.infer<typeof logLine>

/** One row of Needs attention: what, since when, why, and the button that mends it. */
export const attention = z.object({
  key: z.string(),
  tone: z.enum(['warning', 'bad']),
  title: z.string(),
  reason: z.string(),
  since_at: timestamp,
  link: z.string(),
  fix: z
    .object({
      label: z.string(),
      action: z.enum([
        'wake_agent',
        'provision_agent',
        'sync_tokens',
        'start_gateway',
        'restart_gateway',
        'use_port',
        'install_runtime',
        'replay_notification',
        'restart_gateway_when_idle',
        'mend_credential',
        'tighten_files',
        'waive_cap',
        'replay_webhook',
        'resume_agent',
        'open',
      ]),
      target_id: z.string().nullable(),
    })
    .nullable(),
})
export type Attention = z.infer<typeof attention>

export const overview = z.object({
  gateway: gatewayRuntime.nullable(),
  /** As last seen; null where there is none on this machine. */
  gateway_health: gatewayHealth.nullable(),
  agents_by_status: z.record(z.enum(agentStatuses), z.number().int()),
  tasks_by_status: z.record(z.enum(taskStatuses), z.number().int()),
  deliveries: z.object({
    queued: z.number().int(),
    leased: z.number().int(),
    dead: z.number().int(),
    /** Oldest first, one bucket a minute, the last hour. */
    per_minute: z.array(z.object({ at: timestamp, delivered: z.number().int(), failed: z.number().int() })),
  }),
  attention: z.array(attention),
  uptime_ms: z.number().int(),
  version: z.string(),
  demo: z.boolean(),
})
export type Overview = z.infer<typeof overview>
