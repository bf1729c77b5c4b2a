/** The Doctor: everything that can be wrong around the product, looked at once, each with what was found and what to do. */
import { z } from 'zod'
import { attention } from './entities.ts'
import { timestamp } from './primitives.ts'
import type { Tone } from './states.ts'

export const doctorGroups = ['data', 'openclaw', 'gateway', 'agents', 'security', 'system'] as const
export type DoctorGroup = (typeof doctorGroups)[number]
export const doctorStates = ['ok', 'warning', 'bad', 'skipped'] as const
export type DoctorState = (typeof doctorStates)[number]

export const doctorCheck = z.object({
  /** E.g. `database`, `token:<agent id>`. */
  id: z.string(),
  group: z.enum(doctorGroups),
  title: z.string(),
  state: z.enum(doctorStates),
  found: z.string(),
  /** Why it matters. */
  why: z.string(),
  /** What to do; null when there is nothing to do. */
  remedy: z.string().nullable(),
  /** Where it can be seen or changed; null when nowhere. */
  link: z.string().nullable(),
  fix: attention.shape.fix,
})
export type DoctorCheck = z.infer<typeof doctorCheck>

/** The result of a job of kind `doctor`; it grows while the job runs. */
export const doctorReport = z.object({
  version: z.string(),
  platform: z.string(),
  started_at: timestamp,
  checks: z.array(doctorCheck),
})
export type DoctorReport = z.infer<typeof doctorReport>

export const doctorGroupTitles: Readonly<Record<DoctorGroup, string>> = {
  data: 'Data folder',
  openclaw: 'OpenClaw',
  gateway: 'Gateway',
  agents: 'Agents',
  security: 'Secrets',
  system: 'This machine',
}

// oxfmt-ignore
export const doctorStateWords: Readonly<Record<DoctorState, { label: string; tone: Tone }>> = {
  ok: { label: 'OK', tone: 'good' },
  warning: { label: 'Warning', tone: 'warning' },
  bad: { label: 'Broken', tone: 'bad' },
  skipped: { label: 'Skipped', tone: 'idle' },
}

/** The worst that was found; `ok` when nothing was. */
export function worstDoctorState(checks: readonly { state: DoctorState }[]): 'ok' | 'warning' | 'bad' {
  if (checks.some((check) => check.state === 'bad')) return 'bad'
  return checks.some((check) => check.state === 'warning') ? 'warning' : 'ok'
}

/** The report as text, the same on the page and on the command line. */
export function doctorLines(report: Pick<DoctorReport, 'version' | 'platform'> & { checks: readonly DoctorCheck[] }): string[] {
  const lines = [`Mission Control ${report.version}, ${report.platform}`]
  for (const group of doctorGroups) {
    const checks = report.checks.filter((check) => check.group === group)
    if (checks.length === 0) continue
    lines.push('', doctorGroupTitles[group])
    for (const check of checks) {
      lines.push(`  ${check.state.toUpperCase().padEnd(7)} ${check.title}: ${check.found}`)
      if (check.remedy !== null && check.state !== 'ok' && check.state !== 'skipped') lines.push(`          → ${check.remedy}`)
    }
  }
  return lines
}
