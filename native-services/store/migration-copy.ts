/** A copy of the database as it was before its schema is changed. */
import { chmodSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { createId } from '../platform/ids.ts'
import { backupFolderName, databaseName, newManifest, unfinishedFolder, writeManifest } from './backup-folders.ts'
import type { Sqlite } from './open.ts'

/**
 * Written before anything else runs, so it may take its time. What is not known yet (hash, counts, the files of tasks) is added by the
 * backup service later. Throws when it cannot be written.
 */
export function copyBeforeMigration(db: Sqlite, options: { backups: string; schemaVersion: number; now: number }): void {
  const id = createId(options.now)
  const folder = unfinishedFolder(options.backups, id)
  try {
    const file = path.join(folder, databaseName)
    db.prepare('VACUUM INTO ?').run(file)
    if (process.platform !== 'win32') chmodSync(file, 0o600)
    writeManifest(folder, {
      ...newManifest({ id, reason: 'before_migration', created_at: options.now, schema_version: options.schemaVersion }),
      database_bytes: statSync(file).size,
    })
    renameSync(folder, path.join(options.backups, backupFolderName(options.now, id)))
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}
