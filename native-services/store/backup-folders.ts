/** The folder of backups: one folder per backup, its manifest, and the names of both. */
import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { type BackupManifest, backupManifest, type BackupReason } from '../contract/backups.ts'
import { readJsonFile, writeJsonFile } from '../platform/atomic-file.ts'
import { noCounts } from './backup.ts'

const folderName = /^\d{8}-\d{6}-([0-9a-f-]{36})$/
/** Half-written ones; they are no backups. */
const unfinished = 'unfinished-'

export const databaseName = 'mission-control.sqlite'
export const installKeyName = 'install-key'
export const manifestFile = (folder: string): string => path.join(folder, 'manifest.json')

export function backupFolderName(at: number, id: string): string {
  const stamp = new Date(at).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${stamp}-${id}`
}

/** A folder to write in. It becomes a backup when it gets its name, whole. */
export function unfinishedFolder(backups: string, id: string): string {
  const folder = path.join(backups, `${unfinished}${id}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}
export const isUnfinished = (name: string): boolean => name.startsWith(unfinished)

export function newManifest(options: { id: string; reason: BackupReason; created_at: number; schema_version: number }): BackupManifest {
  return {
    format: 1,
    ...options,
    version: null,
    counts: noCounts,
    database_bytes: 0,
    database_sha256: null,
    files_count: 0,
    files_bytes: 0,
    files_missing: 0,
    includes_install_key: false,
    problem: null,
    verified_at: null,
    install_key_fingerprint: null,
  }
}

/** What lies there now, newest first. A folder whose manifest cannot be read is no backup. */
export function readBackups(backups: string): { manifest: BackupManifest; folder: string }[] {
  let names: string[]
  try {
    names = readdirSync(backups)
  } catch {
    return []
  }
  return names
    .flatMap((name) => {
      const id = folderName.exec(name)?.[1]
      if (id === undefined) return []
      const folder = path.join(backups, name)
      try {
        const manifest = backupManifest.parse(readJsonFile(manifestFile(folder)))
        return manifest.id === id ? [{ manifest, folder }] : []
      } catch {
        return []
      }
    })
    .toSorted((a, b) => b.manifest.created_at - a.manifest.created_at || b.manifest.id.localeCompare(a.manifest.id))
}

export function writeManifest(folder: string, manifest: BackupManifest): void {
  writeJsonFile(manifestFile(folder), manifest)
}
