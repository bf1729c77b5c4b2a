/** The conversation: comments, what became of each message, and replies as they are written. */
import './threads.css'
import { Fragment, useEffect, useRef, useState } from 'react'
import type { Agent, Comment, Task } from '../../../../native-services/contract/entities.ts'
import { useComments, useNotifications } from '../../lib/store.ts'
import { exactTime } from '../../lib/time.ts'
import { CommentFiles } from '../documents/comment-files.tsx'
import { useAttachments } from '../documents/use-documents.ts'
import { DeliveryChip } from './delivery-chip.tsx'
import { Message, Writing } from './message.tsx'
import { MessageEditor, MessageHistory, MessageMenu } from './message-tools.tsx'
import { ReachLine } from './reach-line.tsx'
import { RequestLine } from './request-line.tsx'
import { strings } from './strings.ts'
import { useReading } from './use-reading.ts'

/** How many of the operator's comments are asked whom they reach. */
const mostAsked = 4

export function Thread({ task, agents }: { task: Task; agents: readonly Agent[] }) {
  const comments = useComments(task.id)
  const notifications = useNotifications({ task_id: task.id })
  const { attachments } = useAttachments(task.board_id, task.id)
  const end = useRef<HTMLDivElement>(null)
  const [editing, setEditing] = useState<string | null>(null)
  const [history, setHistory] = useState<Comment | null>(null)
  const newSince = useReading(task)
  const names = [...agents.map((agent) => agent.name), ...strings.groups.map((group) => group.name)]
  const answered = new Set(comments.map((comment) => comment.source_notification_id))
  const writing = notifications.filter((row) => row.state === 'leased' && !answered.has(row.id))
  const loose = notifications.filter((row) => row.comment_id === null && row.type !== 'heartbeat' && row.type !== 'wake')

  const firstNew =
    newSince === null ? undefined : comments.find((comment) => comment.author_type !== 'user' && comment.created_at > newSince)?.id
  // Of the operator's last comments: the newest, and those that are still under way or went wrong.
  const asked = new Set(
    comments
      .filter((comment) => comment.author_type === 'user')
      .slice(-mostAsked)
      .filter(
        (comment, index, list) =>
          index === list.length - 1 ||
          notifications.some((row) => row.comment_id === comment.id && row.state !== 'delivered' && row.state !== 'leased'),
      )
      .map((comment) => comment.id),
  )

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
        {comments.map((comment) => {
          const deliveries = notifications.filter((row) => row.comment_id === comment.id)
          return (
            <Fragment key={comment.id}>
              {comment.id === firstNew ? <li className="new-mark">{strings.threads.newSince}</li> : null}
              <Message
                said={comment}
                text={comment.message}
                names={names}
                deliveries={deliveries}
                aside={
                  <>
                    {comment.edited_at ? (
                      <button type="button" className="edited" title={exactTime(comment.edited_at)} onClick={() => setHistory(comment)}>
                        {strings.threads.edited}
                      </button>
                    ) : null}
                    <MessageMenu comment={comment} onEdit={() => setEditing(comment.id)} onHistory={() => setHistory(comment)} />
                  </>
                }
                editor={
                  editing === comment.id ? <MessageEditor comment={comment} agents={agents} onDone={() => setEditing(null)} /> : undefined
                }
                below={
                  <>
                    <RequestLine
                      boardId={task.board_id}
                      requests={deliveries.filter((row) => row.type === 'response_request')}
                      comments={comments}
                    />
                    <CommentFiles files={attachments.filter((file) => file.comment_id === comment.id)} />
                    {asked.has(comment.id) ? (
                      <ReachLine task={task} comment={comment} deliveries={deliveries} others={notifications.length} />
                    ) : null}
                  </>
                }
              />
            </Fragment>
          )
        })}
        {writing.map((row) => (
          <Writing key={row.id} row={row} />
        ))}
      </ul>
      <div ref={end} />
      {history ? <MessageHistory comment={history} names={names} onClose={() => setHistory(null)} /> : null}
    </>
  )
}
