/**
 * One agent asks others for an answer on a task: the request stands in the thread, each of them gets a message that needs an answer, and the
 * answer goes back to the agent that asked. Everything here is called inside `store.write`.
 */
import { firstWords } from '../contract/plain-text.ts'
import { type AskRefusal, askSentence, askVerdict } from '../domain/response-rules.ts'
import type { AgentRow } from '../store/agents.ts'
import type { CommentRow } from '../store/messages.ts'
import type { NotificationRow } from '../store/notifications.ts'
import type { Store } from '../store/store.ts'
import type { TaskRow } from '../store/tasks.ts'
import type { Notifier } from './types.ts'

/** Somebody that was named, and who that is. */
export interface Named {
  name: string
  agent: AgentRow | undefined
}

export interface AskedAgent {
  name: string
  agent_id: string | null
  notification_id: string | null
  /** Why it was not asked; both null when it was. */
  code: AskRefusal | null
  reason: string | null
}

const listed = (names: readonly string[]): string => new Intl.ListFormat('en').format(names)

/** What became of each that was named, in that order and each once. Nothing is written when nobody may be asked. */
export function requestResponses(
  { store, notifier, now }: { store: Store; notifier: Notifier; now: number },
  { asker, task, named, message }: { asker: AgentRow; task: TaskRow; named: readonly Named[]; message: string },
): { comment: CommentRow | null; recipients: AskedAgent[] } {
  const turns = store.messages.agentTurns(task.id) + 1
  const seen = new Set<string>()
  const results = named.flatMap(({ name, agent }) => {
    const key = agent?.id ?? name
    if (seen.has(key)) return []
    seen.add(key)
    const code = agent
      ? askVerdict({
          asker_id: asker.id,
          asked: agent,
          board_id: task.board_id,
          last: store.threads.lastRequest(task.id, agent.id),
          agent_turns: turns,
          now,
        })
      : ('unknown' as const)
    return [{ name: agent?.name ?? name, agent, code }]
  })
  const asked = results.flatMap((each) => (each.agent && each.code === null ? [each.agent] : []))
  let comment: CommentRow | null = null
  if (asked.length > 0) {
    comment = store.messages.add({
      board_id: task.board_id,
      task_id: task.id,
      author_type: 'agent',
      agent_id: asker.id,
      author_name: asker.name,
      message,
      mentions: asked.map((agent) => agent.id),
      source_notification_id: null,
    }).comment
    store.activity.record({
      event_type: 'task.response_requested',
      message: `${asker.name} asked ${listed(asked.map((agent) => agent.name))} for an answer on #${task.number}: ${firstWords(message)}`,
      actor_type: 'agent',
      actor_name: asker.name,
      agent_id: asker.id,
      task_id: task.id,
      board_id: task.board_id,
      data: { comment_id: comment.id, asked_agent_ids: asked.map((agent) => agent.id) },
    })
    notifier.requested({ task, comment, agents: asked, actor: { type: 'agent', name: asker.name, agent_id: asker.id } })
  } else if (results.some((each) => each.code === 'loop_guard')) {
    notifier.silenced({ task, comment_id: null })
  }
  const rows = comment === null ? [] : store.notifications.ofComment(comment.id)
  return {
    comment,
    recipients: results.map(({ name, agent, code }) => ({
      name,
      agent_id: agent?.id ?? null,
      notification_id: code === null ? (rows.find((row) => row.agent_id === agent?.id)?.id ?? null) : null,
      code,
      reason: code === null ? null : askSentence(code, name),
    })),
  }
}

/** The request that a comment answers: by being the reply to it, or by being written during its run. */
function requestAnsweredBy(store: Store, comment: CommentRow): NotificationRow | undefined {
  if (comment.source_notification_id !== null) return store.notifications.get(comment.source_notification_id)
  const last = comment.agent_id === null ? undefined : store.notifications.lastOf(comment.task_id, comment.agent_id, 'response_request')
  return last?.state === 'leased' ? last : undefined
}

/** The agent that a comment gives the answer to; null when it answers no agent, or when that one is on its way to hear of the thread anyway. */
export function askerToTell(store: Store, comment: CommentRow): string | null {
  const request = requestAnsweredBy(store, comment)
  if (request?.type !== 'response_request' || request.comment_id === null) return null
  const asker = store.messages.get(request.comment_id)?.agent_id ?? null
  if (asker === null) return null
  // An unsent update has the whole thread with it when it goes, this answer included.
  return store.notifications.lastOf(comment.task_id, asker, 'thread_update')?.state === 'queued' ? null : asker
}
