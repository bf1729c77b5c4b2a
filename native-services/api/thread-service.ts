/** Comments after they were written: edits, deletions, whom they reach. Each change is one transaction. */
import { AppError } from '../contract/errors.ts'
import { findMentions } from '../domain/mentions.ts'
import { reachOf } from '../domain/reach-rules.ts'
import type { Reach } from '../contract/threads.ts'
import type { CommentRow } from '../store/messages.ts'
import type { NotificationRow } from '../store/notifications.ts'
import type { TaskRow } from '../store/tasks.ts'
import type { ApiDeps } from './deps.ts'
import type { TaskCaller } from './task-service.ts'

/** Who edits: a person, or an agent its own. */
type Writer = Exclude<TaskCaller, { kind: 'schedule' }>

export interface ThreadService {
  /** Throws `forbidden` for a comment of somebody else. The same words again change nothing. */
  edit(caller: Writer, task: TaskRow, comment: CommentRow, message: string): CommentRow
  remove(task: TaskRow, comment: CommentRow): void
  reach(task: TaskRow, comment: CommentRow): Reach
}

/**
 * Whether another message carries this comment, too: an unsent update takes in newer comments and tells of the newest; and somebody who gets the
 * task, or a later comment, gets the thread with it, which counts when nobody was told of the comment itself.
 */
function carriesComment(row: NotificationRow, comment: CommentRow, toldItself: boolean): boolean {
  const newer = (row.comment_id ?? '') > comment.id
  if (row.type === 'thread_update' && newer && row.id < (row.comment_id ?? '')) return true
  return !toldItself && row.id > comment.id && (row.type === 'assignment' || newer)
}

type Deps = Pick<ApiDeps, 'store' | 'notifier' | 'connection' | 'settings'>

export function createThreadService({ store, notifier, connection, settings }: Deps): ThreadService {
  return {
    edit(caller, task, comment, message) {
      const mine = caller.kind === 'operator' ? comment.author_type === 'user' : comment.agent_id === caller.agent.id
      if (!mine)
        throw new AppError('forbidden', `${comment.author_name} wrote this comment; only the author edits it. Write one of your own.`)
      if (message === comment.message) return comment
      const actor =
        caller.kind === 'operator'
          ? ({ type: 'user', name: 'Operator', agent_id: null } as const)
          : ({ type: 'agent', name: caller.agent.name, agent_id: caller.agent.id } as const)
      return store.write(() => {
        const { agents: mentions } = findMentions(message, store.agents.all({ board_id: task.board_id }))
        store.messages.edit(comment.id, { message, mentions })
        store.notifications.reword(comment.id, message)
        const edited = store.messages.get(comment.id) ?? comment
        store.activity.record({
          event_type: 'task.comment_edited',
          message: `${actor.name} edited a comment on #${task.number}`,
          actor_type: actor.type,
          actor_name: actor.name,
          agent_id: actor.agent_id,
          task_id: task.id,
          board_id: task.board_id,
          data: { comment_id: comment.id },
        })
        notifier.edited({ task, comment: edited, before: comment.mentions, actor })
        return edited
      })
    },

    remove: (task, comment) =>
      store.write(() => {
        // An unsent update may stand for earlier comments, too: it goes on telling of the last one that is left.
        for (const row of comment.author_type === 'user' ? store.notifications.ofComment(comment.id) : []) {
          if (row.type !== 'thread_update' || row.state !== 'queued' || row.id > comment.id) continue
          const earlier = store.messages
            .tail(task.id, 20)
            .findLast(
              (each) =>
                each.author_type === 'user' &&
                each.id < comment.id &&
                !store.notifications.ofComment(each.id).some((other) => other.agent_id === row.agent_id),
            )
          if (earlier) store.notifications.retell(row.id, earlier)
        }
        store.messages.remove(comment)
        store.activity.record({
          event_type: 'task.comment_deleted',
          message: `Operator deleted a comment of ${comment.author_name} on #${task.number}`,
          actor_type: 'user',
          actor_name: 'Operator',
          task_id: task.id,
          board_id: task.board_id,
          data: { comment_id: comment.id },
        })
      }),

    reach(task, comment) {
      const board = store.boards.get(task.board_id)
      const lead = store.agents.lead(task.board_id)
      const gateway = connection.state()
      const withAgent = (row: NotificationRow) => {
        const agent = store.agents.get(row.agent_id)
        return agent ? [{ state: row.state, last_error: row.last_error, agent }] : []
      }
      const messages = store.notifications.ofComment(comment.id).flatMap(withAgent)
      return reachOf({
        messages,
        told_later: store.notifications
          .list({ task_id: task.id, limit: 100, offset: 0 })
          .items.filter((row) => row.state !== 'skipped' && row.state !== 'dead' && carriesComment(row, comment, messages.length > 0))
          .flatMap(withAgent),
        task_status: task.status,
        board: { id: task.board_id, paused: board?.paused ?? false },
        lead: lead ? { id: lead.id, name: lead.name } : null,
        agents_on_board: store.agents.all({ board_id: task.board_id }).filter((agent) => agent.status !== 'deleting').length,
        deliveries_paused: settings().delivery_paused,
        gateway_down: gateway.connected ? null : (gateway.reason ?? 'It is not connected.'),
      })
    },
  }
}
