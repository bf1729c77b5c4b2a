/**
 * What processes cost: resident memory and CPU time of a process and of everything that it started. On Linux a few reads of `/proc`;
 * elsewhere one call of a system tool for all processes together, which is why nobody should ask often there.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** `USER_HZ`: what `/proc` counts CPU time in, on every architecture that Node runs on. */
const ticksPerSecond = 100

export interface ProcessUse {
  readonly pid: number
  readonly ppid: number
  /** Bytes. */
  readonly rss: number
  /** CPU time so far, ms; on Linux with that of children that have ended. */
  readonly cpu_ms: number
  /** Null where it was not asked for. */
  readonly command: string | null
}

export interface TreeUse {
  readonly rss: number
  readonly cpu_ms: number
  readonly processes: number
}

/** `/proc/<pid>/stat`; null when it is not one. The name in parentheses may contain spaces and parentheses. */
export function parseLinuxStat(text: string): { pid: number; ppid: number; cpu_ms: number; zombie: boolean } | null {
  const end = text.lastIndexOf(')')
  const fields = text.slice(end + 2).split(' ')
  const ticks = [11, 12, 13, 14].map((index) => Number(fields[index]))
  const pid = Number.parseInt(text, 10)
  const ppid = Number(fields[1])
  if (end < 0 || !Number.isInteger(pid) || !Number.isInteger(ppid) || ticks.some((value) => !Number.isFinite(value))) return null
  // User and system time, its own and that of the children it has collected.
  return {
    pid,
    ppid,
    cpu_ms: (ticks.reduce((sum, value) => sum + value, 0) * 1000) / ticksPerSecond,
    zombie: fields[0] === 'Z' || fields[0] === 'X',
  }
}

/** Bytes of `VmRSS` in `/proc/<pid>/status`; null for a kernel thread or a zombie, which have none. */
export function parseLinuxRss(status: string): number | null {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(status)
  return match ? Number(match[1]) * 1024 : null
}

/** `[[dd-]hh:]mm:ss[.cc]` → ms. */
export function parsePsTime(text: string): number | null {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(text.trim())
  if (!match) return null
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number]
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000)
}

/** Lines of `ps -axo pid=,ppid=,rss=,time=,command=`; `rss` is in kilobytes. */
export function parsePsTable(text: string): ProcessUse[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s*(.*)$/.exec(line)
    const cpu = match ? parsePsTime(match[4] ?? '') : null
    if (!match || cpu === null) return []
    return [{ pid: Number(match[1]), ppid: Number(match[2]), rss: Number(match[3]) * 1024, cpu_ms: cpu, command: match[5] || null }]
  })
}

/** JSON of `Win32_Process`; the times are in units of 100 ns. */
export function parseWindowsProcesses(text: string): ProcessUse[] {
  if (text.trim() === '') return []
  const parsed = JSON.parse(text) as unknown
  return (Array.isArray(parsed) ? parsed : [parsed]).flatMap((row: unknown) => {
    const { ProcessId, ParentProcessId, WorkingSetSize, KernelModeTime, UserModeTime, CommandLine } = (row ?? {}) as Record<string, unknown>
    const pid = Number(ProcessId)
    if (!Number.isInteger(pid) || pid <= 0) return []
    return [
      {
        pid,
        ppid: Number(ParentProcessId) || 0,
        rss: Number(WorkingSetSize) || 0,
        cpu_ms: ((Number(KernelModeTime) || 0) + (Number(UserModeTime) || 0)) / 10_000,
        command: typeof CommandLine === 'string' ? CommandLine : null,
      },
    ]
  })
}

/** A process and everything below it, without the branches in `except`; null when it is not there. */
export function treeUse(table: readonly ProcessUse[], root: number, except: ReadonlySet<number> = new Set()): TreeUse | null {
  const byParent = new Map<number, ProcessUse[]>()
  for (const use of table) byParent.set(use.ppid, [...(byParent.get(use.ppid) ?? []), use])
  const first = table.find((use) => use.pid === root)
  if (!first) return null
  const seen = new Set<number>()
  let sum = { rss: 0, cpu_ms: 0, processes: 0 }
  const waiting = [first]
  for (let use = waiting.pop(); use; use = waiting.pop()) {
    if (seen.has(use.pid) || (except.has(use.pid) && use.pid !== root)) continue
    seen.add(use.pid)
    sum = { rss: sum.rss + use.rss, cpu_ms: sum.cpu_ms + use.cpu_ms, processes: sum.processes + 1 }
    waiting.push(...(byParent.get(use.pid) ?? []))
  }
  return sum
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return null
  }
}

/** Children of every thread; null where the kernel does not tell (it was built without them). */
function linuxChildren(pid: number): number[] | null {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      (readProc(pid, `task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return null
  }
}

function linuxUse(pid: number): ProcessUse | null {
  const stat = parseLinuxStat(readProc(pid, 'stat') ?? '')
  if (!stat || stat.zombie) return null
  return { pid, ppid: stat.ppid, cpu_ms: stat.cpu_ms, rss: parseLinuxRss(readProc(pid, 'status') ?? '') ?? 0, command: null }
}

/** A process and everything that it started, from `/proc`; null when it is gone. */
export function linuxTreeUse(root: number, except: ReadonlySet<number> = new Set()): TreeUse | null {
  const first = linuxUse(root)
  if (!first) return null
  const table: ProcessUse[] = []
  const waiting: ProcessUse[] = [first]
  for (let use = waiting.pop(); use; use = waiting.pop()) {
    const parent = use.pid
    table.push(use)
    for (const child of linuxChildren(parent) ?? []) {
      if (except.has(child) || table.some((known) => known.pid === child)) continue
      const found = linuxUse(child)
      if (found) waiting.push({ ...found, ppid: parent })
    }
  }
  return treeUse(table, root, except)
}

/** Every process of this machine that we may see, with its command line. Costs a system tool outside of Linux. */
export async function listProcesses(): Promise<ProcessUse[]> {
  if (process.platform === 'linux')
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap((entry) => {
        const use = linuxUse(Number(entry))
        const command = readProc(Number(entry), 'cmdline')?.replace(/\0+$/, '').replaceAll('\0', ' ') ?? null
        return use ? [{ ...use, command }] : []
      })
  if (process.platform === 'win32') {
    const script =
      'Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,WorkingSetSize,KernelModeTime,UserModeTime,CommandLine | ConvertTo-Json -Compress'
    const { stdout } = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], {
      windowsHide: true,
      timeout: 20_000,
      maxBuffer: 16 * 1024 * 1024,
    })
    return parseWindowsProcesses(stdout)
  }
  const { stdout } = await run('/bin/ps', ['-axo', 'pid=,ppid=,rss=,time=,command='], {
    env: { LC_ALL: 'C' },
    timeout: 10_000,
    maxBuffer: 16 * 1024 * 1024,
  })
  return parsePsTable(stdout)
}

/** Reads several trees at once. Roots that are gone are absent from the answer. */
export async function readTrees(roots: readonly { root: number; except: ReadonlySet<number> }[]): Promise<Map<number, TreeUse>> {
  const found = new Map<number, TreeUse>()
  if (roots.length === 0) return found
  const table = process.platform === 'linux' ? null : await listProcesses()
  for (const { root, except } of roots) {
    const use = table === null ? linuxTreeUse(root, except) : treeUse(table, root, except)
    if (use) found.set(root, use)
  }
  return found
}
