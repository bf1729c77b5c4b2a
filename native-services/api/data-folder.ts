/** How much of the data folder is what. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { DataFolder } from '../contract/diagnostics.ts'
import type { Clock } from '../platform/clock.ts'
import type { DataPaths } from '../platform/paths.ts'
import { freeBytes } from './backup-copy.ts'

/** A managed OpenClaw alone has tens of thousands of files: they are counted at most this often. */
const countedForMs = 60_000
const batch = 64

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0
  const waiting = [folder]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch(() => [])
    const files: string[] = []
    for (const entry of entries) {
      if (entry.isDirectory()) waiting.push(path.join(next, entry.name))
      else if (entry.isFile()) files.push(path.join(next, entry.name))
    }
    for (let at = 0; at < files.length; at += batch)
      for (const size of await Promise.all(files.slice(at, at + batch).map(sizeOf))) bytes += size
  }
  return bytes
}

export function createDataFolderReader(options: { paths: DataPaths; clock: Clock }): () => Promise<DataFolder> {
  const { paths, clock } = options
  let known: { at: number; answer: Promise<DataFolder['parts']> } | null = null

  async function count(): Promise<DataFolder['parts']> {
    const files = (database: string): Promise<number> =>
      Promise.all(['', '-wal', '-shm'].map((end) => sizeOf(database + end))).then((sizes) => sizes.reduce((sum, size) => sum + size, 0))
    return [
      { name: 'database', path: paths.database, bytes: await files(paths.database) },
      { name: 'attachments', path: paths.attachments, bytes: await folderBytes(paths.attachments) },
      { name: 'backups', path: paths.backups, bytes: await folderBytes(paths.backups) },
      { name: 'logs', path: paths.logs, bytes: (await folderBytes(paths.logs)) + (await files(paths.logsDatabase)) },
      { name: 'openclaw', path: paths.openclaw.root, bytes: await folderBytes(paths.openclaw.root) },
      { name: 'runtime', path: paths.runtime, bytes: await folderBytes(paths.runtime) },
    ]
  }

  return async () => {
    if (!known || clock.now() - known.at > countedForMs) known = { at: clock.now(), answer: count() }
    return { path: paths.root, parts: await known.answer, free_bytes: await freeBytes(paths.root) }
  }
}
