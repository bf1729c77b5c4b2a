/** Documents (Markdown with versions) and attachments (files) of boards and their tasks. */
import { z } from 'zod'
import { id, pageQuery, queryBoolean, timestamp } from './primitives.ts'

export const documentTypes = ['deliverable', 'note', 'template', 'reference'] as const
export type DocumentType = (typeof documentTypes)[number]

/** Characters of a document. */
export const documentCharsMax = 1_000_000
/** Bytes of an attachment. */
export const attachmentBytesMax = 20 * 1024 * 1024
/** How long a deleted document is kept before it is removed for good. */
export const documentRetentionMs = 30 * 24 * 3_600_000
/** Header of an upload: the file's name, percent-encoded UTF-8. */
export const fileNameHeader = 'x-file-name'

/** A document as lists and the event stream show it: without its content. */
export const documentInfo = z.object({
  id,
  board_id: id,
  /** Null: a document of the board itself. */
  task_id: id.nullable(),
  title: z.string(),
  type: z.enum(documentTypes),
  /** Grows when the content changes, and only then. */
  version: z.number().int(),
  /** Characters of the content. */
  size: z.number().int(),
  /** How the content begins. */
  excerpt: z.string(),
  author_type: z.enum(['user', 'agent']),
  author_name: z.string(),
  agent_id: id.nullable(),
  /** Who changed it last. */
  edited_by_type: z.enum(['user', 'agent']),
  edited_by_name: z.string(),
  created_at: timestamp,
  updated_at: timestamp,
})
export type DocumentInfo = z.infer<typeof documentInfo>

export const documentWhole = documentInfo.extend({ content: z.string() })
export type DocumentWhole = z.infer<typeof documentWhole>

export const documentVersionInfo = z.object({
  id,
  document_id: id,
  version: z.number().int(),
  size: z.number().int(),
  author_type: z.enum(['user', 'agent']),
  author_name: z.string(),
  agent_id: id.nullable(),
  created_at: timestamp,
})
export type DocumentVersionInfo = z.infer<typeof documentVersionInfo>
export const documentVersion = documentVersionInfo.extend({ content: z.string() })
export type DocumentVersion = z.infer<typeof documentVersion>

const title = z.string().trim().min(1).max(2000)
const content = z.string().max(documentCharsMax)
/** The version that the change was made from; refused with 409 when there is a newer one. */
const baseVersion = z.number().int().min(1)

export const documentCreate = z.strictObject({
  title,
  content: content.default(''),
  type: z.enum(documentTypes).default('note'),
  task_id: id.nullable().optional(),
})
export const documentUpdate = z.strictObject({
  title: title.optional(),
  content: content.optional(),
  type: z.enum(documentTypes).optional(),
  /** Null makes it a document of the board itself. */
  task_id: id.nullable().optional(),
  base_version: baseVersion.optional(),
})
export const documentRestore = z.strictObject({ version_id: id, base_version: baseVersion })
export const documentsQuery = pageQuery.extend({
  task_id: id.optional(),
  type: z.enum(documentTypes).optional(),
  /** Only those that belong to no task. */
  of_board: queryBoolean.optional(),
})

export const attachment = z.object({
  id,
  board_id: id,
  task_id: id,
  /** The comment that it came with. */
  comment_id: id.nullable(),
  file_name: z.string(),
  media_type: z.string(),
  /** Bytes. */
  size: z.number().int(),
  sha256: z.string(),
  author_type: z.enum(['user', 'agent']),
  author_name: z.string(),
  agent_id: id.nullable(),
  created_at: timestamp,
})
export type Attachment = z.infer<typeof attachment>

export const attachmentsQuery = pageQuery.extend({ comment_id: id.optional() })
export const attachmentUploadQuery = z.object({ comment_id: id.optional() })
