/** `mission-control backup …` and `mission-control diagnostics`, through the HTTP API. */
import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { type ApiClient, UnreachableError } from '../contract/client.ts'
import type { BackupManifest } from '../contract/backups.ts'
import type { Job } from '../contract/entities.ts'
import { AppError } from '../contract/errors.ts'
import type { DataPaths } from '../platform/paths.ts'
import { type ClientFlags, connect, fetchFile, pathsOf, print } from './cli-client.ts'

const lookEveryMs = 250
const withinMs = 30 * 60_000

type ListedBackup = Pick<BackupManifest, 'id' | 'reason' | 'counts' | 'problem'> & { created_at: string }
type BackupFlags = ClientFlags & { 'include-install-key'?: boolean; yes?: boolean }

async function ended(client: ApiClient, started: Job): Promise<Job> {
  let job = started
  for (let waited = 0; job.state === 'running'; waited += lookEveryMs) {
    if (waited >= withinMs) throw new AppError('internal', 'It is not done after half an hour. Look at Settings → Backups.')
    await wait(lookEveryMs)
    job = await client.call('getJob', { params: { job_id: job.id } })
  }
  if (job.state !== 'succeeded') throw new AppError('internal', job.error ?? 'It did not work.')
  return job
}

/** The services restart in the middle: the job is gone with them, and another tells the end. */
async function restored(client: ApiClient, started: Job): Promise<void> {
  for (let waited = 0; waited < withinMs; waited += lookEveryMs) {
    await wait(lookEveryMs)
    try {
      const { items } = await client.call('listJobs', { query: { limit: '50' } })
      const finished = items.find((job) => job.kind === 'restore' && job.id >= started.id && job.state !== 'running')
      if (finished?.state === 'succeeded') return
      if (finished) throw new AppError('internal', finished.error ?? 'It was not restored.')
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
    }
  }
  throw new AppError('internal', 'It is not done after half an hour. Look at Settings → Backups.')
}

/** What can be done with the files alone, while no control center answers. */
export interface OfflineBackups {
  listOffline(paths: DataPaths): BackupManifest[]
  restoreOffline(paths: DataPaths, id: string): Promise<BackupManifest>
}

export async function backupCommand(args: string[], flags: BackupFlags, offline: () => Promise<OfflineBackups>): Promise<number> {
  try {
    return await withServices(args, flags)
  } catch (error) {
    const [action, id] = args
    if (!(error instanceof UnreachableError) || (action !== 'list' && action !== 'restore')) throw error
    return withFiles({ action, id }, flags, await offline())
  }
}

async function withFiles(
  asked: { action: 'list' | 'restore'; id: string | undefined },
  flags: BackupFlags,
  offline: OfflineBackups,
): Promise<number> {
  const paths = pathsOf(flags)
  if (asked.action === 'list' || asked.id === undefined) {
    const items = offline.listOffline(paths).map((each) => ({ ...each, created_at: new Date(each.created_at).toISOString() }))
    print(flags, { items }, () => ['No control center answers; these lie in the data folder.', ...items.map(rowOf)])
    return 0
  }
  if (!flags.yes) {
    console.log(
      `No control center answers, so it cannot be said what would be lost. Add --yes to put ${asked.id} in the place of what is here.`,
    )
    return 1
  }
  const manifest = await offline.restoreOffline(paths, asked.id)
  print(flags, manifest, () => [
    `The next start puts the backup of ${new Date(manifest.created_at).toISOString()} in place. What is here now is kept as damaged-….sqlite.`,
    'Start it with: mission-control serve (deliveries and heartbeats are paused then)',
  ])
  return 0
}

function rowOf({ id, created_at, reason, counts, problem }: ListedBackup): string {
  return `${id}  ${created_at}  ${reason.padEnd(16)} ${problem === null ? `${counts.boards} boards, ${counts.tasks} tasks` : `DAMAGED: ${problem}`}`
}

async function withServices(args: string[], flags: BackupFlags): Promise<number> {
  const [action, id] = args
  if (action === 'list') {
    const answer = await connect(flags).call('listBackups')
    print(flags, answer, () => (answer.items.length === 0 ? ['There are no backups.'] : answer.items.map(rowOf)))
    return 0
  }
  if (action === 'create') {
    const client = connect(flags)
    const job = await ended(
      client,
      await client.call('createBackup', { body: { include_install_key: flags['include-install-key'] ?? false } }),
    )
    print(flags, job, () => [`Backed up: ${String((job.result as { backup_id?: unknown } | null)?.backup_id)}`])
    return 0
  }
  if (action !== 'restore' || id === undefined)
    throw new AppError('invalid_request', 'Use: mission-control backup list | create | restore ID')
  const client = connect(flags)
  const params = { backup_id: id }
  const preview = await client.call('previewBackup', { params })
  const { lost } = preview
  print(flags, preview, () => [
    `Backup of ${preview.backup.created_at}: ${preview.backup.counts.boards} boards, ${preview.backup.counts.tasks} tasks (now ${preview.now.boards} and ${preview.now.tasks}).`,
    `Lost would be ${lost.boards.length} boards, ${lost.tasks_total} tasks, ${lost.comments_total} messages, and the changes to ${lost.tasks_changed} tasks since then.`,
    ...preview.warnings,
    ...preview.problems,
  ])
  if (preview.problems.length > 0) return 1
  if (!flags.yes) {
    if (!flags.json) console.log('Nothing was changed. Add --yes to restore it.')
    return 0
  }
  await restored(client, await client.call('restoreBackup', { params, body: {} }))
  if (!flags.json) console.log('Restored. Deliveries and heartbeats are paused; what was here before is a backup of its own.')
  return 0
}

export async function diagnosticsCommand(args: string[], flags: ClientFlags): Promise<number> {
  const { name, body } = await fetchFile(flags, '/diagnostics')
  const file = path.resolve(args[0] ?? name)
  await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file, { mode: 0o600, flags: 'wx' }))
  console.log(file)
  return 0
}
