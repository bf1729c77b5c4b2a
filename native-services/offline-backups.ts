/**
 * Backups while no control center answers: a damaged database keeps the services from starting, and with them everything that restores one.
 * What is prepared here is put in place by the next start, as with a restore from the page (`platform/staged-restore.ts`).
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { verifyBackup } from './api/backup-copy.ts'
import { stageRestore } from './api/backup-restore.ts'
import type { BackupManifest } from './contract/backups.ts'
import { AppError } from './contract/errors.ts'
import { livingHolder } from './platform/data-dir-lock.ts'
import { createId } from './platform/ids.ts'
import type { DataPaths } from './platform/paths.ts'
import { keepReplaced, restoreFiles, takeBackRestore } from './platform/staged-restore.ts'
import { readBackups } from './store/backup-folders.ts'
import { findMigrations, readMigrations } from './store/open.ts'

/** Newest first. */
export const listOffline = (paths: DataPaths): BackupManifest[] => readBackups(paths.backups).map(({ manifest }) => manifest)

/** An earlier restore may still hold the only copy of what it replaced, and the next one begins by emptying its folder. */
function clearEarlier(paths: DataPaths, held: boolean): void {
  const files = restoreFiles(paths.root)
  if (!existsSync(files.oldDatabase)) return
  if (held) throw new AppError('conflict', 'A restore is on its way. Stop the control center, then try again.')
  // The services started on it: it holds work by now, and both are kept. Otherwise it stands for nothing.
  if (existsSync(files.started)) keepReplaced(paths, Date.now())
  else takeBackRestore(paths)
}

/**
 * Verifies a backup and has the next start put it in the place of what is here, with deliveries and heartbeats paused.
 * Throws `not_found`, and `conflict` when it is damaged or a control center answers on this folder.
 */
export async function restoreOffline(paths: DataPaths, id: string): Promise<BackupManifest> {
  const holder = await livingHolder(paths.lock)
  if (holder?.url) throw new AppError('conflict', `A control center answers at ${holder.url}. Restore with that one, or stop it.`)
  const found = readBackups(paths.backups).find(({ manifest }) => manifest.id === id)
  if (!found) throw new AppError('not_found', `There is no backup ${id} in ${paths.backups}.`)
  const migrations = findMigrations(path.dirname(fileURLToPath(import.meta.url)))
  const { problems } = await verifyBackup(found.folder, found.manifest, migrations === undefined ? 0 : readMigrations(migrations).length)
  if (problems[0] !== undefined) throw new AppError('conflict', `It is not restored. ${problems[0]}`)
  clearEarlier(paths, holder !== null)
  // Of what cannot be read no backup can be made: the file itself stays beside the restored one.
  await stageRestore({ paths, ...found, undoId: createId(Date.now()), pause: true, now: Date.now() })
  return found.manifest
}
