/** The conversation: comments, what became of each message, and replies as they are written. */
import { useEffect, useRef } from 'react'
import type { Agent, Task } from '../../../../native-services/contract/entities.ts'
import { useComments, useNotifications } from '../../lib/store.ts'
import { DeliveryChip } from './delivery-chip.tsx'
import { Message, Writing } from './message.tsx'
import { strings } from './strings.ts'

export function Thread({ task, agents }: { task: Task; agents: readonly Agent[] }) {
  const comments = useComments(task.id)
  const notifications = useNotifications({ task_id: task.id })
  const end = useRef<HTMLDivElement>(null)
  const names = [...agents.map((agent) => agent.name), ...strings.groups.map((group) => group.name)]
  const answered = new Set(comments.map((comment) => comment.source_notification_id))
  const writing = notifications.filter((row) => row.state === 'leased' && !answered.has(row.id))
  const loose = notifications.filter((row) => row.comment_id === null && row.type !== 'heartbeat' && row.type !== 'wake')

  // New words come into view when the reader was at the end already; a task opens at its top.
  const atEnd = useRef(false)
  useEffect(() => {
    const scroller = end.current?.closest('.drawer-body')
    if (!scroller) return
    const onScroll = () => {
      atEnd.current = scroller.scrollTop > 0 && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80
    }
    scroller.addEventListener('scroll', onScroll, { passive: true })
    return () => scroller.removeEventListener('scroll', onScroll)
  }, [])
  const length = comments.length + writing.length
  const mine = comments.at(-1)?.author_type === 'user' && Date.now() - Date.parse(comments.at(-1)?.created_at ?? '') < 3000
  useEffect(() => {
    const scroller = end.current?.closest('.drawer-body')
    if (scroller && (atEnd.current || mine)) scroller.scrollTop = scroller.scrollHeight
  }, [length, mine])

  return (
    <>
      {loose.length > 0 ? (
        <div className="deliveries" style={{ margin: '-2px 0 14px' }}>
          {loose.map((row) => (
            <DeliveryChip key={row.id} row={row} />
          ))}
        </div>
      ) : null}
      {comments.length === 0 && writing.length === 0 ? <p className="muted">{strings.threadEmpty}</p> : null}
      <ul className="thread">
        {comments.map((comment) => (
          <Message
            key={comment.id}
            said={comment}
            text={comment.message}
            names={names}
            deliveries={notifications.filter((row) => row.comment_id === comment.id)}
          />
        ))}
        {writing.map((row) => (
          <Writing key={row.id} row={row} />
        ))}
      </ul>
      <div ref={end} />
    </>
  )
}
