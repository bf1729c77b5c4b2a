import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import {
  linuxTreeUse,
  listProcesses,
  parseLinuxRss,
  parseLinuxStat,
  parsePsTable,
  parsePsTime,
  parseWindowsProcesses,
  readTrees,
  treeUse,
} from '../../../native-services/platform/process-metrics.ts'

describe('what a process costs, as the systems write it', () => {
  it('reads /proc/<pid>/stat although the name holds spaces and parentheses', () => {
    const line = '4242 (a) b (c) S 17 4242 4242 0 -1 4194560 1 2 3 4 150 50 30 20 20 0 7 0 12345 1000 200 18446744073709551615'
    expect(parseLinuxStat(line)).toEqual({ pid: 4242, ppid: 17, cpu_ms: 2500, zombie: false })
    expect(parseLinuxStat(line.replace(') S', ') Z'))?.zombie).toBe(true)
    expect(parseLinuxStat('')).toBeNull()
    expect(parseLinuxStat('4242 (node) S 17')).toBeNull()
  })

  it('reads the resident memory in kB, and knows processes that have none', () => {
    expect(parseLinuxRss('Name:\tnode\nVmHWM:\t  90000 kB\nVmRSS:\t   81920 kB\n')).toBe(81_920 * 1024)
    expect(parseLinuxRss('Name:\tkworker\n')).toBeNull()
  })

  it('reads the table of ps, with commands that hold spaces', () => {
    const table =
      '    1     0   1200      0:01.50 /sbin/launchd\n  501     1 409600   1-02:03:04 /opt/node openclaw.mjs gateway run\nnonsense\n'
    expect(parsePsTable(table)).toEqual([
      { pid: 1, ppid: 0, rss: 1200 * 1024, cpu_ms: 1500, command: '/sbin/launchd' },
      { pid: 501, ppid: 1, rss: 409_600 * 1024, cpu_ms: ((26 * 60 + 3) * 60 + 4) * 1000, command: '/opt/node openclaw.mjs gateway run' },
    ])
    expect(parsePsTime('12:34:56')).toBe(45_296_000)
    expect(parsePsTime('soon')).toBeNull()
  })

  it('reads what Windows tells of one process and of several, times in units of 100 ns', () => {
    const row =
      '{"ProcessId":7,"ParentProcessId":4,"WorkingSetSize":1048576,"KernelModeTime":10000000,"UserModeTime":"20000000","CommandLine":null}'
    const use = { pid: 7, ppid: 4, rss: 1_048_576, cpu_ms: 3000, command: null }
    expect(parseWindowsProcesses(row)).toEqual([use])
    expect(parseWindowsProcesses(`[${row},${row}]`)).toEqual([use, use])
    expect(parseWindowsProcesses('')).toEqual([])
    expect(parseWindowsProcesses('[{"ProcessId":0},null]')).toEqual([])
  })

  it('adds up a tree, leaves branches out when told, and ends where the table goes in circles', () => {
    const use = (pid: number, ppid: number) => ({ pid, ppid, rss: 10, cpu_ms: 1, command: null })
    const table = [use(1, 0), use(2, 1), use(3, 2), use(4, 1), use(5, 99)]
    expect(treeUse(table, 1)).toEqual({ rss: 40, cpu_ms: 4, processes: 4 })
    expect(treeUse(table, 1, new Set([2]))).toEqual({ rss: 20, cpu_ms: 2, processes: 2 })
    expect(treeUse(table, 42)).toBeNull()
    expect(treeUse([use(1, 2), use(2, 1)], 1)?.processes).toBe(2)
  })
})

describe.skipIf(process.platform !== 'linux')('what a process costs, from the real /proc', () => {
  let child: ChildProcess | null = null
  afterEach(() => void (child?.pid && process.kill(-child.pid, 'SIGKILL')))

  /** A process with a child that has burnt some CPU. */
  async function busyPair(): Promise<number> {
    const inner = `const used = () => { const { user, system } = process.cpuUsage(); return user + system }; while (used() < 300000) for (let i = 0; i < 1e6; i += 1); console.log('burnt'); setInterval(() => {}, 1000)`
    const outer = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: ['ignore', 'inherit', 'ignore'] }); setInterval(() => {}, 1000)`
    child = spawn(process.execPath, ['-e', outer], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
    await new Promise<void>((resolve) => child?.stdout?.once('data', () => resolve()))
    return child.pid ?? 0
  }

  it('parses its own stat and status', () => {
    const stat = parseLinuxStat(readFileSync('/proc/self/stat', 'utf8'))
    expect(stat).toMatchObject({ pid: process.pid, ppid: process.ppid, zombie: false })
    const rss = parseLinuxRss(readFileSync('/proc/self/status', 'utf8')) ?? 0
    expect(rss / process.memoryUsage.rss()).toBeGreaterThan(0.5)
    expect(rss / process.memoryUsage.rss()).toBeLessThan(2)
  })

  it('counts the child of a process, its memory and its CPU', async () => {
    const pid = await busyPair()
    const use = linuxTreeUse(pid)
    expect(use?.processes).toBe(2)
    expect(use?.cpu_ms).toBeGreaterThanOrEqual(300)
    expect(use?.rss).toBeGreaterThan(40 * 2 ** 20)
    const table = await listProcesses()
    const inner = table.find((each) => each.ppid === pid)
    expect(inner?.command).toContain('burnt')
    expect(linuxTreeUse(pid, new Set([inner?.pid ?? 0]))?.processes).toBe(1)
    expect((await readTrees([{ root: pid, except: new Set() }])).get(pid)?.processes).toBe(2)
  })

  it('does not find a process that is gone', async () => {
    const pid = await busyPair()
    const ended = new Promise((resolve) => child?.once('exit', resolve))
    process.kill(-pid, 'SIGKILL')
    await ended
    child = null
    expect(linuxTreeUse(pid)).toBeNull()
    expect((await readTrees([{ root: pid, except: new Set() }])).size).toBe(0)
  })
})
