/** Planning: custom fields, recurring tasks, templates, and boards and tasks as files. Browser-safe. */
import { z } from 'zod'
import { board, task } from './entities.ts'
import { successMetricsInput, targetDate } from './goals.ts'
import { id, maybeTimestamp, pageQuery, queryBoolean, timestamp } from './primitives.ts'
import { boardCreate } from './requests.ts'
import { documentCharsMax, documentTypes } from './documents.ts'
import { webhookCreate } from './webhooks.ts'
import { outgoingWebhookCreate } from './webhooks-out.ts'
import type { Tone } from './states.ts'

// — custom fields —

export const fieldTypes = ['text', 'long_text', 'number', 'boolean', 'date', 'datetime', 'url', 'json', 'select'] as const
export type FieldType = (typeof fieldTypes)[number]

/** Where the page shows a value: always, only when there is one, or nowhere but in the API. */
export const fieldVisibilities = ['always', 'if_set', 'hidden'] as const

const fieldKey = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must begin with a letter and hold small letters, digits and _ only')
const label = z.string().trim().min(1).max(120)

export const customField = z.object({
  id,
  /** Its name in `custom_field_values`; it never changes. */
  field_key: z.string(),
  label: z.string(),
  field_type: z.enum(fieldTypes),
  description: z.string(),
  /** What a `select` may be. */
  options: z.array(z.string()),
  /** A task of its boards cannot be created, nor leave the inbox, without it. */
  required: z.boolean(),
  /** Given to new tasks that bring no value; null for none. */
  default_value: z.unknown(),
  ui_visibility: z.enum(fieldVisibilities),
  board_ids: z.array(id),
  /** Tasks that have a value. */
  value_count: z.number().int(),
  created_at: timestamp,
  updated_at: timestamp,
})
export type CustomField = z.infer<typeof customField>

const options = z.array(z.string().trim().min(1).max(120)).max(100)
export const customFieldCreate = z.strictObject({
  field_key: fieldKey,
  label,
  field_type: z.enum(fieldTypes),
  description: z.string().max(2000).default(''),
  options: options.default([]),
  required: z.boolean().default(false),
  default_value: z.unknown().optional(),
  ui_visibility: z.enum(fieldVisibilities).default('if_set'),
  board_ids: z.array(id).max(1000).default([]),
})
/** Key and type stay: values exist that were checked against them. */
export const customFieldUpdate = z.strictObject({
  label: label.optional(),
  description: z.string().max(2000).optional(),
  options: options.optional(),
  required: z.boolean().optional(),
  default_value: z.unknown().optional(),
  ui_visibility: z.enum(fieldVisibilities).optional(),
  board_ids: z.array(id).max(1000).optional(),
})
export const customFieldsQuery = z.object({ board_id: id.optional() })
export const customFieldDelete = z.object({
  /** Delete it with its values; without this a field that has any is refused with 409. */
  force: queryBoolean.optional(),
})

// — recurring tasks —

export const missedPolicies = ['run_once', 'skip'] as const
export const overlapPolicies = ['skip', 'allow'] as const
export const runOutcomes = ['created', 'skipped', 'failed'] as const

export const recurringRun = z.object({
  /** The moment it was meant for. */
  due_at: timestamp,
  ran_at: timestamp,
  outcome: z.enum(runOutcomes),
  /** A code of `runReasons`, or a sentence; null when there is nothing to explain. */
  reason: z.string().nullable(),
  task_id: id.nullable(),
  /** A person asked for it. */
  asked_for: z.boolean(),
})
export type RecurringRun = z.infer<typeof recurringRun>

export const recurringTask = z.object({
  id,
  board_id: id,
  name: z.string(),
  /** Five parts of cron, or `every 2 h`. */
  schedule: z.string(),
  /** IANA name that cron's times of day are meant in. */
  timezone: z.string(),
  /** `{date}`, `{time}` and `{n}` (how many times it ran) are filled in, in the description as well. */
  title: z.string(),
  description: z.string(),
  priority: task.shape.priority,
  assigned_agent_ids: z.array(id),
  tag_ids: z.array(id),
  custom_field_values: z.record(z.string(), z.unknown()),
  /** A moment that passed while the program was not running: make up for it once, or leave it out. */
  missed_policy: z.enum(missedPolicies),
  /** While the task of the last run is open: leave it out, or make another. */
  overlap_policy: z.enum(overlapPolicies),
  paused: z.boolean(),
  next_run_at: maybeTimestamp,
  run_count: z.number().int(),
  last_task_id: id.nullable(),
  last_run: recurringRun.nullable(),
  created_at: timestamp,
  updated_at: timestamp,
})
export type RecurringTask = z.infer<typeof recurringTask>

const scheduleText = z.string().trim().min(1).max(120)
const timezone = z.string().trim().min(1).max(64)
const fieldValues = z.record(z.string().max(63), z.unknown())
const templateFields = {
  title: z.string().trim().min(1).max(2000),
  description: z.string().max(100_000),
  priority: task.shape.priority,
  assigned_agent_ids: z.array(id).max(50),
  tag_ids: z.array(id).max(50),
  custom_field_values: fieldValues,
}
export const recurringCreate = z.strictObject({
  /** The title when absent. */
  name: label.optional(),
  schedule: scheduleText,
  timezone: timezone.default('UTC'),
  ...templateFields,
  description: templateFields.description.default(''),
  priority: templateFields.priority.default('medium'),
  assigned_agent_ids: templateFields.assigned_agent_ids.default([]),
  tag_ids: templateFields.tag_ids.default([]),
  custom_field_values: fieldValues.default({}),
  missed_policy: z.enum(missedPolicies).default('run_once'),
  overlap_policy: z.enum(overlapPolicies).default('skip'),
  paused: z.boolean().default(false),
})
export const recurringUpdate = z
  .strictObject({
    name: label,
    schedule: scheduleText,
    timezone,
    ...templateFields,
    missed_policy: z.enum(missedPolicies),
    overlap_policy: z.enum(overlapPolicies),
    paused: z.boolean(),
  })
  .partial()
export const recurringQuery = pageQuery.extend({ board_id: id.optional() })
export const runsQuery = z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) })
export const schedulePreview = z.strictObject({
  schedule: scheduleText,
  timezone: timezone.default('UTC'),
  count: z.number().int().min(1).max(20).default(5),
})

export const runWords: Readonly<Record<RecurringRun['outcome'], { label: string; tone: Tone }>> = {
  created: { label: 'Created', tone: 'good' },
  skipped: { label: 'Left out', tone: 'idle' },
  failed: { label: 'Failed', tone: 'bad' },
}
/** Why a run was left out, for a person. */
export const runReasons: Readonly<Record<string, string>> = {
  missed: 'This machine was asleep, or the program was not running.',
  made_up: 'Made up for a moment that passed while the program was not running.',
  still_open: 'The task of the last run is still open.',
  board_paused: 'The board was paused.',
}

// — templates —

export const taskTemplate = z.object({
  id,
  /** Null: for every board. */
  board_id: id.nullable(),
  name: z.string(),
  title: z.string(),
  description: z.string(),
  priority: task.shape.priority,
  tag_ids: z.array(id),
  custom_field_values: z.record(z.string(), z.unknown()),
  created_at: timestamp,
  updated_at: timestamp,
})
export type TaskTemplate = z.infer<typeof taskTemplate>

export const taskTemplateCreate = z.strictObject({
  board_id: id.nullable().default(null),
  name: label,
  title: z.string().trim().max(2000).default(''),
  description: templateFields.description.default(''),
  priority: templateFields.priority.default('medium'),
  tag_ids: templateFields.tag_ids.default([]),
  custom_field_values: fieldValues.default({}),
})
export const taskTemplateUpdate = z
  .strictObject({
    board_id: id.nullable(),
    name: label,
    title: z.string().trim().max(2000),
    description: templateFields.description,
    priority: templateFields.priority,
    tag_ids: templateFields.tag_ids,
    custom_field_values: fieldValues,
  })
  .partial()
/** Those of a board are its own and the ones for every board. */
export const taskTemplatesQuery = z.object({ board_id: id.optional() })

export const boardTemplate = z.object({
  id,
  name: z.string(),
  description: z.string(),
  /** What is in it. */
  counts: z.object({
    tasks: z.number().int(),
    tags: z.number().int(),
    custom_fields: z.number().int(),
    recurring_tasks: z.number().int(),
    task_templates: z.number().int(),
  }),
  created_at: timestamp,
  updated_at: timestamp,
})
export type BoardTemplate = z.infer<typeof boardTemplate>
export const boardTemplateCreate = z.strictObject({
  board_id: id,
  name: label,
  description: z.string().max(2000).default(''),
  /** Open tasks go along, as new ones. */
  include_tasks: z.boolean().default(true),
})
export const boardTemplateUpdate = z.strictObject({ name: label.optional(), description: z.string().max(2000).optional() })
export const boardFromTemplate = z.strictObject({ name: boardCreate.shape.name })

// — a board as a file —

export const boardFileFormat = 'openclaw-mission-control/board'
/** Version 1 knew no documents, memory, webhooks and former wordings; it is still read. */
export const boardFileVersion = 2
/** Bytes of a file that is imported; more is refused with 413. */
export const importMaximumBytes = 16 * 1024 * 1024
/** Rows of a CSV file, tasks of a board file. */
export const importMaximumTasks = 10_000

const fileComment = z.strictObject({
  author_type: z.enum(['user', 'agent', 'system']),
  author_name: z.string().max(200),
  message: z.string().max(100_000),
  created_at: timestamp,
  edited_at: maybeTimestamp.default(null),
  /** Former wordings, oldest first. */
  versions: z
    .array(z.strictObject({ message: z.string().max(100_000), created_at: timestamp }))
    .max(1000)
    .default([]),
})
const fileTask = z.strictObject({
  number: z.number().int().min(1),
  title: z.string().min(1).max(2000),
  description: z.string().max(100_000),
  status: task.shape.status,
  priority: task.shape.priority,
  position: z.number(),
  blocked_reason: z.string().max(2000).nullable(),
  due_at: maybeTimestamp,
  in_progress_at: maybeTimestamp,
  created_by: z.string().max(200),
  auto_created: z.boolean(),
  created_at: timestamp,
  updated_at: timestamp,
  /** Names of agents: they are no part of the file. */
  assigned_to: z.array(z.string().max(200)).max(50),
  tags: z.array(z.string().max(60)).max(50),
  /** Numbers of tasks of the same file. */
  depends_on: z.array(z.number().int()).max(100),
  custom_field_values: z.record(z.string(), z.unknown()),
  comments: z.array(fileComment),
  /** Whether the operator watches it; null: neither asked for nor refused. */
  watching: z.boolean().nullable().default(null),
  /** Names of its files: their bytes are no part of this one. */
  files: z.array(z.string().max(300)).max(1000).default([]),
})
const fileDocument = z.strictObject({
  title: z.string().trim().min(1).max(2000),
  type: z.enum(documentTypes),
  /** As it is now: former versions stay behind. */
  content: z.string().max(documentCharsMax),
  /** Number of its task; null: of the board itself. */
  task: z.number().int().nullable(),
  author_type: z.enum(['user', 'agent']),
  author_name: z.string().max(200),
  created_at: timestamp,
  updated_at: timestamp,
})
const fileMemory = z.strictObject({
  content: z.string().min(1).max(100_000),
  tags: z.array(z.string().max(64)).max(20),
  is_chat: z.boolean(),
  source: z.string().max(64),
  author_type: z.enum(['user', 'agent', 'system']),
  author_name: z.string().max(200),
  created_at: timestamp,
})
/** Without secrets: one that was signed gets a new secret, which somebody has to set anew. */
const fileWebhook = z.strictObject({
  description: z.string().max(2000),
  enabled: z.boolean(),
  signed: z.boolean(),
  signature_header: webhookCreate.shape.signature_header.unwrap(),
  /** Name of the agent that heard of it; null: the lead. */
  agent: z.string().max(200).nullable(),
})
const fileOutgoing = z.strictObject({
  name: outgoingWebhookCreate.shape.name,
  url: outgoingWebhookCreate.shape.url,
  events: outgoingWebhookCreate.shape.events,
  enabled: z.boolean(),
  allow_private: z.boolean(),
})
const fileRecurring = z.strictObject({
  name: label,
  schedule: scheduleText,
  timezone,
  title: templateFields.title,
  description: templateFields.description,
  priority: templateFields.priority,
  assigned_to: z.array(z.string().max(200)).max(50),
  tags: z.array(z.string().max(60)).max(50),
  custom_field_values: fieldValues,
  missed_policy: z.enum(missedPolicies),
  overlap_policy: z.enum(overlapPolicies),
  paused: z.boolean(),
  /** How often it ran: `{n}` goes on from there. */
  run_count: z.number().int().min(0).default(0),
})
const fileTemplate = z.strictObject({
  name: label,
  title: z.string().max(2000),
  description: templateFields.description,
  priority: templateFields.priority,
  tags: z.array(z.string().max(60)).max(50),
  custom_field_values: fieldValues,
})
/** Everything that a board is, without ids: tasks are referred to by number, tags and agents by name, fields by key. */
export const boardFile = z.strictObject({
  format: z.literal(boardFileFormat),
  version: z.union([z.literal(1), z.literal(boardFileVersion)]),
  exported_at: timestamp,
  board: z.strictObject({
    name: board.shape.name.min(1).max(120),
    description: z.string().max(100_000),
    board_type: board.shape.board_type,
    objective: z.string().max(100_000).nullable(),
    success_metrics: successMetricsInput,
    target_date: targetDate.nullable(),
    goal_confirmed: z.boolean(),
    require_approval_for_done: z.boolean(),
    require_review_before_done: z.boolean(),
    comment_required_for_review: z.boolean(),
    block_status_changes_with_pending_approval: z.boolean(),
    only_lead_can_change_status: z.boolean(),
    max_agents: z.number().int().min(0).max(1000),
    paused: z.boolean().default(false),
    /** Name of its group. */
    group: z.string().max(120).nullable().default(null),
    /** Numbers of deleted tasks are not given again. */
    next_task_number: z.number().int().min(1).max(2_000_000_000).default(1),
  }),
  tags: z.array(z.strictObject({ name: z.string().trim().min(1).max(60), color: z.string().regex(/^[0-9a-f]{6}$/) })).max(1000),
  custom_fields: z
    .array(
      z.strictObject({
        field_key: fieldKey,
        label,
        field_type: z.enum(fieldTypes),
        description: z.string().max(2000),
        options,
        required: z.boolean(),
        default_value: z.unknown(),
        ui_visibility: z.enum(fieldVisibilities),
      }),
    )
    .max(200),
  tasks: z.array(fileTask).max(importMaximumTasks),
  recurring_tasks: z.array(fileRecurring).max(500),
  task_templates: z.array(fileTemplate).max(500),
  documents: z.array(fileDocument).max(10_000).default([]),
  /** The memory of the board with its chat, oldest first. */
  memory: z.array(fileMemory).max(100_000).default([]),
  webhooks: z.array(fileWebhook).max(200).default([]),
  outgoing_webhooks: z.array(fileOutgoing).max(200).default([]),
})
export type BoardFile = z.infer<typeof boardFile>
export type BoardFileTask = z.infer<typeof fileTask>

// — imports —

/** One thing that was, or would be, refused or changed on the way in. `row` is the line of the CSV record, or the number of the task. */
export const importNote = z.object({
  row: z.number().int().nullable(),
  field: z.string().nullable(),
  level: z.enum(['error', 'warning']),
  message: z.string(),
})
export type ImportNote = z.infer<typeof importNote>

/** `result` of the jobs `board_import` and `task_import`. */
export const importResult = z.object({
  dry_run: z.boolean(),
  board_id: id.nullable(),
  /** Tasks that were, or would be, written. */
  imported: z.number().int(),
  refused: z.number().int(),
  /** Which column became which field; null: ignored. CSV only. */
  mapping: z.record(z.string(), z.string().nullable()).nullable(),
  /** The first 200; `notes_total` says how many there are. */
  notes: z.array(importNote),
  notes_total: z.number().int(),
})
export type ImportResult = z.infer<typeof importResult>

export const boardImportQuery = z.object({
  /** Another name for the board. */
  name: z.string().trim().min(1).max(120).optional(),
  dry_run: queryBoolean.optional(),
})
export const taskImportQuery = z.object({
  dry_run: queryBoolean.optional(),
  /** JSON object: header of a column → field, or null to ignore it. Columns that it leaves out are mapped by their header. */
  mapping: z.string().max(20_000).optional(),
})

/** Fields that a CSV column may become, beside `custom.<key>`. */
export const csvFields = [
  'number',
  'title',
  'description',
  'status',
  'priority',
  'assignees',
  'tags',
  'due_at',
  'depends_on',
  'blocked_reason',
  'created_by',
  'created_at',
  'updated_at',
] as const

export const tagMerge = z.strictObject({ into_tag_id: id })
