/** Full-text search over tasks, threads, documents and board memory. */
import { z } from 'zod'
import { id, timestamp } from './primitives.ts'

export const searchQuery = z.object({
  q: z.string().trim().min(1).max(200),
  board_id: id.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

/** The same on one board. */
export const boardSearchQuery = searchQuery.omit({ board_id: true })

export const searchHit = z.object({
  kind: z.enum(['task', 'comment', 'memory', 'document']),
  id,
  board_id: id,
  /** Of the task itself, or of the comment's or the document's. */
  task_id: id.nullable(),
  task_number: z.number().int().nullable(),
  /** Title of the task or the document; for memory the author's name. */
  title: z.string(),
  /** A passage, in pieces: those with `hit` are what was searched for. */
  snippet: z.array(z.object({ text: z.string(), hit: z.boolean() })),
  created_at: timestamp,
})
export type SearchHit = z.infer<typeof searchHit>
