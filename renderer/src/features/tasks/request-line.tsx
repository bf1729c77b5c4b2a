/** Under a comment in which an agent asks others for an answer: who has answered, who has not. */
import type { Comment, Notification } from '../../../../native-services/contract/entities.ts'
import { useAgents } from '../../lib/store.ts'
import { StateIcon } from '../../ui/icon.tsx'
import { openRequests } from './open-requests.ts'
import { strings } from './strings.ts'

export function RequestLine({
  boardId,
  requests,
  comments,
}: {
  boardId: string
  requests: readonly Notification[]
  comments: readonly Comment[]
}) {
  const agents = useAgents(boardId)
  if (requests.length === 0) return null
  const named = (rows: readonly Notification[]): string[] =>
    rows.map((row) => agents.find((agent) => agent.id === row.agent_id)?.name ?? strings.anAgent)
  const open = openRequests(requests, comments)
  const answered = requests.filter((row) => !open.includes(row))
  const tone = open.length === 0 ? 'good' : open.some((row) => row.state === 'dead') ? 'bad' : 'idle'
  return (
    <div className="reach" data-tone={tone} role="status">
      <StateIcon name={open.length === 0 ? 'circle-check' : 'hourglass'} size={13} />
      <span>{strings.requested(named(answered), named(open))}</span>
    </div>
  )
}
