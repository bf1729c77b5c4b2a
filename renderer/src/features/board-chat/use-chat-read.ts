/** Reads the last entries of a chat and their deliveries, and again after the connection was lost; what is read goes into the store. */
import { useCallback, useEffect, useState } from 'react'
import type { EntityOf } from '../../../../native-services/contract/events.ts'
import type { Page } from '../../../../native-services/contract/primitives.ts'
import { api, explain } from '../../lib/api.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { useLive } from '../../lib/store.ts'

const pageSize = 50
const most = 200

export interface ChatRead {
  readonly error: string | null
  readonly retry: () => void
  /** There are earlier ones, which this shows. */
  readonly earlier: (() => void) | null
}

/** @param read Must stay the same function while it reads the same chat. */
export function useChatRead<Name extends 'board_memory' | 'group_memory'>(
  name: Name,
  read: (query: { is_chat: 'true'; limit: string }) => Promise<Page<EntityOf<Name>>>,
): ChatRead {
  const connection = useLive((state) => state.connection)
  const [error, setError] = useState<string | null>(null)
  const [total, setTotal] = useState(0)
  const [shown, setShown] = useState(pageSize)
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (connection !== 'live') return
    let current = true
    Promise.all([
      read({ is_chat: 'true', limit: String(Math.min(most, shown)) }),
      api.call('listNotifications', { query: { limit: String(most) } }),
    ]).then(
      ([memory, notifications]) => {
        if (!current) return
        setError(null)
        setTotal(memory.total)
        useLive.setState(({ maps }) => ({
          maps: mergeEntities(mergeEntities(maps, name, memory.items), 'notification', notifications.items),
        }))
      },
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
  }, [name, read, connection, shown, round])
  return {
    error,
    retry: useCallback(() => setRound((value) => value + 1), []),
    earlier: total > shown && shown < most ? () => setShown(shown + pageSize) : null,
  }
}
