/** The files that OpenClaw reads into an agent's prompt: their names, limits, versions, and the starting points for each role. */
import { z } from 'zod'
import { agentRoles, heartbeatConfig } from './entities.ts'
import { id, maybeTimestamp, pageQuery, timestamp } from './primitives.ts'

/** The names that the gateway reads and lets be written. */
export const agentFileNames = ['AGENTS.md', 'SOUL.md', 'IDENTITY.md', 'USER.md', 'MEMORY.md', 'BOOTSTRAP.md'] as const
export type AgentFileName = (typeof agentFileNames)[number]

/** More is refused. */
export const agentFileMaxChars = 100_000
/** What the gateway puts into a prompt at most; the rest of a file is not read. */
export const promptLimitChars = (name: AgentFileName): number => (name === 'USER.md' ? 4000 : 20_000)

const fileName = z.enum(agentFileNames)
const content = z
  .string()
  .max(agentFileMaxChars, `at most ${agentFileMaxChars} characters fit (the gateway puts only the first 20000 into a prompt)`)
/** SHA-256 of the content as UTF-8, in hex; null when there is no file. */
const hash = z.string().nullable()
const reason = z.string().trim().max(500).optional()

export const agentFileInfo = z.object({
  name: fileName,
  missing: z.boolean(),
  /** Bytes. */
  size: z.number().int(),
  hash,
  updated_at: maybeTimestamp,
})
export type AgentFileInfo = z.infer<typeof agentFileInfo>

export const agentFile = agentFileInfo.extend({
  content: z.string(),
  /** The lines (from 1, both inclusive) that belong to Mission Control; an edit of them is put back. */
  managed: z.object({ start_line: z.number().int(), end_line: z.number().int() }).nullable(),
  /** Read through the gateway, or from the folder because the gateway is away. */
  source: z.enum(['gateway', 'workspace']),
  /** What a person should know about this content, e.g. that a part of it does not reach the prompt. */
  warnings: z.array(z.string()),
})
export type AgentFile = z.infer<typeof agentFile>

export const agentFileWrite = z.strictObject({
  content,
  /** What the editor began with; null when there was no file. */
  expected_hash: hash,
  reason,
})

export const agentFileVersionInfo = z.object({
  id,
  agent_id: id,
  name: fileName,
  hash: z.string(),
  size: z.number().int(),
  author_name: z.string(),
  reason: z.string().nullable(),
  created_at: timestamp,
})
export type AgentFileVersionInfo = z.infer<typeof agentFileVersionInfo>

export const agentFileVersion = agentFileVersionInfo.extend({ content: z.string() })
export type AgentFileVersion = z.infer<typeof agentFileVersion>

export const agentFileRestore = z.strictObject({ version_id: id, expected_hash: hash.optional() })

export const agentTemplate = z.object({
  template: z.enum(agentRoles),
  title: z.string(),
  summary: z.string(),
  /** As they are kept, with `{{name}}` and the like not filled in. */
  files: z.array(z.object({ name: fileName, content: z.string() })),
})
export type AgentTemplate = z.infer<typeof agentTemplate>

export const applyTemplate = z.strictObject({
  template: z.enum(agentRoles),
  /** Only these are looked at. */
  names: z.array(fileName).min(1).max(agentFileNames.length),
  /** Show what would change and write nothing. */
  dry_run: z.boolean().default(true),
  /** Also replace files that have content. What they said stays in the history. */
  overwrite: z.boolean().default(false),
})

export const appliedTemplate = z.object({
  dry_run: z.boolean(),
  items: z.array(
    z.object({
      name: fileName,
      before: z.string(),
      after: z.string(),
      /** `kept`: it has content, and overwrite was not asked for. `changed_meanwhile`: somebody wrote it at the same moment. */
      outcome: z.enum(['would_write', 'written', 'unchanged', 'kept', 'changed_meanwhile']),
    }),
  ),
})
export type AppliedTemplate = z.infer<typeof appliedTemplate>

export const importableAgent = z.object({
  gateway_agent_id: z.string(),
  name: z.string(),
  workspace_path: z.string(),
  is_default: z.boolean(),
  model: z.string().nullable(),
  /** What to know before importing it. */
  note: z.string().nullable(),
})
export type ImportableAgent = z.infer<typeof importableAgent>

export const importAgent = z.strictObject({
  gateway_agent_id: z.string().min(1).max(64),
  /** Null or absent: it helps the whole gateway, as its main agent. */
  board_id: id.nullable().optional(),
  role: z.enum(agentRoles).optional(),
  /** Its display name here; its name in the gateway stays. */
  name: z.string().trim().min(1).max(120).optional(),
  heartbeat_config: heartbeatConfig.strict().optional(),
})

/** `content` is the whole SOUL.md, as in the seed's API. */
export const soul = z.object({ agent_id: id, board_id: id, content: z.string(), hash })
export const soulWrite = z.strictObject({ content, reason, source_url: z.string().max(2000).optional() })

export const versionsQuery = pageQuery
