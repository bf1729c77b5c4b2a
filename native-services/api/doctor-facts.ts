/** What the Doctor looks at: files, the database, ports, processes. Looks only; the rules are in `domain/doctor-checks.ts`. */
import { constants } from 'node:fs'
import { access, readdir, readFile, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import Database from 'better-sqlite3'
import type { WorkspaceFact } from '../domain/doctor-agents.ts'
import { commandName, credentialsFile } from '../lifecycle/workspace-files.ts'
import { errorText } from '../platform/log.ts'
import type { DataPaths } from '../platform/paths.ts'
import type { ProcessUse } from '../platform/process-metrics.ts'
import type { AgentRow } from '../store/agents.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const writable = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )

export async function dataFolderFacts(paths: DataPaths): Promise<{ folder: string; unwritable: string[]; freeBytes: number | null }> {
  const folders = [paths.root, paths.logs, paths.backups, paths.runtime, paths.openclaw.stateDir, paths.openclaw.workspaces, paths.database]
  const able = await Promise.all(folders.map(writable))
  const space = await statfs(paths.root).catch(() => null)
  return {
    folder: paths.root,
    unwritable: folders.filter((_, index) => !able[index]),
    freeBytes: space === null ? null : space.bavail * space.bsize,
  }
}

const mostProblems = 20

/** `quick_check`, table by table with a breath in between, on a connection of its own: a large database must not hold up who works. */
export async function databaseFacts(file: string): Promise<{ problems: string[]; sizeBytes: number }> {
  let sizeBytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
  const problems: string[] = []
  let db: Database.Database | null = null
  try {
    db = new Database(file, { readonly: true, fileMustExist: true })
    // What still lies in the write-ahead log counts, too.
    const pages = db.pragma('page_count', { simple: true }) as number
    sizeBytes = Math.max(sizeBytes, pages * (db.pragma('page_size', { simple: true }) as number))
    const tables = db
      .prepare(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`)
      .pluck()
      .all() as string[]
    for (const table of tables) {
      await turn()
      try {
        const rows = db
          .prepare(`PRAGMA quick_check('${table.replaceAll("'", "''")}')`)
          .pluck()
          .all() as string[]
        problems.push(...rows.filter((row) => row !== 'ok').map((row) => `${table}: ${row}`))
      } catch (error) {
        problems.push(`${table}: ${errorText(error)}`)
      }
      if (problems.length >= mostProblems) break
    }
  } catch (error) {
    problems.push(errorText(error))
  } finally {
    db?.close()
  }
  return { problems, sizeBytes }
}

export const walBytes = (database: string): Promise<number | null> =>
  stat(`${database}-wal`).then(
    ({ size }) => size,
    () => null,
  )

/** Files of a folder, one level down, too. */
async function filesBelow(folder: string, depth = 2): Promise<{ file: string; size: number; at: number }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries.map(async (entry) => {
      const full = path.join(folder, entry.name)
      if (entry.isDirectory()) return depth > 1 ? filesBelow(full, depth - 1) : []
      const facts = await stat(full).catch(() => null)
      return facts?.isFile() ? [{ file: full, size: facts.size, at: Math.round(facts.mtimeMs) }] : []
    }),
  )
  return found.flat()
}

export async function newestBackup(folder: string): Promise<{ file: string; at: number } | null> {
  const copies = (await filesBelow(folder)).filter(({ file }) => file.endsWith('.sqlite'))
  return copies.toSorted((a, b) => b.at - a.at)[0] ?? null
}

export const folderSize = async (folder: string): Promise<number> => (await filesBelow(folder, 3)).reduce((sum, { size }) => sum + size, 0)

/** Whether a file is JSON. OpenClaw takes JSON5, so that only what cannot be read at all counts as broken. */
export async function configReadable(file: string): Promise<'ok' | 'missing' | { error: string }> {
  try {
    const text = await readFile(file, 'utf8')
    return text.trim() === '' ? { error: 'The file is empty.' } : 'ok'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : { error: errorText(error) }
  }
}

/** What OpenClaw's package says of the Node that it wants. */
export async function wantedEngines(entry: string | null): Promise<string | null> {
  if (entry === null) return null
  try {
    const { engines } = JSON.parse(await readFile(path.join(path.dirname(entry), 'package.json'), 'utf8')) as {
      engines?: { node?: unknown }
    }
    return typeof engines?.node === 'string' ? engines.node : null
  } catch {
    return null
  }
}

export function workspaceFacts(agents: readonly AgentRow[]): Promise<WorkspaceFact[]> {
  return Promise.all(
    agents
      .filter((agent) => agent.token_hash !== null && agent.status !== 'deleting')
      .map(async (agent): Promise<WorkspaceFact> => {
        const folder = agent.workspace_path
        const base = { agent_id: agent.id, name: agent.name, folder }
        const there = await stat(folder).catch(() => null)
        if (!there?.isDirectory()) return { ...base, problem: 'missing' }
        if (!(await writable(folder))) return { ...base, problem: 'unwritable' }
        const command = await stat(path.join(folder, commandName())).catch(() => null)
        if (!command?.isFile()) return { ...base, problem: 'mc_missing' }
        const executable = process.platform === 'win32' || (command.mode & 0o100) !== 0
        return { ...base, problem: executable ? 'none' : 'mc_not_executable' }
      }),
  )
}

/** Files that hold a secret, of those that are there. */
export function secretFiles(paths: DataPaths, configPath: string, agents: readonly AgentRow[]): string[] {
  return [
    paths.operatorToken,
    paths.installKey,
    paths.config,
    configPath,
    ...agents.filter((agent) => agent.token_hash !== null).map((agent) => credentialsFile(agent.workspace_path)),
  ]
}

export async function modeFacts(
  files: readonly string[],
): Promise<{ supported: boolean; open: { file: string; mode: number }[]; seen: number }> {
  if (process.platform === 'win32') return { supported: false, open: [], seen: 0 }
  const found = await Promise.all(
    files.map((file) =>
      stat(file)
        .then(({ mode }) => ({ file, mode: mode & 0o777 }))
        .catch(() => null),
    ),
  )
  const there = found.filter((each) => each !== null)
  return { supported: true, open: there.filter(({ mode }) => (mode & 0o077) !== 0), seen: there.length }
}

/** Command lines of an OpenClaw gateway: `openclaw-gateway`, `node …/openclaw.mjs gateway run`. */
const gatewayCommand =
  /(?:^|[/\\\s])openclaw(?:\.m?js|\.cmd|\.exe)?["']?\s+gateway(?:\s+run(?:\s|$)|\s+--|\s*$)|(?:^|[/\\])openclaw-gateway(?:\s|$)/

/** Gateways that are not ours, and not part of ours. */
export function otherGateways(table: readonly ProcessUse[], ours: number | null): { pid: number; command: string; orphan: boolean }[] {
  const parents = new Map(table.map((use) => [use.pid, use.ppid]))
  const belongs = (pid: number): boolean => {
    for (let at = pid, steps = 0; at > 1 && steps < 50; at = parents.get(at) ?? 0, steps += 1) if (at === ours) return true
    return false
  }
  const found = table.filter(
    (use) => use.command !== null && gatewayCommand.test(use.command) && !belongs(use.pid) && use.pid !== process.pid,
  )
  const pids = new Set(found.map((use) => use.pid))
  return (
    found
      // A gateway and its own helper are one gateway.
      .filter((use) => !pids.has(use.ppid))
      .map((use) => ({ pid: use.pid, command: use.command ?? '', orphan: use.ppid === 1 }))
  )
}
