/** What becomes of a message after it was sent. Every function is called inside one `store.write`: reply, row and activity stand or fall together. */
import { backoffMs } from '../domain/backoff.ts'
import { mustArrive, needsAnswer } from '../domain/delivery-rules.ts'
import { classifyReply } from '../domain/reply-rules.ts'
import type { AgentRun, GatewayError } from '../gateway/types.ts'
import type { Clock } from '../platform/clock.ts'
import { redact } from '../platform/redact.ts'
import type { NotificationRow } from '../store/notifications.ts'
import type { Store } from '../store/store.ts'
import type { TaskRow } from '../store/tasks.ts'
import { isBoardMessage, ownChat, postChatReply } from './board-chat.ts'
import { groupMessageOf, ownGroupChat, postGroupReply } from './group-chat.ts'
import { takeReply } from './onboarding.ts'
import type { Notifier } from './types.ts'

export interface RetryLimits {
  base_ms: number
  max_ms: number
  /** Attempts before a message is dead, for work and questions. */
  attempts: number
  /** The same for messages that nobody waits for an answer to. */
  optional_attempts: number
  /** Sends that may come back without an answer. */
  no_response_sends: number
}

export type Outcome =
  | 'delivered'
  /** Delivered; the agent had nothing to say, and nobody was waiting. */
  | 'quiet'
  | 'retry'
  | 'dead'
  /** Dead because an answer was needed and none came. */
  | 'no_response'
  /** Put back without blame: we stopped, or the gateway was not there. */
  | 'refunded'
  /** The agent or the task is gone, and the message with it; or somebody gave it up while it was under way. */
  | 'gone'

export function createOutcomes(options: { store: Store; clock: Clock; notifier: Notifier; limits: RetryLimits; random: () => number }) {
  const { store, clock, notifier, limits } = options
  const longestError = 500

  const nameOf = (row: NotificationRow): string => store.agents.get(row.agent_id)?.name ?? 'the agent'
  function authorOf(row: NotificationRow): 'user' | 'agent' | 'system' | null {
    if (row.comment_id === null) return null
    if (row.type === 'group_chat') return groupMessageOf(store, row)?.author_type ?? null
    return (row.type === 'board_chat' ? store.boardMemory.get(row.comment_id) : store.messages.get(row.comment_id))?.author_type ?? null
  }

  function die(row: NotificationRow, code: string, error: string): void {
    const text = redact(error).slice(0, longestError)
    // The next beat comes anyway, and the agent's own silence is what shows.
    if (row.type === 'heartbeat') return store.notifications.finish(row.id, { state: 'skipped', error_code: code, error: text })
    store.notifications.finish(row.id, { state: 'dead', error_code: code, error: text })
    store.activity.record({
      event_type: 'delivery_failed',
      level: 'error',
      message: `"${row.title}" could not be delivered to ${nameOf(row)}: ${text}`,
      agent_id: row.agent_id,
      task_id: row.task_id,
      board_id: row.board_id,
      data: { notification_id: row.id, code, attempts: row.attempts },
    })
  }

  function later(
    row: NotificationRow,
    again: { attempt: number; error_code: string; error: string; no_reply?: boolean; at_least_ms?: number | null },
  ): void {
    const wait = backoffMs({ attempt: again.attempt, base_ms: limits.base_ms, max_ms: limits.max_ms, random: options.random() })
    store.notifications.retry(row.id, {
      at: clock.now() + Math.max(wait, again.at_least_ms ?? 0),
      error_code: again.error_code,
      error: redact(again.error).slice(0, longestError),
      ...(again.no_reply ? { no_reply: true } : {}),
    })
  }

  /** What the agent itself wrote in the thread, or in the chat, while it ran. */
  function ownComments(row: NotificationRow, since: number): string[] {
    if (row.type === 'group_chat') return ownGroupChat(store, row, since)
    if (isBoardMessage(row)) return ownChat(store, row, since)
    return store.messages
      .tail(row.task_id ?? '', 20)
      .filter((comment) => comment.agent_id === row.agent_id && comment.created_at >= since && comment.source_notification_id === null)
      .map((comment) => comment.message.trim())
  }

  /** Posts the reply, unless this notification has its reply already or the agent wrote the very same itself. */
  function post(row: NotificationRow, task: TaskRow | undefined, text: string, since: number): void {
    if (ownComments(row, since).includes(text)) return
    const agent = store.agents.get(row.agent_id)
    if (!agent) return
    if (row.type === 'group_chat') return postGroupReply(store, row, agent, text)
    if (!task) return postChatReply(store, row, agent, text)
    const { comment, created } = store.messages.add({
      board_id: task.board_id,
      task_id: task.id,
      author_type: 'agent',
      agent_id: agent.id,
      author_name: agent.name,
      message: text,
      mentions: notifier.resolveMentions(task.board_id, text),
      source_notification_id: row.id,
    })
    if (created) notifier.commented({ task, comment, actor: { type: 'agent', name: agent.name, agent_id: agent.id } })
  }

  function recordDelivery(row: NotificationRow, task: TaskRow | undefined, answered: boolean): void {
    const where = task ? `#${task.number} ${task.title}` : row.type === 'group_chat' ? 'the chat of the group' : 'the chat of the board'
    store.activity.record({
      event_type: 'delivery.delivered',
      message: answered ? `${nameOf(row)} answered in ${where}` : `${nameOf(row)} took "${row.title}" and had nothing to add`,
      actor_type: 'agent',
      actor_name: nameOf(row),
      agent_id: row.agent_id,
      task_id: row.task_id,
      board_id: row.board_id,
      data: { notification_id: row.id, type: row.type, attempts: row.attempts },
    })
  }

  function unanswered(row: NotificationRow, runId: string | null): Outcome {
    const sends = row.no_reply_count + 1
    if (sends >= limits.no_response_sends) {
      die(row, 'no_response', `${nameOf(row)} gave no answer, ${sends} times. Look at its log, then send it again.`)
      return 'no_response'
    }
    if (runId) store.notifications.recordRun(row.id, runId)
    later(row, { attempt: sends, error_code: 'no_response', error: `${nameOf(row)} gave no answer.`, no_reply: true })
    return 'retry'
  }

  return {
    /** It has waited too long: what it tells of is past. */
    expired(row: NotificationRow, waitedMs: number): void {
      const hours = Math.round(waitedMs / 3_600_000)
      const waited =
        hours >= 48 ? `${Math.round(hours / 24)} days` : hours >= 2 ? `${hours} hours` : `${Math.round(waitedMs / 60_000)} minutes`
      die(row, 'expired', `It waited for ${waited} and was given up.${row.last_error ? ` The last reason: ${row.last_error}` : ''}`)
    },
    /** The run ended well. `since`: when it was sent. */
    succeeded(id: string, run: AgentRun, since: number): Outcome {
      const row = store.notifications.get(id)
      if (row?.state !== 'leased') return 'gone'
      const finish = (): void => store.notifications.finish(row.id, { state: 'delivered', run_id: run.run_id })
      if (run.usage && row.type === 'heartbeat') store.heartbeats.recordUsage(row.id, run.usage)
      if (row.type === 'board_onboarding') {
        if (takeReply(store, row, run.text, clock.now()) === 'unreadable') return unanswered(row, run.run_id)
        finish()
        return 'delivered'
      }
      const task = row.task_id === null ? undefined : store.tasks.get(row.task_id)
      if (!task && !isBoardMessage(row) && row.type !== 'group_chat') {
        finish()
        return 'delivered'
      }
      const reply = classifyReply(run.text)
      if (reply.kind === 'reply') {
        post(row, task, reply.text, since)
        finish()
        recordDelivery(row, task, true)
        return 'delivered'
      }
      // It answered with its own command and saw no need to say it twice.
      if (ownComments(row, since).length > 0) {
        finish()
        recordDelivery(row, task, true)
        return 'delivered'
      }
      const choseSilence =
        reply.reason === 'nothing_to_add' && (row.type === 'thread_update' || row.type === 'board_chat' || row.type === 'group_chat')
      if (needsAnswer(row.type, authorOf(row)) && !choseSilence) return unanswered(row, run.run_id)
      finish()
      recordDelivery(row, task, false)
      return 'quiet'
    },

    /** The run failed. `accepted`: the gateway had begun it. */
    failed(id: string, error: GatewayError, accepted: boolean): Outcome {
      const row = store.notifications.get(id)
      if (row?.state !== 'leased') return 'gone'
      const most = mustArrive(row.type, authorOf(row)) ? limits.attempts : limits.optional_attempts
      switch (error.failure) {
        case 'rejected':
          die(row, error.failure, error.message)
          return 'dead'
        case 'aborted':
        case 'unauthorized':
          store.notifications.retry(row.id, {
            at: clock.now(),
            error_code: error.failure,
            error: redact(error.message).slice(0, longestError),
            refund: true,
          })
          return 'refunded'
        case 'unavailable':
          // A gateway that goes away over one message again and again must not be sent it for ever: what it had begun counts.
          if (accepted && row.attempts >= most) {
            die(row, error.failure, error.message)
            return 'dead'
          }
          store.notifications.retry(row.id, {
            at: clock.now(),
            error_code: error.failure,
            error: redact(error.message).slice(0, longestError),
            refund: !accepted,
          })
          return accepted ? 'retry' : 'refunded'
        case 'rate_limited':
        case 'timeout':
        case 'failed':
          if (row.attempts >= most) {
            die(row, error.failure, error.message)
            return 'dead'
          }
          later(row, { attempt: row.attempts, error_code: error.failure, error: error.message, at_least_ms: error.retryAfterMs })
          return 'retry'
      }
    },
  }
}
