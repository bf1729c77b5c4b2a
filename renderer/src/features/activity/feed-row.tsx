/** One line of what happened. */
import { Link } from 'wouter'
import type { Activity } from '../../../../native-services/contract/entities.ts'
import type { Tone } from '../../../../native-services/contract/states.ts'
import { authorName, authorSentence } from '../../lib/author.ts'
import { useAgent } from '../../lib/store.ts'
import { RelativeTime } from '../../ui/time.tsx'

const levelTones: Readonly<Record<Activity['level'], Tone>> = { info: 'idle', warning: 'warning', error: 'bad' }

/** Where a row leads: its task, its agent, or nowhere. */
export function activityLink(row: Activity): string | null {
  if (row.task_id && row.board_id) return `/boards/${row.board_id}/tasks/${row.task_id}`
  if (row.agent_id) return `/agents/${row.agent_id}`
  if (row.board_id) return `/boards/${row.board_id}`
  if (row.event_type.startsWith('gateway.')) return '/gateway'
  return null
}

/** @param own the row stands on the page of its agent, whose name needs no repeating */
export function FeedRow({ row, own = false }: { row: Activity; own?: boolean }) {
  const link = activityLink(row)
  const agent = useAgent(row.agent_id)
  // The actor leads; where the product itself acted on an agent, that agent does.
  const subject = row.actor_type === 'system' ? (agent && !own ? agent.name : null) : row.actor_name
  const said = authorSentence(row.message)
  const text = (
    <>
      {subject === null || row.message.includes(subject) ? null : (
        <b>
          {authorName(subject)}
          {row.actor_type === 'system' ? ': ' : ' '}
        </b>
      )}
      {said}
    </>
  )
  return (
    <div className="feed-row">
      <span className="dot" data-tone={levelTones[row.level]} title={row.event_type} />
      {link ? (
        <Link href={link} className="feed-text" title={said} data-row>
          {text}
        </Link>
      ) : (
        <span className="feed-text" title={said}>
          {text}
        </span>
      )}
      <RelativeTime at={row.created_at} />
    </div>
  )
}
