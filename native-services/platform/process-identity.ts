/**
 * Who a process is, so that a process id that was used again is never taken for the process that had it before.
 * `kill(pid, 0)` is not enough: it also succeeds for zombies and for a stranger with the same number.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface ProcessIdentity {
  readonly pid: number
  /** `zombie` has ended and only waits to be collected: it runs nothing and holds no port. */
  readonly state: 'alive' | 'zombie'
  /** When it started, in whatever unit the system tells; only ever compared for equality. */
  readonly startTime: string
  /** Absolute path of the executable where the system tells it. */
  readonly executable: string | null
  /** Command line, arguments separated by spaces; null when it may not be read. */
  readonly command: string | null
}

export interface PortOwner {
  /** Null when the owner belongs to another user. */
  readonly pid: number | null
  readonly program: string | null
}

/** The process, or null when there is none with that id. */
export async function processIdentity(pid: number): Promise<ProcessIdentity | null> {
  if (!Number.isInteger(pid) || pid <= 0) return null
  if (process.platform === 'linux') return linuxIdentity(pid)
  return process.platform === 'win32' ? windowsIdentity(pid) : psIdentity(pid)
}

/** True while that very process runs: same id, same start time, not a zombie. */
export async function isSameProcess(known: { pid: number; startTime: string }): Promise<boolean> {
  if (process.platform === 'linux') {
    // Asked every half second for each adopted process: one small read.
    const stat = linuxStat(known.pid)
    return stat !== null && stat.state === 'alive' && stat.startTime === known.startTime
  }
  // Elsewhere asking costs a process: only when the cheap question says that somebody has that id.
  if (!pidInUse(known.pid)) return false
  const now = await processIdentity(known.pid)
  return now !== null && now.state === 'alive' && now.startTime === known.startTime
}

function pidInUse(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** `/proc/<pid>/stat`: the name in parentheses may itself contain spaces and parentheses. */
function linuxStat(pid: number): { state: 'alive' | 'zombie'; startTime: string } | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  const startTime = fields[19]
  if (state === undefined || startTime === undefined || state === 'X') return null
  return { state: state === 'Z' ? 'zombie' : 'alive', startTime }
}

let bootId: string | undefined
/** Start times are counted from boot: after a reboot the same number could come again. */
function linuxBootId(): string {
  try {
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8)
  } catch {
    bootId = ''
  }
  return bootId
}

async function linuxIdentity(pid: number): Promise<ProcessIdentity | null> {
  const stat = linuxStat(pid)
  if (!stat) return null
  const executable = await readlink(`/proc/${pid}/exe`).catch(() => null)
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null)
  return { pid, ...stat, executable, command: command ? command.replace(/\0+$/, '').replaceAll('\0', ' ') : null }
}

/** Process identity to be written in a file, valid across reboots. */
export async function durableIdentity(pid: number): Promise<{ pid: number; startTime: string; boot: string } | null> {
  const identity = await processIdentity(pid)
  return identity ? { pid, startTime: identity.startTime, boot: process.platform === 'linux' ? linuxBootId() : '' } : null
}

/** True while the process of that record runs. */
export async function isSameDurableProcess(record: { pid: number; startTime: string; boot: string }): Promise<boolean> {
  if (process.platform === 'linux' && record.boot !== linuxBootId()) return false
  return isSameProcess(record)
}

async function psIdentity(pid: number): Promise<ProcessIdentity | null> {
  try {
    const { stdout } = await run('/bin/ps', ['-o', 'stat=,lstart=,command=', '-ww', '-p', String(pid)], {
      env: { LC_ALL: 'C' },
      timeout: 5000,
    })
    return parsePs(pid, stdout)
  } catch {
    return null
  }
}

/** `S    Fri Nov 21 03:15:00 2026 /usr/bin/node server.js` */
export function parsePs(pid: number, output: string): ProcessIdentity | null {
  const match = /^\s*(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s*(.*)$/m.exec(output)
  if (!match) return null
  const command = match[3]?.trim() || null
  return {
    pid,
    state: match[1]?.startsWith('Z') ? 'zombie' : 'alive',
    startTime: (match[2] ?? '').replace(/\s+/g, ' '),
    executable: command?.startsWith('/') ? (command.split(' ')[0] ?? null) : null,
    command,
  }
}

async function powershell(script: string): Promise<string> {
  const { stdout } = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], {
    windowsHide: true,
    timeout: 15_000,
  })
  return stdout
}

async function windowsIdentity(pid: number): Promise<ProcessIdentity | null> {
  try {
    const output = await powershell(
      `Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}' | Select-Object @{n='start';e={$_.CreationDate.Ticks.ToString()}},ExecutablePath,CommandLine | ConvertTo-Json -Compress`,
    )
    return parseWindows(pid, output)
  } catch {
    return null
  }
}

export function parseWindows(pid: number, output: string): ProcessIdentity | null {
  if (!output.trim()) return null
  const parsed = JSON.parse(output) as { start?: string; ExecutablePath?: string | null; CommandLine?: string | null }
  if (!parsed.start) return null
  return { pid, state: 'alive', startTime: parsed.start, executable: parsed.ExecutablePath ?? null, command: parsed.CommandLine ?? null }
}

/** Who listens on a TCP port of this machine; null when nobody does or it cannot be told. */
export async function portOwner(port: number): Promise<PortOwner | null> {
  try {
    if (process.platform === 'linux') return await linuxPortOwner(port)
    return process.platform === 'win32' ? await windowsPortOwner(port) : await lsofPortOwner(port)
  } catch {
    return null
  }
}

/** Inodes of the listening sockets on a port, from `/proc/net/tcp` or `tcp6`. */
export function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && fields[1]?.endsWith(`:${hexPort}`))
    .map((fields) => fields[9] ?? '')
    .filter((inode) => inode !== '' && inode !== '0')
}

async function linuxPortOwner(port: number): Promise<PortOwner | null> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')))
  const inodes = new Set(tables.flatMap((table) => listeningInodes(table, port)))
  if (inodes.size === 0) return null
  const wanted = new Set([...inodes].map((inode) => `socket:[${inode}]`))
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const handles = await readdir(`/proc/${entry}/fd`).catch(() => [])
    for (const handle of handles) {
      const target = await readlink(`/proc/${entry}/fd/${handle}`).catch(() => '')
      if (!wanted.has(target)) continue
      const pid = Number(entry)
      return { pid, program: programName(await processIdentity(pid)) }
    }
  }
  return { pid: null, program: null }
}

async function lsofPortOwner(port: number): Promise<PortOwner | null> {
  const { stdout } = await run('/usr/sbin/lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { timeout: 5000 })
  const pid = Number(/^p(\d+)$/m.exec(stdout)?.[1])
  if (!pid) return null
  return { pid, program: programName(await processIdentity(pid)) ?? /^c(.+)$/m.exec(stdout)?.[1] ?? null }
}

async function windowsPortOwner(port: number): Promise<PortOwner | null> {
  const output = await powershell(`(Get-NetTCPConnection -LocalPort ${port} -State Listen | Select-Object -First 1).OwningProcess`)
  const pid = Number(output.trim())
  return pid ? { pid, program: programName(await windowsIdentity(pid)) } : null
}

/** A short name for a person: `openclaw-gateway`, `node server.js`, `python3 -m http.server`. */
export function programName(identity: ProcessIdentity | null): string | null {
  if (!identity) return null
  const command = identity.command?.trim()
  if (!command) return identity.executable ? path.basename(identity.executable) : null
  const [first = '', ...rest] = command.split(' ')
  return [path.basename(first), ...rest].join(' ').slice(0, 120)
}
