/** Boards that belong together: the group, its chat and memory, and what stands on its boards. */
import { z } from 'zod'
import { memoryCreate } from './board-work.ts'
import { board, task } from './entities.ts'
import { heartbeatApplied, heartbeatApply } from './heartbeats.ts'
import { id, pageQuery, queryBoolean, timestamp } from './primitives.ts'

/** Which boards are in it stands in `board_group_id` of the boards. */
export const boardGroup = z.object({
  id,
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  created_at: timestamp,
  updated_at: timestamp,
})
export type BoardGroup = z.infer<typeof boardGroup>

const name = z.string().trim().min(1).max(120)
const text = z.string().max(100_000)
export const boardGroupCreate = z.strictObject({
  name,
  slug: z.string().trim().max(120).optional(),
  description: text.default(''),
  /** Boards to put into it at once; they leave the group that they are in. */
  board_ids: z.array(id).max(500).default([]),
})
export const boardGroupUpdate = z.strictObject({ name: name.optional(), description: text.optional() })

/** One entry of a group's memory. An entry with the tag `chat` or `broadcast` is a message of the group's chat. */
export const groupMemory = z.object({
  id,
  board_group_id: id,
  /** The board of the agent that wrote it; null for people. */
  board_id: id.nullable(),
  content: z.string(),
  tags: z.array(z.string()),
  is_chat: z.boolean(),
  /** Where it came from: `operator`, `agent` or `reply`. */
  source: z.string(),
  author_type: z.enum(['user', 'agent', 'system']),
  author_name: z.string(),
  agent_id: id.nullable(),
  /** The message that it answers; unique, so that an answer is written once. */
  source_notification_id: id.nullable(),
  /** How many agents it was sent to, beside the one that it answers. */
  told_count: z.number().int(),
  created_at: timestamp,
})
export type GroupMemory = z.infer<typeof groupMemory>

/** Whoever tags a message with it reaches every agent of every board of the group; so does `@all` in its text. */
export const broadcastTag = 'broadcast'
export const groupMemoryCreate = memoryCreate
export const groupMemoryQuery = pageQuery.extend({ is_chat: queryBoolean.optional() })

export const taskSummary = task
  .pick({
    id: true,
    number: true,
    title: true,
    status: true,
    priority: true,
    due_at: true,
    assigned_agent_ids: true,
    is_blocked: true,
    waiting_for: true,
    updated_at: true,
  })
  .extend({ assignees: z.array(z.string()) })

export const groupSnapshot = z.object({
  /** Null: the board belongs to no group. */
  group: boardGroup.nullable(),
  boards: z.array(z.object({ board, task_counts: board.shape.task_counts, tasks: z.array(taskSummary) })),
})
export type GroupSnapshot = z.infer<typeof groupSnapshot>

export const groupSnapshotQuery = z.object({
  /** With what is done; archived tasks never. */
  include_done: queryBoolean.optional(),
  per_board_task_limit: z.coerce.number().int().min(0).max(100).default(5),
})
export const boardGroupSnapshotQuery = groupSnapshotQuery.extend({
  /** With the board that is asked about; true unless said otherwise. */
  include_self: queryBoolean.optional(),
})

export const groupHeartbeatApply = heartbeatApply
export const groupHeartbeatApplied = heartbeatApplied.omit({ board_id: true }).extend({ board_group_id: id })
