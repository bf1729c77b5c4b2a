/** The last beats of an agent, read again when its rhythm moved, and only while they can be seen. */
import { type RefObject, useCallback, useEffect, useState } from 'react'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import type { Heartbeat } from '../../../../native-services/contract/heartbeats.ts'
import { api, explain } from '../../lib/api.ts'
import { useOnReturn } from '../../lib/use-on-return.ts'

export const beatsShown = 40
/** A beat that was sent may be missed, and its cost comes when its run is over: neither changes the agent. */
const lookAgainMs = 20_000

const sameBeats = (a: readonly Heartbeat[], b: readonly Heartbeat[]): boolean =>
  a.length === b.length && a.every((beat, index) => JSON.stringify(beat) === JSON.stringify(b[index]))

export interface BeatsRead {
  /** Newest first; null until they are there. */
  readonly beats: readonly Heartbeat[] | null
  /** Why there are none yet. What was read before stays, since the page itself says that it is cut off. */
  readonly error: string | null
  readonly retry: () => void
}

export function useBeats(agent: Agent, box: RefObject<HTMLElement | null>): BeatsRead {
  const [beats, setBeats] = useState<readonly Heartbeat[] | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  const [inView, setInView] = useState(false)

  useEffect(() => {
    if (!box.current) return
    const observer = new IntersectionObserver((entries) => setInView(entries.some((entry) => entry.isIntersecting)), {
      rootMargin: '200px',
    })
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [box])

  useEffect(() => {
    if (!inView) return
    const controller = new AbortController()
    const read = () => {
      if (document.hidden) return
      api.call('listHeartbeats', { params: { agent_id: agent.id }, query: { limit: beatsShown } }).then(
        ({ items }) => {
          // Forty bars are drawn anew only when one of them is another one.
          if (controller.signal.aborted) return
          setError(null)
          setBeats((known) => (known !== null && sameBeats(known, items) ? known : items))
        },
        (reason: unknown) => {
          if (!controller.signal.aborted) setError(explain(reason))
        },
      )
    }
    // The check-in and the row of the beat are two changes, a moment apart.
    const soon = setTimeout(read, 150)
    const later = setInterval(read, lookAgainMs)
    return () => {
      controller.abort()
      clearTimeout(soon)
      clearInterval(later)
    }
  }, [agent.id, agent.next_heartbeat_at, agent.last_seen_at, inView, attempt])

  const retry = useCallback(() => setAttempt((before) => before + 1), [])
  useOnReturn(retry)
  return { beats, error: beats === null ? error : null, retry }
}
