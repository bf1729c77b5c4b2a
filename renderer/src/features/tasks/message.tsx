/** One message of a conversation, in a task's thread or in the chat of a board; and one that is being written. */
import type { ReactNode } from 'react'
import type { Notification } from '../../../../native-services/contract/entities.ts'
import { authorName } from '../../lib/author.ts'
import { useAgent, useLive } from '../../lib/store.ts'
import { AgentAvatar, NameAvatar } from '../../ui/avatar.tsx'
import { Markdown } from '../../ui/markdown.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { DeliveryChip } from './delivery-chip.tsx'
import { strings } from './strings.ts'

/** What comments and board chat have in common. */
interface Said {
  readonly id: string
  readonly agent_id: string | null
  readonly author_type: string
  readonly author_name: string
  readonly created_at: string
}

function Head({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="message-head">
      <b>{name}</b>
      {children}
    </div>
  )
}

export function Message({
  said,
  text,
  deliveries,
  names,
  aside,
  editor,
  below,
}: {
  said: Said
  text: string
  deliveries: readonly Notification[]
  names: readonly string[]
  /** Beside the time. */
  aside?: ReactNode
  /** In place of the words. */
  editor?: ReactNode
  /** Under the deliveries. */
  below?: ReactNode
}) {
  const agent = useAgent(said.agent_id)
  const name = authorName(said.author_name)
  return (
    <li className="message" data-system={said.author_type === 'system' ? '' : undefined} data-comment={said.id}>
      {agent ? <AgentAvatar agent={agent} size={24} /> : <NameAvatar name={name} size={24} />}
      <div>
        <Head name={name}>
          <RelativeTime at={said.created_at} />
          {aside}
        </Head>
        {editor ?? <Markdown text={text} mentions={names} />}
        {deliveries.length > 0 ? (
          <div className="deliveries">
            {deliveries.map((row) => (
              <DeliveryChip key={row.id} row={row} />
            ))}
          </div>
        ) : null}
        {below}
      </div>
    </li>
  )
}

/** An agent that is at work on a message: its words so far, or that it has begun. */
export function Writing({ row }: { row: Notification }) {
  const reply = useLive((state) => state.replies[row.id])
  const agent = useAgent(row.agent_id)
  if (!agent) return null
  return (
    <li className="message" aria-live="off">
      <AgentAvatar agent={agent} size={24} />
      <div>
        <Head name={agent.name}>
          <span>{reply?.text ? strings.writing : strings.working}</span>
        </Head>
        <div className="markdown" style={{ whiteSpace: 'pre-wrap' }}>
          {reply?.text ?? ''}
          <span className="caret" aria-hidden />
        </div>
      </div>
    </li>
  )
}
