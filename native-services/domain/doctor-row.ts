/** A row of the Doctor's, and words that its checks share. The checks stand beside this file, one per question, by what they look at. */
import type { DoctorCheck } from '../contract/doctor.ts'

/** What of a finding is the same however it ends. */
export type Base = Pick<DoctorCheck, 'id' | 'group' | 'title' | 'why'>
type Outcome = Pick<DoctorCheck, 'state' | 'found'> & Partial<Pick<DoctorCheck, 'remedy' | 'link' | 'fix'>>

export function row(base: Base, outcome: Outcome): DoctorCheck {
  return { remedy: null, link: null, fix: null, ...base, ...outcome }
}

/** `1.4 GB`, `312 MB`, `18 kB` */
export function bytes(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} GB`
  return value >= 1e6 ? `${Math.round(value / 1e6)} MB` : `${Math.ceil(value / 1000)} kB`
}

/** `3 days`, `5 hours`, `12 minutes` */
export function age(ms: number): string {
  const [value, unit] =
    ms >= 172_800_000 ? [ms / 86_400_000, 'day'] : ms >= 7_200_000 ? [ms / 3_600_000, 'hour'] : [Math.max(0, ms) / 60_000, 'minute']
  const whole = Math.floor(value as number)
  return `${whole} ${unit as string}${whole === 1 ? '' : 's'}`
}

/** A check that could not be made: that is a finding, too. */
export function couldNotCheck(base: Base, error: string): DoctorCheck {
  return row(base, { state: 'warning', found: `This could not be checked: ${error}`, remedy: 'Run the Doctor again; the log says more.' })
}

export function skipped(base: Base, found: string): DoctorCheck {
  return row(base, { state: 'skipped', found })
}
