/** What the runs of a conversation used: from our own books, read again when a run has ended. */
import { useEffect, useMemo, useState } from 'react'
import type { Run } from '../../../../native-services/contract/usage.ts'
import { api } from '../../lib/api.ts'
import { useFetched } from '../gateway-security/use-fetched.ts'

const shownRuns = 100
/** The books have a run a moment after its last word. */
const bookedMs = 4000

export interface RunsOfSession {
  /** Newest first, at most a hundred. */
  readonly items: readonly Run[]
  readonly total: number
  readonly byRun: ReadonlyMap<string, Run>
}

/** @param running The run that goes on, null when none does. */
export function useRuns(options: { agentId: string; sessionKey: string; running: string | null }): RunsOfSession | null {
  const { agentId, sessionKey, running } = options
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    if (running !== null) return
    const timer = setTimeout(() => setTurn((count) => count + 1), bookedMs)
    return () => clearTimeout(timer)
  }, [running])
  const { value } = useFetched(
    `${agentId} ${sessionKey} ${turn}`,
    (signal) => api.call('listRuns', { query: { agent_id: agentId, session_key: sessionKey, limit: shownRuns }, signal }),
    30_000,
  )
  return useMemo(
    () =>
      value === null
        ? null
        : {
            items: value.items,
            total: value.total,
            byRun: new Map(value.items.flatMap((run) => (run.run_id === null ? [] : [[run.run_id, run] as const]))),
          },
    [value],
  )
}
