/** Threads beyond writing in them: edits, who follows, what was read; the timeline of a delivery; the notification centre. */
import { AppError } from '../../contract/errors.ts'
import { requestResponses } from '../../delivery/response-requests.ts'
import { findNamed } from '../../domain/mentions.ts'
import type { CommentRow } from '../../store/messages.ts'
import type { TaskRow } from '../../store/tasks.ts'
import { createBoardAccess } from '../board-access.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import type { ThreadService } from '../thread-service.ts'
import { pick } from './operator.ts'
import type { threadOperations } from '../../contract/operations-threads.ts'

const operator = { kind: 'operator' } as const

export function threadHandlers(
  deps: ApiDeps,
  { entities, threads }: { entities: Entities; threads: ThreadService },
): HandlerGroup<keyof typeof threadOperations> {
  const { store } = deps
  const { writable } = createBoardAccess(entities)
  const taskOf = (params: { board_id: string; task_id: string }): TaskRow =>
    entities.mustTask(entities.mustBoard(params.board_id).id, params.task_id)
  function commentOf(task: TaskRow, id: string): CommentRow {
    const comment = entities.must(store.messages.get(id), 'comment')
    if (comment.task_id !== task.id) throw new AppError('not_found', 'There is no such comment in this thread.')
    return comment
  }
  const subscriptions = (task: TaskRow) => ({
    watching: entities.mustTask(task.board_id, task.id).watching,
    agents: store.threads.followers(task.id),
  })

  return {
    updateComment({ params, body }) {
      const task = taskOf(params)
      return threads.edit(operator, task, commentOf(task, params.comment_id), body.message)
    },
    agentUpdateComment({ agent, params, body }) {
      const task = entities.mustTask(writable(agent, params.board_id).id, params.task_id)
      return threads.edit({ kind: 'agent', agent }, task, commentOf(task, params.comment_id), body.message)
    },
    deleteComment({ params }) {
      const task = taskOf(params)
      threads.remove(task, commentOf(task, params.comment_id))
      return { ok: true }
    },
    listCommentVersions({ params }) {
      return { items: store.messages.versions(commentOf(taskOf(params), params.comment_id).id) }
    },
    getCommentReach({ params }) {
      const task = taskOf(params)
      return threads.reach(task, commentOf(task, params.comment_id))
    },

    listSubscriptions: ({ params }) => subscriptions(taskOf(params)),
    subscribeAgent({ params }) {
      const task = taskOf(params)
      const agent = entities.mustAgent(params.agent_id)
      if (agent.board_id !== task.board_id)
        throw new AppError('task_board_mismatch', `${agent.name} does not belong to this board. Subscribe an agent of the board.`)
      store.write(() => store.threads.subscribe(task.id, agent.id))
      return subscriptions(task)
    },
    unsubscribeAgent({ params }) {
      const task = taskOf(params)
      const agent = entities.mustAgent(params.agent_id)
      if (task.assigned_agent_ids.includes(agent.id))
        throw new AppError('conflict', `${agent.name} is assigned and hears of everything here. Take the assignment away instead.`)
      store.write(() => store.threads.unsubscribe(task.id, agent.id))
      return subscriptions(task)
    },
    watchTask({ params, body }) {
      const task = taskOf(params)
      if (task.watching !== body.watching) store.write(() => store.threads.watch(task.id, body.watching))
      return taskOf(params)
    },
    readTask({ params }) {
      const task = taskOf(params)
      store.write(() => {
        if (task.unread_count > 0 || task.last_read_at === null) store.threads.markRead(task.id)
        store.notices.readThread(task.id)
      })
      return taskOf(params)
    },
    readAllTasks({ body }) {
      const board = body.board_id === undefined ? null : entities.mustBoard(body.board_id).id
      return { changed: store.write(() => store.threads.markAllRead(board)) }
    },

    agentRequestResponse({ agent, params, body }) {
      const task = entities.mustTask(writable(agent, params.board_id).id, params.task_id)
      if (task.status === 'archived') throw new AppError('conflict', 'The task is archived: nobody is told of it any more.')
      const onBoard = store.agents.all({ board_id: task.board_id })
      const others = store.agents.all({ gateway_id: agent.gateway_id })
      const named = body.recipients.map((name) => ({ name, agent: findNamed(name, onBoard) ?? findNamed(name, others) }))
      const asked = store.write(() =>
        requestResponses({ store, notifier: deps.notifier, now: deps.clock.now() }, { asker: agent, task, named, message: body.message }),
      )
      return { ok: true, notification_ids: asked.recipients.flatMap((each) => each.notification_id ?? []), ...asked }
    },

    getNotificationTimeline({ params }) {
      const notification = entities.must(store.notifications.get(params.notification_id), 'message')
      const reply = store.messages.bySourceNotification(notification.id)
      return {
        notification,
        attempts: store.notifications.attempts(notification.id),
        reply: reply ? { comment_id: reply.id, created_at: reply.created_at } : null,
      }
    },

    listNotices: ({ query }) => ({ ...store.notices.list(query), ...pick(query), unread: store.notices.unread() }),
    updateNotice({ params, body }) {
      const notice = entities.must(store.notices.get(params.notice_id), 'notice')
      if ((notice.read_at !== null) !== body.read) store.write(() => store.notices.setRead(notice.id, body.read))
      return entities.must(store.notices.get(notice.id), 'notice')
    },
    readNotices: ({ body }) => ({ changed: store.write(() => store.notices.readAll(body.kind ?? null)) }),
  }
}
