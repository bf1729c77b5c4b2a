/** What a board has beside its tasks: its chat and memory, tags; and work on several tasks at once, with its undo. */
import { z } from 'zod'
import { task } from './entities.ts'
import { id, pageQuery, queryBoolean, timestamp } from './primitives.ts'
import { taskUpdate } from './requests.ts'

/** One entry of a board's memory. An entry with the tag `chat` is a message of the board's chat. */
export const boardMemory = z.object({
  id,
  board_id: id,
  content: z.string(),
  tags: z.array(z.string()),
  is_chat: z.boolean(),
  /** Where it came from, e.g. `operator`, `agent`, `reply`, `system`. */
  source: z.string(),
  author_type: z.enum(['user', 'agent', 'system']),
  author_name: z.string(),
  agent_id: id.nullable(),
  /** The message that it answers; unique, so that an answer is written once. */
  source_notification_id: id.nullable(),
  created_at: timestamp,
})
export type BoardMemory = z.infer<typeof boardMemory>

export const memoryCreate = z.strictObject({
  content: z.string().trim().min(1).max(100_000),
  /** `chat` makes it a message that agents hear of: the lead, and whoever is mentioned. */
  tags: z.array(z.string().trim().min(1).max(64)).max(20).default([]),
})
export const memoryQuery = pageQuery.extend({ is_chat: queryBoolean.optional() })

export const tag = z.object({
  id,
  name: z.string(),
  slug: z.string(),
  /** Six hexadecimal digits, without `#`. */
  color: z.string(),
  task_count: z.number().int(),
  created_at: timestamp,
})
export type Tag = z.infer<typeof tag>

const tagName = z.string().trim().min(1).max(60)
const tagColor = z.string().regex(/^[0-9a-f]{6}$/i, 'must be six hexadecimal digits')
export const tagCreate = z.strictObject({ name: tagName, color: tagColor.default('9e9e9e') })
export const tagUpdate = z.strictObject({ name: tagName.optional(), color: tagColor.optional() })

/** The same change for many tasks. Each is decided by itself; a refused one does not keep the others. */
export const bulkUpdate = z.strictObject({
  task_ids: z.array(id).min(1).max(200),
  patch: taskUpdate.omit({ title: true, description: true, position: true, expected_status: true, depends_on_task_ids: true }),
  /** Where each of them goes in its column, one number per task. */
  positions: z.array(z.number()).max(200).optional(),
})
export const bulkResult = z.object({
  results: z.array(
    z.object({ task_id: id, ok: z.boolean(), code: z.string().nullable(), detail: z.string().nullable(), task: task.nullable() }),
  ),
  changed: z.number().int(),
  failed: z.number().int(),
})
export type BulkResult = z.infer<typeof bulkResult>

/** How long an undo token is good. */
export const undoForMs = 60_000
/** Header of every answer to a change or a deletion that can be taken back. */
export const undoHeader = 'x-undo-token'
export const undoRequest = z.strictObject({ token: z.string().min(16).max(200) })
export const undone = z.object({ ok: z.literal(true), restored: z.number().int(), tasks: z.array(task) })
