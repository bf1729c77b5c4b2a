/** A configuration file of our gateway that cannot be read: it would not start again, long before anybody starts it. */
import { readFileSync, statSync } from 'node:fs'
import { Json5Error, parseJson5 } from '../domain/json5.ts'
import type { Clock } from '../platform/clock.ts'
import type { AttentionRow } from './attention.ts'
import type { LiveState } from './live-state.ts'

export function createConfigRows(options: { clock: Clock; live: LiveState; configPath: string }): () => AttentionRow[] {
  const { clock, live, configPath } = options
  let mark = ''
  let problem: { reason: string; since_at: number } | null = null

  /** Read only when it changed since the last look. */
  function look(): void {
    let next: string
    try {
      const { mtimeMs, size } = statSync(configPath)
      next = `${mtimeMs} ${size}`
    } catch {
      // None yet, or none any more: the next start writes one.
      next = ''
    }
    if (next === mark) return
    mark = next
    const reason = next === '' ? null : whyBroken(configPath)
    problem = reason === null ? null : { reason, since_at: problem?.since_at ?? clock.now() }
  }

  return () => {
    const { owned, state } = live.gateway()
    // Another gateway has another file, and one that failed tells why by itself.
    if (!owned && state !== 'stopped') return []
    look()
    if (!problem) return []
    return [
      {
        key: 'gateway-config',
        tone: 'bad',
        title: 'The configuration of the gateway is broken',
        reason: `${problem.reason} ${state === 'stopped' ? 'It will not start with it.' : 'The gateway runs on with what it read before, and would not start again.'}`,
        since_at: problem.since_at,
        link: '/gateway?tab=config',
        fix: { label: 'Mend it', action: 'open', target_id: null },
      },
    ]
  }
}

function whyBroken(file: string): string | null {
  try {
    const value = parseJson5(readFileSync(file, 'utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? null
      : 'openclaw.json holds something else than an object.'
  } catch (error) {
    if (error instanceof Json5Error) return `openclaw.json, line ${error.line}, column ${error.column}: ${error.message}`
    // Being replaced at this very moment, or not ours to read: the Doctor says which.
    return null
  }
}
