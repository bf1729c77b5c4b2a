/** Backups: copies of the database and of the files of tasks, with a manifest that says what is in them. */
import { z } from 'zod'
import { id, maybeTimestamp, timestamp } from './primitives.ts'

export const backupReasons = ['manual', 'scheduled', 'before_migration', 'before_restore'] as const
export type BackupReason = (typeof backupReasons)[number]

/** What is counted, and the table that it lies in. */
export const backupTables = {
  boards: 'boards',
  agents: 'agents',
  tasks: 'tasks',
  comments: 'messages',
  documents: 'documents',
  attachments: 'attachments',
  activity: 'activity',
} as const
export type BackupCounts = Record<keyof typeof backupTables, number>
export const backupCounts = z.object(
  Object.fromEntries(Object.keys(backupTables).map((name) => [name, z.number().int()])) as Record<keyof typeof backupTables, z.ZodNumber>,
)

const shape = {
  id,
  reason: z.enum(backupReasons),
  /** Of the program that wrote it; null when it was not known yet. */
  version: z.string().nullable(),
  schema_version: z.number().int(),
  counts: backupCounts,
  database_bytes: z.number().int(),
  /** Null until it is worked out. */
  database_sha256: z.string().nullable(),
  files_count: z.number().int(),
  files_bytes: z.number().int(),
  /** Files that the database names and that were not there. */
  files_missing: z.number().int(),
  includes_install_key: z.boolean(),
  /** Why it cannot be restored; null when nothing is known against it. */
  problem: z.string().nullable(),
}

export const backup = z.object({ ...shape, created_at: timestamp, verified_at: maybeTimestamp })
export type Backup = z.infer<typeof backup>

/** `manifest.json` beside the copy. Times are milliseconds. */
export const backupManifest = z.object({
  format: z.literal(1),
  ...shape,
  created_at: z.number().int(),
  verified_at: z.number().int().nullable(),
  /** Tells whether another installation wrote it; says nothing of the key itself. */
  install_key_fingerprint: z.string().nullable(),
})
export type BackupManifest = z.infer<typeof backupManifest>

export const backupCreate = z.strictObject({
  /** The key that sealed secrets and the hashes of tokens need. Whoever has such a backup can use them. */
  include_install_key: z.boolean().default(false),
})

export const backupRestore = z.strictObject({
  /** Deliveries and heartbeats stand still afterwards, so that nothing that was done since is done again unseen. */
  pause: z.boolean().default(true),
})

/** What a restore would do, before it is done. */
export const backupPreview = z.object({
  backup,
  /** Not empty: it cannot be restored. */
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
  now: backupCounts,
  /** Made since the backup; would be gone. */
  lost: z.object({
    boards: z.array(z.string()),
    tasks: z.array(z.object({ number: z.number().int(), title: z.string() })),
    tasks_total: z.number().int(),
    comments_total: z.number().int(),
    /** Changed since; would be as they were. */
    tasks_changed: z.number().int(),
  }),
})
export type BackupPreview = z.infer<typeof backupPreview>

export const backupState = z.object({
  folder: z.string(),
  total_bytes: z.number().int(),
  free_bytes: z.number().int().nullable(),
  next_at: maybeTimestamp,
  /** The last one that failed, when none has succeeded since. */
  failed_at: maybeTimestamp,
  failed_reason: z.string().nullable(),
})
export type BackupState = z.infer<typeof backupState>

export const backupSettings = z.strictObject({
  enabled: z.boolean(),
  every_hours: z.number().int().min(1).max(720),
  /** Scheduled ones that are kept: the newest, and the newest of each of so many weeks. */
  keep_newest: z.number().int().min(1).max(100),
  keep_weekly: z.number().int().min(0).max(52),
})
export const defaultBackupSettings: z.infer<typeof backupSettings> = { enabled: true, every_hours: 24, keep_newest: 7, keep_weekly: 4 }
