/** Under a comment of the operator: who does not get it (yet), why, and the button that changes that. Nothing when all is well. */
import { useEffect, useState } from 'react'
import type { Comment, Notification, Task } from '../../../../native-services/contract/entities.ts'
import type { Reach } from '../../../../native-services/contract/threads.ts'
import { api } from '../../lib/api.ts'
import { useAgents, useBoard, useLive } from '../../lib/store.ts'
import { StateIcon } from '../../ui/icon.tsx'
import { applyRemedy } from './thread-actions.ts'

export function ReachLine({
  task,
  comment,
  deliveries,
  others,
}: {
  task: Task
  comment: Comment
  deliveries: readonly Notification[]
  /** How many messages the task has: a new one may carry this comment. */
  others: number
}) {
  const [reach, setReach] = useState<Reach | null>(null)
  const board = useBoard(task.board_id)
  const agents = useAgents(task.board_id)
  const paused = useLive((state) => state.settings?.delivery_paused ?? false)
  const connected = useLive((state) => state.gatewayRuntime?.connected ?? false)
  // Whatever the answer depends on: it is asked for again when one of them changes.
  const facts = JSON.stringify([
    deliveries.map((row) => [row.id, row.state]),
    agents.map((agent) => [agent.id, agent.status]),
    [board?.paused, paused, connected, task.status, comment.mentions, others],
  ])
  useEffect(() => {
    let current = true
    // What was sent a moment ago is mostly under way before one could read about it.
    const timer = setTimeout(() => {
      api.call('getCommentReach', { params: { board_id: comment.board_id, task_id: comment.task_id, comment_id: comment.id } }).then(
        (answer) => {
          if (current) setReach(answer)
        },
        () => undefined,
      )
    }, 150)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [comment.board_id, comment.task_id, comment.id, facts])
  if (!reach || reach.verdict === 'now') return null
  const tone = reach.verdict === 'nobody' ? 'bad' : 'warning'
  return (
    <div className="reach" data-tone={tone} role="status">
      <StateIcon name={reach.verdict === 'nobody' ? 'circle-slash' : 'hourglass'} size={13} />
      <span>{reach.sentence}</span>
      {reach.remedies.map((remedy) => (
        <button
          key={`${remedy.action}:${remedy.target_id ?? ''}`}
          type="button"
          className="link"
          onClick={() => void applyRemedy(remedy, { task, comment, deliveries })}
        >
          {remedy.label}
        </button>
      ))}
    </div>
  )
}
