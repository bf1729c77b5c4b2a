/** Which requests for an answer nobody has answered yet. */
import type { Comment, Notification } from '../../../../native-services/contract/entities.ts'

/** An answer is the reply to the request, or what the agent wrote in the thread after it was sent. */
export function openRequests(
  requests: readonly Notification[],
  comments: readonly Pick<Comment, 'agent_id' | 'created_at' | 'source_notification_id'>[],
): Notification[] {
  return requests.filter((row) => {
    const sent = row.state === 'leased' || row.state === 'delivered' || row.state === 'dead'
    return !comments.some(
      (comment) =>
        comment.source_notification_id === row.id || (sent && comment.agent_id === row.agent_id && comment.created_at > row.created_at),
    )
  })
}
