/** Writing a backup, and looking whether one is whole. */
import { chmodSync, constants, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { copyFile, link, mkdir, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { BackupManifest, BackupReason } from '../contract/backups.ts'
import { AppError } from '../contract/errors.ts'
import { writeFileAtomic } from '../platform/atomic-file.ts'
import { type CopyFacts, copyDatabase, examineCopy, hashFile } from '../store/backup.ts'
import { backupFolderName, databaseName, installKeyName, newManifest, unfinishedFolder, writeManifest } from '../store/backup-folders.ts'
import type { Sqlite } from '../store/open.ts'

export interface BackupSource {
  readonly db: Sqlite
  /** Folder of backups, of the files of tasks, and the install key's file. */
  readonly backups: string
  readonly attachments: string
  readonly installKey: string
  readonly fingerprint: string
  readonly version: string
}

/** Left free in any case. */
const spareBytes = 64 * 2 ** 20
const mb = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`

export const freeBytes = (folder: string): Promise<number | null> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  )

/** Throws when the disk has no room for `bytes` more. */
export async function needRoom(folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder)
  if (free !== null && free < bytes + spareBytes)
    throw new AppError(
      'conflict',
      `The disk has ${mb(free)} left; this needs ${mb(bytes + spareBytes)}. Delete old backups or other files, then try again.`,
    )
}

const fileIn = (folder: string, sha256: string): string => path.join(folder, sha256.slice(0, 2), sha256)

/** Adds the named contents to a folder that has them by name: a second name for the same file where the disk can, a copy otherwise. */
export async function linkFiles(
  from: string,
  to: string,
  names: readonly string[],
): Promise<{ count: number; bytes: number; missing: number }> {
  const result = { count: 0, bytes: 0, missing: 0 }
  for (const name of names) {
    if (!/^[0-9a-f]{64}$/.test(name)) continue
    const source = fileIn(from, name)
    const target = fileIn(to, name)
    const facts = await stat(source).catch(() => null)
    if (!facts) {
      result.missing += 1
      continue
    }
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 })
    await link(source, target).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') await copyFile(source, target, constants.COPYFILE_EXCL)
    })
    result.count += 1
    result.bytes += facts.size
  }
  return result
}

/** Everything about a copy that is worked out after it was written. */
export async function completed(folder: string, manifest: BackupManifest, source: BackupSource, now: number): Promise<BackupManifest> {
  const file = path.join(folder, databaseName)
  const facts = await examineCopy(file, { seal: true })
  if (process.platform !== 'win32') chmodSync(file, 0o600)
  const files = await linkFiles(source.attachments, path.join(folder, 'attachments'), facts.files)
  return {
    ...manifest,
    schema_version: facts.schema_version,
    counts: facts.counts,
    database_bytes: statSync(file).size,
    database_sha256: await hashFile(file),
    files_count: files.count,
    files_bytes: files.bytes,
    files_missing: files.missing,
    problem: facts.problems[0] ?? null,
    verified_at: now,
    install_key_fingerprint: manifest.install_key_fingerprint ?? source.fingerprint,
  }
}

/** Writes a whole backup and looks at it again. Throws when it cannot be written or the copy is damaged; then nothing is left of it. */
export async function writeBackup(
  source: BackupSource,
  options: {
    id: string
    reason: BackupReason
    now: number
    includeInstallKey: boolean
    progress: (step: string, done: number, total: number) => void
  },
): Promise<BackupManifest> {
  const { id, reason, now, progress } = options
  const pages = source.db.pragma('page_count', { simple: true }) as number
  await needRoom(source.backups, pages * (source.db.pragma('page_size', { simple: true }) as number))
  const folder = unfinishedFolder(source.backups, id)
  try {
    const file = path.join(folder, databaseName)
    await copyDatabase(source.db, file, (done, total) =>
      progress('Copying the database', Math.round((done / Math.max(1, total)) * 70), 100),
    )
    progress('Checking the copy', 75, 100)
    const manifest = await completed(
      folder,
      { ...newManifest({ id, reason, created_at: now, schema_version: 0 }), version: source.version },
      source,
      now,
    )
    if (manifest.problem !== null) throw new AppError('internal', `The copy is damaged (${manifest.problem}). Run the Doctor.`)
    if (options.includeInstallKey) {
      writeFileAtomic(path.join(folder, installKeyName), `${source.installKey}\n`)
      manifest.includes_install_key = true
    }
    progress('Writing the manifest', 95, 100)
    writeManifest(folder, manifest)
    renameSync(folder, path.join(source.backups, backupFolderName(now, id)))
    return manifest
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** Is it still what its manifest says? `knownSchema`: the newest that this program can read. */
export async function verifyBackup(
  folder: string,
  manifest: BackupManifest,
  knownSchema: number,
): Promise<{ problems: string[]; facts: CopyFacts | null }> {
  const file = path.join(folder, databaseName)
  if (!existsSync(file)) return { problems: ['The copy of the database is not there any more.'], facts: null }
  const sha256 = await hashFile(file)
  if (manifest.database_sha256 !== null && sha256 !== manifest.database_sha256)
    return { problems: ['The copy of the database was changed or damaged after it was written.'], facts: null }
  const facts = await examineCopy(file, { seal: false })
  const problems = facts.problems.map((problem) => `The copy of the database is damaged: ${problem}`)
  if (facts.schema_version > knownSchema)
    problems.push(
      `It was written by a newer version (schema ${facts.schema_version}; this one knows ${knownSchema}). Update Mission Control first.`,
    )
  if (manifest.includes_install_key && !existsSync(path.join(folder, installKeyName))) problems.push('Its install key is missing.')
  return { problems, facts }
}
