/** How much of a thread is new; on cards and in lists. Nothing when all was read. */
import type { Task } from '../../../../native-services/contract/entities.ts'
import { strings } from './strings.ts'
import './threads.css'

export function UnreadMark({ task }: { task: Pick<Task, 'unread_count'> }) {
  if (task.unread_count === 0) return null
  const words = strings.threads.unread(task.unread_count)
  return (
    <span className="unread num" title={words}>
      <span className="visually-hidden">{words}</span>
      <span aria-hidden>{task.unread_count > 99 ? '99+' : task.unread_count}</span>
    </span>
  )
}
