/**
 * A restore changes files that are open while the program runs. So it is prepared in a folder, and the files change places before the
 * services host opens them. Every step is a rename: after a crash at any instant the next start goes on from there.
 *
 *   plan.json      what is to be done; written last, so that without it nothing happens
 *   done.json      it was done, and no start has succeeded since; after two that failed everything goes back
 *   started.json   the services started on it: from then on it holds work, and never goes back by itself
 *   failed.json    it went back
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from './atomic-file.ts'
import type { DataPaths } from './paths.ts'

export const restorePlan = z.object({
  backup_id: z.string(),
  backup_created_at: z.number().int(),
  /** The backup that was made of what is being replaced. */
  undo_id: z.string(),
  /** Starts since it was done. */
  starts: z.number().int().default(0),
})
export type RestorePlan = z.infer<typeof restorePlan>

const startsAllowed = 2

export function restoreFiles(root: string) {
  const folder = path.join(root, 'restore')
  return {
    folder,
    plan: path.join(folder, 'plan.json'),
    done: path.join(folder, 'done.json'),
    started: path.join(folder, 'started.json'),
    failed: path.join(folder, 'failed.json'),
    database: path.join(folder, 'mission-control.sqlite'),
    installKey: path.join(folder, 'install-key'),
    oldDatabase: path.join(folder, 'as-it-was.sqlite'),
    oldInstallKey: path.join(folder, 'install-key-as-it-was'),
    /** What was restored and went back. */
    rejected: path.join(folder, 'rejected.sqlite'),
  }
}

function read(file: string): RestorePlan | null {
  try {
    return restorePlan.nullable().parse(readJsonFile(file))
  } catch {
    return null
  }
}

const logs = ['-wal', '-shm']
/** A database with what its write-ahead log holds: the last commits may be nowhere else. */
function moveDatabase(from: string, to: string, order: readonly string[] = ['', ...logs]): void {
  for (const end of order) if (existsSync(from + end)) renameSync(from + end, to + end)
}

/**
 * Puts back what a restore has replaced, if it has. The file itself moves after its logs: it is there until the step is whole, and says
 * after a crash that there is something left to do.
 */
export function takeBackRestore(paths: DataPaths): void {
  const files = restoreFiles(paths.root)
  const fileLast = [...logs, '']
  if (existsSync(files.oldDatabase)) {
    // Without the file, logs are the old one's: the restore was cut off before it came to them.
    if (!existsSync(files.rejected) && existsSync(paths.database)) moveDatabase(paths.database, files.rejected, fileLast)
    moveDatabase(files.oldDatabase, paths.database, fileLast)
  }
  if (existsSync(files.oldInstallKey)) renameSync(files.oldInstallKey, paths.installKey)
}

/** A replaced database that no backup holds is kept in the data folder; somebody may still get something out of it. */
export function keepReplaced(paths: DataPaths, now: number): void {
  const { oldDatabase } = restoreFiles(paths.root)
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  moveDatabase(oldDatabase, path.join(paths.root, `damaged-${stamp}.sqlite`))
}

/** The services run on it. A rename, because it must work on a full disk, too. */
export function keepRestore(paths: DataPaths): void {
  const files = restoreFiles(paths.root)
  if (existsSync(files.done)) renameSync(files.done, files.started)
}

/** Nothing may have the database open. Returns what happened to a restore that was prepared, if one was. */
export function applyStagedRestore(paths: DataPaths): 'none' | 'restored' | 'taken back' {
  const files = restoreFiles(paths.root)
  if (!existsSync(files.folder)) return 'none'
  const plan = read(files.plan)
  if (plan) {
    mkdirSync(files.folder, { recursive: true, mode: 0o700 })
    if (existsSync(files.database)) {
      moveDatabase(paths.database, files.oldDatabase)
      renameSync(files.database, paths.database)
    }
    if (existsSync(files.installKey)) {
      if (existsSync(paths.installKey)) renameSync(paths.installKey, files.oldInstallKey)
      renameSync(files.installKey, paths.installKey)
    }
    writeJsonFile(files.done, plan)
    rmSync(files.plan, { force: true })
    return 'restored'
  }
  const done = read(files.done)
  if (!done) return 'none'
  if (done.starts + 1 < startsAllowed) {
    writeJsonFile(files.done, { ...done, starts: done.starts + 1 })
    return 'none'
  }
  takeBackRestore(paths)
  writeJsonFile(files.failed, done)
  rmSync(files.done, { force: true })
  return 'taken back'
}
