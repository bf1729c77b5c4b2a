/** Backups: made by hand, by the clock and before dangerous steps; kept as long as they are worth it; put back when asked. */
import { createHmac } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Readable } from 'node:stream'
import type { BackupManifest, BackupPreview, BackupReason, BackupState } from '../contract/backups.ts'
import type { Settings } from '../contract/entities.ts'
import { AppError } from '../contract/errors.ts'
import { backupsToDelete } from '../domain/backup-retention.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { createId } from '../platform/ids.ts'
import { errorText, type Log } from '../platform/log.ts'
import type { DataPaths } from '../platform/paths.ts'
import { folderEntries, tarGz } from '../platform/tar.ts'
import { isUnfinished, readBackups, writeManifest } from '../store/backup-folders.ts'
import { backupTimer } from '../store/backups.ts'
import type { JobRow } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'
import type { AttentionRow } from './attention.ts'
import { type BackupSource, completed, freeBytes, verifyBackup, writeBackup } from './backup-copy.ts'
import { finishRestore, previewOf, stageRestore } from './backup-restore.ts'
import type { LiveState } from './live-state.ts'
import type { Internal } from './wire.ts'

export interface BackupService {
  list(): BackupManifest[]
  get(id: string): BackupManifest | undefined
  state(): Promise<Internal<BackupState>>
  /** Begins, or answers the job that runs. */
  create(options: { include_install_key: boolean }): JobRow
  remove(id: string): void
  download(id: string): Promise<{ name: string; body: Readable }>
  preview(id: string): Promise<Internal<BackupPreview>>
  restore(id: string, options: { pause: boolean }): JobRow
  attentionRows(): AttentionRow[]
  start(): void
  stop(): Promise<void>
}

const lookEveryMs = 3_600_000
const firstAfterMs = 10 * 60_000
const againAfterMs = 3_600_000
const failureKey = 'backups.last_failure'

interface Failure {
  at: number
  reason: string
}

export function createBackupService(deps: {
  store: Store
  clock: Clock
  log: Log
  settings: () => Settings
  live: Pick<LiveState, 'command'>
  machine: { paths: DataPaths }
  version: string
  installKey: string
}): BackupService {
  const { store, clock, settings } = deps
  const { paths } = deps.machine
  const log = deps.log.scope('backups')
  const source: BackupSource = {
    db: store.db,
    backups: paths.backups,
    attachments: paths.attachments,
    installKey: deps.installKey,
    fingerprint: createHmac('sha256', deps.installKey).update('mission-control backup').digest('hex').slice(0, 8),
    version: deps.version,
  }
  let known = new Map<string, { manifest: BackupManifest; folder: string }>()
  let timer: TimerHandle | null = null
  let stopped = false
  let working: Promise<void> | null = null
  let stopWatching = (): void => undefined

  function scan(): void {
    known = new Map(readBackups(paths.backups).map((each) => [each.manifest.id, each]))
  }
  scan()

  function must(id: string): { manifest: BackupManifest; folder: string } {
    if (!known.has(id)) scan()
    const found = known.get(id)
    if (!found) throw new AppError('not_found', 'There is no such backup. It may have been deleted; list them again.')
    return found
  }

  const failure = (): Failure | null => (store.settings.readPrivate(failureKey) as Failure | null | undefined) ?? null
  const schemaVersion = (): number => store.db.pragma('user_version', { simple: true }) as number

  function save(folder: string, manifest: BackupManifest): void {
    writeManifest(folder, manifest)
    scan()
    store.write(() => store.backups.changed(manifest.id))
  }

  /** One thing at a time: a copy, a check and a restore get in each other's way. */
  function begin(job: JobRow, work: () => Promise<void>): JobRow {
    working = (working ?? Promise.resolve()).then(work).catch((error: unknown) => {
      if (stopped) return
      log.error('backup.failed', { job_id: job.id, error: errorText(error) })
      store.write(() => {
        store.jobs.update(job.id, { state: 'failed', step: null, error: errorText(error) })
        store.activity.record({
          event_type: `${job.kind}.failed`,
          message: `${job.title}: ${errorText(error)}`,
          level: 'error',
          data: { job_id: job.id },
        })
        if (job.kind === 'backup') store.settings.writePrivate(failureKey, { at: clock.now(), reason: errorText(error) })
      })
    })
    return job
  }

  function progressOf(job: JobRow) {
    let last = 0
    return (step: string, done: number, total: number): void => {
      if (stopped) throw new AppError('shutting_down', 'The control center is shutting down.')
      // A row of the change feed per step, not per page.
      if (clock.now() - last < 200 && done < total) return
      last = clock.now()
      store.write(() => store.jobs.update(job.id, { step, done, total }))
    }
  }

  /** Makes the job in the transaction under way. */
  const newJob = (title: string, kind: 'backup' | 'restore', input: object): JobRow =>
    store.jobs.get(store.jobs.create({ kind, title, total: 100, input })) as JobRow

  function startBackup(reason: BackupReason, includeInstallKey: boolean, job: JobRow): JobRow {
    return begin(job, async () => {
      const id = createId(clock.now())
      const manifest = await writeBackup(source, { id, reason, now: clock.now(), includeInstallKey, progress: progressOf(job) })
      scan()
      store.write(() => {
        store.backups.changed(id)
        store.jobs.update(job.id, { state: 'succeeded', step: null, done: 100, total: 100, result: { backup_id: id } })
        store.settings.writePrivate(failureKey, null)
        store.activity.record({
          event_type: 'backup.created',
          message: `Backed up: ${manifest.counts.boards} boards, ${manifest.counts.tasks} tasks, ${manifest.files_count} files`,
          data: { backup_id: id, reason },
        })
      })
      tidy()
    })
  }

  const running = (kind: JobRow['kind']): JobRow | undefined => store.jobs.running().find((job) => job.kind === kind)

  function removeNow(id: string): void {
    const found = known.get(id)
    if (!found) return
    rmSync(found.folder, { recursive: true, force: true })
    known.delete(id)
    store.write(() => store.backups.changed(id, true))
  }

  function tidy(): void {
    for (const id of backupsToDelete(
      readBackups(paths.backups).map((each) => each.manifest),
      settings().backups,
    )) {
      log.info('backup.expired', { backup_id: id })
      removeNow(id)
    }
  }

  /** The next moment, in the transaction under way. */
  function plan(): void {
    const { enabled, every_hours } = settings().backups
    if (!enabled) return store.timers.clear(backupTimer.kind, backupTimer.subject_id)
    const newest = [...known.values()].map((each) => each.manifest).find((each) => each.reason === 'scheduled')
    const due = newest ? newest.created_at + every_hours * 3_600_000 : 0
    store.timers.set({ ...backupTimer, due_at: Math.max(due, clock.now() + firstAfterMs) })
  }

  function look(): void {
    timer?.cancel()
    timer = null
    if (stopped) return
    try {
      const row = store.timers.get(backupTimer.kind, backupTimer.subject_id)
      if (row && row.due_at <= clock.now()) {
        const { enabled, every_hours } = settings().backups
        store.write(() => {
          if (!enabled) return store.timers.clear(backupTimer.kind, backupTimer.subject_id)
          store.timers.set({ ...backupTimer, due_at: clock.now() + every_hours * 3_600_000 })
          const job = running('backup') ?? newJob('Scheduled backup', 'backup', { reason: 'scheduled' })
          queueMicrotask(() => void fire(job))
        })
      }
    } catch (error) {
      log.error('backup.look_failed', { error: errorText(error) })
    }
    const next = store.timers.get(backupTimer.kind, backupTimer.subject_id)?.due_at ?? null
    timer = clock.setTimer(next === null ? lookEveryMs : Math.min(lookEveryMs, Math.max(1000, next - clock.now())), look)
  }

  async function fire(job: JobRow): Promise<void> {
    startBackup('scheduled', false, job)
    await working
    if (stopped || store.jobs.get(job.id)?.state !== 'failed') return
    store.write(() => store.timers.set({ ...backupTimer, due_at: clock.now() + againAfterMs }))
    look()
  }

  /** What a copy that was written in a hurry lacks: before a migration, or of what a restore replaced. */
  async function completeOthers(): Promise<void> {
    for (const { manifest, folder } of known.values()) {
      if (stopped || manifest.database_sha256 !== null) continue
      save(folder, await completed(folder, manifest, source, clock.now()))
    }
  }

  /** What a process that is gone left half done. */
  function recover(): void {
    for (const name of existsSync(paths.backups) ? readdirSync(paths.backups) : [])
      if (isUnfinished(name)) rmSync(path.join(paths.backups, name), { recursive: true, force: true })
    store.write(() => {
      for (const job of store.jobs.running())
        if (job.kind === 'backup' || job.kind === 'restore')
          store.jobs.update(job.id, { state: 'cancelled', step: null, error: 'The services were restarted while it ran. Start it again.' })
    })
  }

  return {
    list() {
      scan()
      return [...known.values()].map((each) => each.manifest)
    },
    get: (id) => known.get(id)?.manifest,
    async state() {
      const failed = failure()
      return {
        folder: paths.backups,
        total_bytes: [...known.values()].reduce((sum, { manifest }) => sum + manifest.database_bytes, 0),
        free_bytes: await freeBytes(paths.root),
        next_at: store.timers.get(backupTimer.kind, backupTimer.subject_id)?.due_at ?? null,
        failed_at: failed?.at ?? null,
        failed_reason: failed?.reason ?? null,
      }
    },
    create({ include_install_key }) {
      const job = running('backup')
      if (job) return job
      return startBackup(
        'manual',
        include_install_key,
        store.write(() => newJob('Backup', 'backup', { reason: 'manual', include_install_key })),
      )
    },
    remove(id) {
      const { manifest } = must(id)
      if (running('restore')) throw new AppError('conflict', 'A restore is running. Wait until it is done.')
      removeNow(id)
      store.write(() =>
        store.activity.record({
          event_type: 'backup.deleted',
          message: `Operator deleted the backup of ${new Date(manifest.created_at).toISOString()}`,
          actor_type: 'user',
          actor_name: 'Operator',
          data: { backup_id: id },
        }),
      )
    },
    async download(id) {
      const { folder } = must(id)
      const name = path.basename(folder)
      return { name: `mission-control-${name}.tar.gz`, body: tarGz(await folderEntries(folder, name)) }
    },
    async preview(id) {
      const found = must(id)
      const { problems, facts } = await verifyBackup(found.folder, found.manifest, schemaVersion())
      const manifest = { ...found.manifest, problem: problems[0] ?? null, verified_at: clock.now() }
      save(found.folder, manifest)
      return previewOf({ store, manifest, problems, facts, fingerprint: source.fingerprint })
    },
    restore(id, { pause }) {
      const found = must(id)
      if (running('restore')) throw new AppError('conflict', 'A restore is running already.')
      const job = store.write(() => newJob('Restore a backup', 'restore', { backup_id: id, pause }))
      return begin(job, async () => {
        const progress = progressOf(job)
        progress('Checking the backup', 5, 100)
        const { problems } = await verifyBackup(found.folder, found.manifest, schemaVersion())
        if (problems[0] !== undefined) {
          save(found.folder, { ...found.manifest, problem: problems[0], verified_at: clock.now() })
          throw new AppError('conflict', `It is not restored. ${problems[0]}`)
        }
        const undoId = createId(clock.now())
        await writeBackup(source, {
          id: undoId,
          reason: 'before_restore',
          now: clock.now(),
          includeInstallKey: found.manifest.includes_install_key,
          progress: (_, done) => progress('Keeping what is here aside', 10 + Math.round(done / 2), 100),
        })
        scan()
        store.write(() => store.backups.changed(undoId))
        progress('Putting the files in place', 70, 100)
        await stageRestore({ paths, folder: found.folder, manifest: found.manifest, undoId, pause, now: clock.now() })
        store.write(() => {
          store.jobs.update(job.id, { step: 'Restarting the services', done: 95, total: 100 })
          store.activity.record({
            event_type: 'backup.restore_started',
            message: `Operator restores the backup of ${new Date(found.manifest.created_at).toISOString()}`,
            actor_type: 'user',
            actor_name: 'Operator',
            data: { backup_id: id, undo_id: undoId },
          })
        })
        const answer = await deps.live.command({ action: 'restart-services' })
        if (!answer.ok)
          throw new AppError('conflict', answer.message ?? 'The services could not be restarted. The backup is taken at the next start.')
      })
    },
    attentionRows() {
      const failed = failure()
      const damaged = [...known.values()].find(({ manifest }) => manifest.problem !== null)
      const row = (key: string, title: string, reason: string, since: number): AttentionRow => ({
        key,
        tone: 'warning',
        title,
        reason,
        since_at: since,
        link: '/settings?section=backups',
        fix: { label: 'Open', action: 'open', target_id: null },
      })
      return [
        ...(failed ? [row('backup:failed', 'The last backup failed', failed.reason, failed.at)] : []),
        ...(damaged
          ? [row('backup:damaged', 'A backup is damaged', damaged.manifest.problem ?? '', damaged.manifest.verified_at ?? 0)]
          : []),
      ]
    },
    start() {
      recover()
      store.write(() => {
        if (!store.timers.get(backupTimer.kind, backupTimer.subject_id)) plan()
      })
      let before = JSON.stringify(settings().backups)
      stopWatching = store.onCommit((changes) => {
        if (!changes.some((change) => change.entity === 'settings')) return
        const after = JSON.stringify(store.settings.get().backups)
        if (after === before) return
        before = after
        // Not inside somebody's transaction.
        setImmediate(() => {
          if (stopped) return
          store.write(plan)
          tidy()
          look()
        })
      })
      working = finishRestore({ store, clock, log, paths, save })
        .then(() => {
          scan()
          return completeOthers()
        })
        .catch((error: unknown) => {
          if (!stopped) log.error('backup.unfinished', { error: errorText(error) })
        })
      look()
    },
    async stop() {
      stopped = true
      timer?.cancel()
      stopWatching()
      await working
    },
  }
}
