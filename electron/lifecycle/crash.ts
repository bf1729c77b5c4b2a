/** What to do when a process of ours dies, and a report on this machine (nothing is sent anywhere). */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { writeJsonFile } from '../../native-services/platform/atomic-file.ts'

/** Reloads are granted this often; a page that keeps dying would otherwise spin for ever. */
export const reloadLimit = { count: 3, windowMs: 60_000 } as const
const keptReports = 20

/** An end that somebody meant: nothing to report, nothing to mend. */
export function isOrdinaryEnd(reason: string): boolean {
  return reason === 'clean-exit'
}

/** @param earlier When pages died before this one, in milliseconds. */
export function reloadDecision(event: { reason: string; now: number; earlier: readonly number[] }): 'ignore' | 'reload' | 'give-up' {
  if (isOrdinaryEnd(event.reason)) return 'ignore'
  const recent = event.earlier.filter((at) => event.now - at < reloadLimit.windowMs)
  return recent.length >= reloadLimit.count ? 'give-up' : 'reload'
}

export interface CrashReport {
  readonly kind: 'page' | 'child' | 'main'
  readonly reason: string
  readonly exit_code: number | null
  readonly process: string
  readonly message: string | null
}

export interface CrashReports {
  /** Writes a report and forgets the oldest beyond twenty. Never throws: it is called when things are bad already. */
  write(report: CrashReport): string | null
}

/** @param options.folder `<data folder>/crash-reports`, created when needed. */
export function createCrashReports(options: { folder: string; version: string; now?: () => number }): CrashReports {
  const now = options.now ?? Date.now
  let sequence = 0
  return {
    write(report) {
      try {
        mkdirSync(options.folder, { recursive: true, mode: 0o700 })
        const at = new Date(now()).toISOString()
        const file = path.join(
          options.folder,
          `${at.replace(/[:.]/g, '-')}-${String((sequence += 1)).padStart(3, '0')}-${report.kind}.json`,
        )
        writeJsonFile(file, { at, version: options.version, platform: process.platform, arch: process.arch, ...report })
        const reports = readdirSync(options.folder)
          .filter((name) => name.endsWith('.json'))
          .toSorted()
        for (const name of reports.slice(0, -keptReports)) rmSync(path.join(options.folder, name), { force: true })
        return file
      } catch {
        return null
      }
    },
  }
}

/** Remembers when pages died and decides about each. */
export function createReloadGuard(now: () => number = Date.now): (reason: string) => 'ignore' | 'reload' | 'give-up' {
  let earlier: number[] = []
  return (reason) => {
    const at = now()
    const decision = reloadDecision({ reason, now: at, earlier })
    if (decision !== 'ignore') earlier = [...earlier.filter((moment) => at - moment < reloadLimit.windowMs), at]
    return decision
  }
}
