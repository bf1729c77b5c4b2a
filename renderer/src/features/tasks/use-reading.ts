/** A thread that is looked at is read: at once, and again with everything that comes while it is open. */
import { useEffect, useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { useLive } from '../../lib/store.ts'
import { markRead } from './thread-actions.ts'

/** Returns from when on comments are new (ISO, exclusive): as of the moment when the thread was opened; null when nothing was new then. */
export function useReading(task: Task): string | null {
  const [newSince] = useState(() => (task.unread_count === 0 ? null : (task.last_read_at ?? '')))
  const connection = useLive((state) => state.connection)
  // What was told of the thread is read with it, and more may be told of it than is unread.
  const told = useLive((state) =>
    Object.values(state.maps.operator_notice).some(
      (notice) => notice.task_id === task.id && notice.read_at === null && (notice.kind === 'mention' || notice.kind === 'comment'),
    ),
  )
  const unread = task.unread_count > 0 || task.last_read_at === null || told
  useEffect(() => {
    if (!unread || connection !== 'live') return
    const read = () => {
      if (document.visibilityState === 'visible') void markRead(task)
    }
    read()
    document.addEventListener('visibilitychange', read)
    return () => document.removeEventListener('visibilitychange', read)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- again only when something new came, not with every change of the task
  }, [task.id, unread, task.unread_count, connection])
  return newSince
}
