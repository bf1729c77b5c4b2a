/** What was said in the chat of a board or a group: messages, what became of each, and answers as they are written. */
import '../tasks/task.css'
import { Button } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import type { Agent, Notification } from '../../../../native-services/contract/entities.ts'
import { LoadError } from '../../ui/parts.tsx'
import { Message, Writing } from '../tasks/message.tsx'
import { strings as taskStrings } from '../tasks/strings.ts'
import { strings } from './strings.ts'
import type { ChatRead } from './use-chat-read.ts'

interface Entry {
  readonly id: string
  readonly content: string
  readonly agent_id: string | null
  readonly author_type: string
  readonly author_name: string
  readonly created_at: string
  readonly source_notification_id: string | null
}

/** @param asideOf What stands beside the time of a message, and which of its deliveries are worth a line. */
export function ChatMessages<Said extends Entry>({
  chat,
  rows,
  agents,
  read,
  empty,
  asideOf,
  ...box
}: {
  chat: readonly Said[]
  /** All deliveries of this chat. */
  rows: readonly Notification[]
  agents: readonly Agent[]
  read: ChatRead
  empty: string
  asideOf?: (entry: Said, own: readonly Notification[]) => { aside?: ReactNode; deliveries: readonly Notification[] }
  className: string
  tabIndex?: number
  role?: string
  'aria-label'?: string
}) {
  const body = useRef<HTMLDivElement>(null)
  const answered = new Set(chat.map((entry) => entry.source_notification_id))
  const writing = rows.filter((row) => row.state === 'leased' && !answered.has(row.id))
  const names = [...agents.map((agent) => agent.name), ...taskStrings.groups.map((group) => group.name)]
  const newest = `${chat.at(-1)?.id ?? ''}:${writing.length}`
  useEffect(() => {
    if (body.current) body.current.scrollTop = body.current.scrollHeight
  }, [newest])
  return (
    <div {...box} ref={body}>
      {read.error ? (
        <LoadError message={read.error} retry={read.retry} />
      ) : (
        <>
          {read.earlier ? (
            <Button variant="subtle" onClick={read.earlier}>
              {strings.earlier}
            </Button>
          ) : null}
          {chat.length === 0 && writing.length === 0 ? <p className="muted">{empty}</p> : null}
          <ul className="thread">
            {chat.map((entry) => {
              const own = rows.filter((row) => row.comment_id === entry.id)
              return (
                <Message
                  key={entry.id}
                  said={entry}
                  text={entry.content}
                  names={names}
                  {...(asideOf ? asideOf(entry, own) : { deliveries: own })}
                />
              )
            })}
            {writing.map((row) => (
              <Writing key={row.id} row={row} />
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
