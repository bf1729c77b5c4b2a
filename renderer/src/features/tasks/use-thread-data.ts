import { useEffect, useState } from 'react'
import { api, explain } from '../../lib/api.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { fetchAll } from '../../lib/fetch-all.ts'
import { useLive } from '../../lib/store.ts'

/** Fetches thread, deliveries and activity of the task, and again after the connection was lost. */
export function useThreadData(boardId: string, taskId: string): { error: string | null; retry: () => void } {
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const connection = useLive((state) => state.connection)
  useEffect(() => {
    if (connection !== 'live') return
    let current = true
    Promise.all([
      fetchAll((query) => api.call('listComments', { params: { board_id: boardId, task_id: taskId }, query })),
      api.call('listNotifications', { query: { task_id: taskId } }),
      api.call('listActivity', { query: { task_id: taskId } }),
    ]).then(
      ([comments, notifications, activity]) => {
        if (!current) return
        setError(null)
        useLive.setState((state) => ({
          maps: mergeEntities(
            mergeEntities(mergeEntities(state.maps, 'comment', comments), 'notification', notifications.items),
            'activity',
            activity.items,
          ),
        }))
      },
      (reason: unknown) => {
        if (current) setError(explain(reason))
      },
    )
    return () => {
      current = false
    }
  }, [boardId, taskId, connection, round])
  return { error, retry: () => setRound((value) => value + 1) }
}
