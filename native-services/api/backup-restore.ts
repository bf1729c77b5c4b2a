/** Restoring: what it would change, how it is prepared, and what is left to do once the services run on it. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import path from 'node:path'
import Database from 'better-sqlite3'
import { type BackupCounts, type BackupManifest, type BackupPreview, backupTables } from '../contract/backups.ts'
import { readJsonFile, writeJsonFile } from '../platform/atomic-file.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { DataPaths } from '../platform/paths.ts'
import { keepReplaced, keepRestore, restoreFiles, restorePlan, type RestorePlan } from '../platform/staged-restore.ts'
import { type CopyFacts, examineCopy, hashFile } from '../store/backup.ts'
import { databaseName, installKeyName, readBackups } from '../store/backup-folders.ts'
import type { Store } from '../store/store.ts'
import { linkFiles, needRoom } from './backup-copy.ts'
import type { Internal } from './wire.ts'

const mostNames = 10

export function countRows(store: Store): BackupCounts {
  return Object.fromEntries(
    Object.entries(backupTables).map(([name, table]) => [name, store.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]),
  ) as BackupCounts
}

export function previewOf(options: {
  store: Store
  manifest: BackupManifest
  problems: string[]
  facts: CopyFacts | null
  fingerprint: string
}): Internal<BackupPreview> {
  const { store, manifest, problems, facts } = options
  const { db } = store
  const since = manifest.created_at
  const count = (sql: string): number => db.prepare(sql).pluck().get({ since }) as number
  const warnings: string[] = []
  const foreign = manifest.install_key_fingerprint !== null && manifest.install_key_fingerprint !== options.fingerprint
  if (foreign)
    warnings.push(
      manifest.includes_install_key
        ? 'It comes from another installation and brings its install key along: browsers have to sign in again.'
        : "It comes from another installation and lacks its install key: re-sync the agents' tokens afterwards, and make new secrets for webhooks and new API tokens.",
    )
  const turned =
    facts === null ? 0 : store.agents.all().filter((agent) => (facts.tokens[agent.id] ?? agent.token_hash) !== agent.token_hash).length
  if (turned > 0 && !foreign)
    warnings.push(`${turned} ${turned === 1 ? 'agent has' : 'agents have'} had a new token since. Re-sync tokens afterwards.`)
  if (facts && facts.schema_version < (db.pragma('user_version', { simple: true }) as number))
    warnings.push('It was written by an older version and is brought up to date when it is restored.')
  if (manifest.files_missing > 0) warnings.push(`${manifest.files_missing} attached files are not in it.`)
  return {
    backup: manifest,
    problems,
    warnings,
    now: countRows(store),
    lost: {
      boards: db.prepare(`SELECT name FROM boards WHERE created_at > ? ORDER BY id DESC LIMIT ${mostNames}`).pluck().all(since) as string[],
      tasks: db.prepare(`SELECT number, title FROM tasks WHERE created_at > ? ORDER BY id DESC LIMIT ${mostNames}`).all(since) as {
        number: number
        title: string
      }[],
      tasks_total: count('SELECT count(*) FROM tasks WHERE created_at > @since'),
      comments_total: count('SELECT count(*) FROM messages WHERE created_at > @since'),
      tasks_changed: count('SELECT count(*) FROM tasks WHERE updated_at > @since AND created_at <= @since'),
    },
  }
}

/** Prepares everything; with the plan, the last file, it is decided. */
export async function stageRestore(options: {
  paths: DataPaths
  folder: string
  manifest: BackupManifest
  undoId: string
  pause: boolean
  now: number
}): Promise<void> {
  const { paths, folder, manifest, undoId, now } = options
  const files = restoreFiles(paths.root)
  rmSync(files.folder, { recursive: true, force: true })
  mkdirSync(files.folder, { recursive: true, mode: 0o700 })
  await needRoom(paths.root, manifest.database_bytes)
  await copyFile(path.join(folder, databaseName), files.database)
  if (process.platform !== 'win32') chmodSync(files.database, 0o600)
  if (options.pause) {
    const db = new Database(files.database)
    const put = db.prepare(
      'INSERT INTO settings (key, value_json, updated_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value_json = excluded.value_json',
    )
    for (const key of ['delivery_paused', 'heartbeats_paused']) put.run(key, 'true', now)
    db.close()
  }
  const { files: names } = await examineCopy(files.database, { seal: true })
  await linkFiles(path.join(folder, 'attachments'), paths.attachments, names)
  if (manifest.includes_install_key) copyFileSync(path.join(folder, installKeyName), files.installKey)
  const plan: RestorePlan = { backup_id: manifest.id, backup_created_at: manifest.created_at, undo_id: undoId, starts: 0 }
  writeJsonFile(files.plan, plan)
}

function readPlan(file: string): RestorePlan | null {
  const parsed = restorePlan.safeParse(existsSync(file) ? readJsonFile(file) : null)
  return parsed.success ? parsed.data : null
}

/** After the start: the last state of what was replaced becomes the backup that takes the restore back, and the story is told. */
export async function finishRestore(options: {
  store: Store
  clock: Clock
  log: Log
  paths: DataPaths
  save: (folder: string, manifest: BackupManifest) => void
}): Promise<void> {
  const { store, clock, log, paths } = options
  const files = restoreFiles(paths.root)
  // First of all: whatever goes wrong below, what is done from now on is not thrown away by a later start.
  keepRestore(paths)
  const done = readPlan(files.started)
  const failed = readPlan(files.failed)
  const told = done ?? failed
  if (!told) return
  const day = new Date(told.backup_created_at).toISOString()
  const undo = readBackups(paths.backups).find((each) => each.manifest.id === told.undo_id)
  if (done && undo && existsSync(files.oldDatabase)) {
    const facts = await examineCopy(files.oldDatabase, { seal: true })
    // Written to until the very end, so it is the better copy, if it is sound.
    if (facts.problems.length === 0) {
      renameSync(files.oldDatabase, path.join(undo.folder, databaseName))
      if (process.platform !== 'win32') chmodSync(path.join(undo.folder, databaseName), 0o600)
      options.save(undo.folder, {
        ...undo.manifest,
        schema_version: facts.schema_version,
        counts: facts.counts,
        database_sha256: await hashFile(path.join(undo.folder, databaseName)),
        verified_at: clock.now(),
      })
    }
  }
  if (done && !undo && existsSync(files.oldDatabase)) keepReplaced(paths, clock.now())
  store.write(() => {
    const job = store.jobs.create({ kind: 'restore', title: 'Restore a backup', total: 100, input: { backup_id: told.backup_id } })
    if (done) {
      store.jobs.update(job, { state: 'succeeded', done: 100, result: { backup_id: told.backup_id, undo_id: undo ? told.undo_id : null } })
      store.activity.record({
        event_type: 'backup.restored',
        message: `Restored the backup of ${day}. What was here before is kept ${undo ? 'as a backup' : 'beside it, as damaged-….sqlite in the data folder'}`,
        level: 'warning',
        data: { backup_id: told.backup_id, undo_id: told.undo_id },
      })
    } else {
      store.jobs.update(job, {
        state: 'failed',
        error: `The services did not start on the backup of ${day}, so everything was put back as it was.`,
      })
      store.activity.record({
        event_type: 'backup.restore_failed',
        message: `The services did not start on the backup of ${day}, so everything was put back as it was`,
        level: 'error',
        data: { backup_id: told.backup_id },
      })
    }
  })
  log.info('restore.finished', { backup_id: told.backup_id, result: done ? 'restored' : 'taken back' })
  rmSync(files.folder, { recursive: true, force: true })
}
