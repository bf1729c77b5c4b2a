/**
 * Memory and CPU of gateway, services and host, the last hour in memory. Every ten seconds while somebody looks, once a minute otherwise;
 * where asking costs a system tool (macOS, Windows), once a minute while somebody looks and only ourselves otherwise.
 */
import { availableParallelism } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type ProcessMetrics, type ProcessPart, processParts, type ProcessSample, type ProcessState } from '../contract/process-metrics.ts'
import { hotSince, leakingSince, memoryTrend, ofThisProcess, type ProcessPoint } from '../domain/process-trend.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import { readTrees, type TreeUse } from '../platform/process-metrics.ts'
import type { Internal } from './wire.ts'

export type SampleRow = Internal<ProcessSample>
export type ProcessStateRow = Internal<ProcessState>

export interface ProcessMonitor {
  start(): void
  stop(): void
  /** Somebody looks: measured often for the next minute. */
  watch(): void
  watched(): boolean
  /** @param since Only samples after that moment (ms epoch). */
  metrics(since?: number): Internal<ProcessMetrics>
  states(): ProcessStateRow[]
  onSample(listener: (sample: SampleRow) => void): () => void
  /** Measures now. */
  sample(): Promise<void>
}

const keptMs = 3_600_000
const watchedEveryMs = 10_000
const slowEveryMs = 60_000
export const watchLeaseMs = 60_000
const lagResolutionMs = 100
const cores = availableParallelism()

export function createProcessMonitor(options: {
  clock: Clock
  log: Log
  pids: () => { gateway: number | null; host: number | null }
  /** Reading other processes costs next to nothing. Default: on Linux. */
  cheap?: boolean
  read?: typeof readTrees
}): ProcessMonitor {
  const { clock } = options
  const log = options.log.scope('metrics')
  const cheap = options.cheap ?? process.platform === 'linux'
  const read = options.read ?? readTrees
  const listeners = new Set<(sample: SampleRow) => void>()
  const before = new Map<ProcessPart, { pid: number; cpu_ms: number; at: number }>()
  const lag = monitorEventLoopDelay({ resolution: lagResolutionMs })
  let ring: SampleRow[] = []
  let timer: TimerHandle | null = null
  let watchedUntil = 0
  let lagOn = false
  let running = false
  let sampling: Promise<void> | null = null

  const watched = (): boolean => clock.now() < watchedUntil
  const everyMs = (): number => (watched() && cheap ? watchedEveryMs : slowEveryMs)

  function readingOf(part: ProcessPart, pid: number, use: TreeUse, at: number): NonNullable<SampleRow['gateway']> {
    const last = before.get(part)
    before.set(part, { pid, cpu_ms: use.cpu_ms, at })
    const used = last && last.pid === pid && at > last.at ? Math.max(0, use.cpu_ms - last.cpu_ms) / (at - last.at) : null
    // More than there is: a process that was counted elsewhere (a gateway that is going) has joined the tree with all that it ever used.
    const cpu = used !== null && used > cores + 1 ? null : used
    return { pid, rss: use.rss, cpu: cpu === null ? null : Math.round(cpu * 10_000) / 10_000, processes: use.processes }
  }

  function ourselves(): TreeUse {
    const { user, system } = process.cpuUsage()
    return { rss: process.memoryUsage.rss(), cpu_ms: (user + system) / 1000, processes: 1 }
  }

  /** Only measured while somebody looks: it wakes the process ten times a second. */
  function lagNow(): number | null {
    const measured = lagOn && lag.count > 0 ? Math.max(0, lag.max / 1e6 - lagResolutionMs) : null
    lag.reset()
    if (watched() !== lagOn) {
      lagOn = watched()
      if (lagOn) lag.enable()
      else lag.disable()
    }
    return measured === null ? null : Math.round(measured * 10) / 10
  }

  async function measure(): Promise<void> {
    const { gateway, host } = options.pids()
    const others = cheap || watched()
    const roots = [
      ...(others && gateway !== null ? [{ root: gateway, except: new Set<number>() }] : []),
      ...(others && host !== null ? [{ root: host, except: new Set([process.pid, ...(gateway === null ? [] : [gateway])]) }] : []),
    ]
    const trees = await read(roots)
    const at = clock.now()
    const show = (part: ProcessPart, pid: number | null): SampleRow['gateway'] => {
      const use = pid === null ? undefined : trees.get(pid)
      return pid === null || !use ? null : readingOf(part, pid, use, at)
    }
    const sample: SampleRow = {
      at,
      gateway: show('gateway', gateway),
      services: readingOf('services', process.pid, ourselves(), at),
      host: show('host', host),
      lag_ms: lagNow(),
    }
    ring = [...ring.filter((each) => each.at > at - keptMs && each.at < at), sample]
    for (const listener of listeners) listener(sample)
  }

  function sampleNow(): Promise<void> {
    sampling ??= measure()
      .catch((error: unknown) => log.warn('metrics.failed', { error: errorText(error) }))
      .finally(() => {
        sampling = null
      })
    return sampling
  }

  function arm(): void {
    timer?.cancel()
    timer = clock.setTimer(everyMs(), () => void sampleNow().then(() => running && arm()))
  }

  const pointsOf = (part: ProcessPart): ProcessPoint[] =>
    ring.flatMap((sample) => (sample[part] ? [{ at: sample.at, ...sample[part] }] : []))

  function stateOf(part: ProcessPart): ProcessStateRow {
    const points = pointsOf(part)
    const last = ring.at(-1)?.[part] ?? null
    const own = last === null ? [] : ofThisProcess(points)
    const leak = own.length === 0 ? null : leakingSince(points)
    return {
      part,
      pid: last?.pid ?? null,
      rss: last?.rss ?? null,
      cpu: last?.cpu ?? null,
      processes: last?.processes ?? 0,
      trend_mb_h: own.length === 0 ? null : memoryTrend(points),
      hot_since_at: own.length === 0 ? null : hotSince(points),
      leak_since_at: leak,
      leaking: leak !== null,
    }
  }

  const states = (): ProcessStateRow[] => processParts.map(stateOf)

  return {
    start() {
      running = true
      // Not at the very start: what is loaded then says nothing.
      timer = clock.setTimer(5000, () => void sampleNow().then(() => running && arm()))
    },
    stop() {
      running = false
      timer?.cancel()
      lag.disable()
      listeners.clear()
    },
    watch() {
      const was = watched()
      watchedUntil = clock.now() + watchLeaseMs
      if (was || !running) return
      void sampleNow().then(() => running && arm())
    },
    watched,
    metrics: (since) => ({
      samples: since === undefined ? ring : ring.filter((sample) => sample.at > since),
      parts: states(),
      every_ms: everyMs(),
      watched_until_at: watchedUntil,
    }),
    states,
    onSample(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    sample: sampleNow,
  }
}
