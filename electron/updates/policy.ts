/** When updates are looked for, and when not at all. */
import type { UpdateState } from '../../native-services/contract/desktop.ts'

export const firstCheckMs = 10_000
export const checkEveryMs = 6 * 60 * 60 * 1000
/** Checks of many installations shall not fall together: each wait varies by a tenth. */
const jitter = 0.1

export type UpdatePolicy = { readonly enabled: true } | { readonly enabled: false; readonly reason: string }

/** @param state.hasFeed Whether the build carries `app-update.yml`, which names where updates are published. */
export function updatePolicy(state: {
  packaged: boolean
  hasFeed: boolean
  platform: string
  env: Readonly<Record<string, string | undefined>>
}): UpdatePolicy {
  if (!state.packaged) return { enabled: false, reason: 'This copy runs from its sources. Update it with git.' }
  if (state.platform === 'linux' && (state.env['FLATPAK_ID'] || state.env['SNAP']))
    return { enabled: false, reason: 'The system updates this copy.' }
  if (state.env['MISSION_CONTROL_NO_UPDATES'] === '1') return { enabled: false, reason: 'MISSION_CONTROL_NO_UPDATES switches updates off.' }
  if (!state.hasFeed) return { enabled: false, reason: 'This build names no place to get updates from.' }
  return { enabled: true }
}

/** @param random In [0, 1). @returns Milliseconds until the next check. */
export function nextCheckDelay(state: { first: boolean; random: number }): number {
  return Math.round((state.first ? firstCheckMs : checkEveryMs) * (1 - jitter + 2 * jitter * state.random))
}

/** For a person who asked. */
export function updateSentence(state: UpdateState, current: string): string {
  if (state.state === 'current') return `Version ${current} is the newest.`
  return [state.version === null ? null : `Version ${state.version} is ${state.state}.`, state.reason]
    .filter((part) => part !== null)
    .join(' ')
}
