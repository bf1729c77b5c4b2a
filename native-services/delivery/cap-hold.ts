/** Whether a message waits for the next day because its agent, or all agents together, have reached their hard cap. */
import { localDay, nextMidnight } from '../domain/local-day.ts'
import { type CapState, capState, waitsForCap } from '../domain/usage-caps.ts'
import type { NotificationRow } from '../store/notifications.ts'
import type { Store } from '../store/store.ts'
import { everyAgent } from '../store/usage.ts'

/** The code of a message that waits for its cap. */
export const capCode = 'daily_cap'

export interface CapHold {
  /** The start of the next local day (ms epoch). */
  until: number
  /** For a person. */
  sentence: string
}

/** The hard cap that holds for an agent at this moment; null when none does. */
export function capOf(store: Store, agentId: string, now: number): CapHold | null {
  const today = localDay(now)
  for (const cap of store.usage.caps()) {
    if (cap.scope !== everyAgent && cap.scope !== agentId) continue
    const state = capState(cap, store.usage.spent(cap.scope, today), today)
    if (state.level === 'hard') return { until: nextMidnight(now), sentence: capSentence(state) }
  }
  return null
}

export function capSentence(state: CapState): string {
  return `daily cap reached (${state.words ?? ''}), resumes at 00:00`
}

/** Of a message that is due; null: it goes. */
export function capHold(store: Store, row: NotificationRow, now: number): CapHold | null {
  if (!waitsForCap(row.type, authorOf(store, row))) return null
  return capOf(store, row.agent_id, now)
}

function authorOf(store: Store, row: NotificationRow): 'user' | 'agent' | 'system' | null {
  if (row.comment_id === null) return null
  // Ids are unique across the tables.
  return (
    store.messages.get(row.comment_id)?.author_type ??
    store.boardMemory.get(row.comment_id)?.author_type ??
    store.groupMemory.get(row.comment_id)?.author_type ??
    null
  )
}
