/** What we keep in an agent's workspace: `.mission-control/` with the credentials and the `mc` command. All small, all written whole. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../platform/atomic-file.ts'

export const controlFolder = '.mission-control'

export interface Credentials {
  base_url: string
  agent_id: string
  board_id: string | null
  auth_token: string
}

function folder(workspace: string): string {
  return path.join(workspace, controlFolder)
}

export function credentialsFile(workspace: string): string {
  return path.join(folder(workspace), 'credentials')
}

function ensureFolder(workspace: string): string {
  mkdirSync(workspace, { recursive: true, mode: 0o700 })
  const target = folder(workspace)
  mkdirSync(target, { recursive: true, mode: 0o700 })
  // A link here would make us write the token somewhere else.
  if (lstatSync(target).isSymbolicLink()) throw new Error(`${target} is a link; remove it`)
  if (process.platform !== 'win32') chmodSync(target, 0o700)
  return target
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}

/** Writes a file of ours unless it is already so. Returns true when it wrote. */
function put(file: string, content: string, options: { mode: number; force: boolean }): boolean {
  const same =
    !options.force && readText(file) === content && (process.platform === 'win32' || (statSync(file).mode & 0o777) === options.mode)
  if (same) return false
  writeFileAtomic(file, content, options.mode)
  if (process.platform !== 'win32') chmodSync(file, options.mode)
  return true
}

export function writeCredentials(workspace: string, credentials: Credentials, options: { force?: boolean } = {}): boolean {
  const target = ensureFolder(workspace)
  // Workspaces are often repositories, and the token must not end up in one.
  put(path.join(target, '.gitignore'), '*\n', { mode: 0o600, force: false })
  const lines = [
    '# Written by OpenClaw Mission Control. Do not print, copy or commit.',
    `BASE_URL=${credentials.base_url}`,
    `AGENT_ID=${credentials.agent_id}`,
    ...(credentials.board_id === null ? [] : [`BOARD_ID=${credentials.board_id}`]),
    `AUTH_TOKEN=${credentials.auth_token}`,
    '',
  ]
  return put(credentialsFile(workspace), lines.join('\n'), { mode: 0o600, force: options.force ?? false })
}

/** What stands there now; null when there is no such file. Tolerant of how people edit files. */
export function readCredentials(workspace: string): Partial<Credentials> | null {
  const text = readText(credentialsFile(workspace))
  if (text === null) return null
  const values = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Z_]+)\s*=\s*(["']?)(.*?)\2\s*$/.exec(line)
    if (match) values.set(match[1] ?? '', match[3] ?? '')
  }
  const baseUrl = values.get('BASE_URL')
  const agentId = values.get('AGENT_ID')
  const token = values.get('AUTH_TOKEN')
  return {
    ...(baseUrl && { base_url: baseUrl }),
    ...(agentId && { agent_id: agentId }),
    ...(token && { auth_token: token }),
    board_id: values.get('BOARD_ID') ?? null,
  }
}

/** Installs the `mc` command for sh, PowerShell and cmd. Returns true when something was written. */
export function writeCommand(workspace: string, options: { resourcesDir: string; force?: boolean }): boolean {
  const target = ensureFolder(workspace)
  const force = options.force ?? false
  return (
    [
      ['mc', 0o755],
      ['mc.ps1', 0o644],
      ['mc.cmd', 0o644],
    ] as const
  )
    .map(([name, mode]) =>
      put(path.join(target, name), readFileSync(path.join(options.resourcesDir, 'agent', name), 'utf8'), { mode, force }),
    )
    .includes(true)
}

/** Removes the files of ours, and the folder when nothing else is in it. */
export function removeControlFolder(workspace: string): void {
  const target = folder(workspace)
  const stat = lstatSync(target, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return
  for (const name of ['credentials', '.gitignore', 'mc', 'mc.ps1', 'mc.cmd']) rmSync(path.join(target, name), { force: true })
  if (readdirSync(target).length === 0) rmdirSync(target)
}

/** How an agent on this machine calls the command, from its workspace. */
export function commandName(platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? `${controlFolder}\\mc.cmd` : `${controlFolder}/mc`
}

export interface FileMark {
  mtimeMs: number
  size: number
}

/** Cheap to ask often; null when there is no file. */
export function markOf(file: string): FileMark | null {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat ? { mtimeMs: stat.mtimeMs, size: stat.size } : null
}

export function readWorkspaceText(workspace: string, name: string): string | null {
  return readText(path.join(workspace, name))
}

export function writeWorkspaceText(workspace: string, name: string, content: string): void {
  mkdirSync(workspace, { recursive: true, mode: 0o700 })
  writeFileAtomic(path.join(workspace, name), content, 0o644)
}
