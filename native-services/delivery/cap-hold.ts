/** Whether a message waits for the next day because its agent, or all agents together, have reached their hard cap. */
import { waitsForCap } from '../domain/usage-caps.ts'
import type { NotificationRow } from '../store/notifications.ts'
import type { Store } from '../store/store.ts'
import type { CapHold } from '../store/usage.ts'

/** The code of a message that waits for its cap. */
export const capCode = 'daily_cap'

/** Of a message that is due; null: it goes. */
export function capHold(store: Store, row: NotificationRow, now: number): CapHold | null {
  if (!waitsForCap(row.type, authorOf(store, row))) return null
  return store.usage.hardCap(row.agent_id, now)
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
