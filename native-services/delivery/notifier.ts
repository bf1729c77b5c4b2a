/** Turns what happened on a board into outbox rows, inside the transaction of what happened. The rules are in `domain/delivery-rules.ts`. */
import { agentTurnsLimit, recipientsOfComment, recipientsOfStatus, type NotificationType } from '../domain/delivery-rules.ts'
import { taskLink } from '../domain/notice-rules.ts'
import { findMentions, resolveMentions } from '../domain/mentions.ts'
import type { Clock } from '../platform/clock.ts'
import type { AgentRow } from '../store/agents.ts'
import type { CommentRow } from '../store/messages.ts'
import type { Store } from '../store/store.ts'
import type { TaskRow } from '../store/tasks.ts'
import { askerToTell } from './response-requests.ts'
import type { Notifier } from './types.ts'

/** One session per task and agent, so that a thread is one conversation and tasks do not mix. */
export function taskSessionKey(gatewayAgentId: string, taskId: string): string {
  return `agent:${gatewayAgentId}:mc-task-${taskId}`
}

/** A title on one line, short enough for a list. */
const titled = (task: TaskRow): string => `#${task.number} ${task.title.replace(/\s+/g, ' ').slice(0, 120)}`

export function createNotifier({ store }: { store: Store; clock: Clock }): Notifier {
  function enqueue(
    to: AgentRow,
    task: TaskRow,
    type: NotificationType,
    text: { title: string; body: string; comment_id: string | null },
  ): void {
    const notification = {
      type,
      agent_id: to.id,
      board_id: task.board_id,
      task_id: task.id,
      session_key: taskSessionKey(to.gateway_agent_id, task.id),
      ...text,
    }
    if (type === 'thread_update' && store.notifications.coalesce(notification)) return
    store.notifications.enqueue(notification)
  }

  /** Agents by id; those that are being removed hear of nothing any more. */
  function recipients(ids: readonly string[]): AgentRow[] {
    return ids.flatMap((id) => store.agents.get(id) ?? []).filter((agent) => agent.status !== 'deleting')
  }

  function silent(task: TaskRow, commentId: string | null, why: 'nobody_to_tell' | 'loop_guard'): void {
    const message =
      why === 'nobody_to_tell'
        ? `Nobody was told of the comment on ${titled(task)}: no agent is assigned and the board has no lead. Assign an agent or mention one.`
        : `The agents on ${titled(task)} have written ${agentTurnsLimit} comments among themselves; their mentions and requests wake nobody until a person writes.`
    store.activity.record({
      event_type: why === 'nobody_to_tell' ? 'delivery.no_recipient' : 'delivery.loop_guard',
      level: 'warning',
      message,
      task_id: task.id,
      board_id: task.board_id,
      data: { comment_id: commentId },
    })
  }

  /** What agents write to the operator, and in threads that he watches. An edit tells only of a mention, and once. */
  function tellOperator(task: TaskRow, comment: CommentRow, edited: boolean): void {
    if (comment.author_type === 'user') return store.threads.follow(task.id)
    if (comment.author_type !== 'agent') return
    const agents = store.agents.all({ board_id: task.board_id })
    const mentions = (text: string): boolean => findMentions(text, agents).operator
    const mentioned = mentions(comment.message)
    if (edited && (!mentioned || store.messages.versions(comment.id).some((each) => !each.current && mentions(each.message)))) return
    if (mentioned) store.threads.follow(task.id)
    else if (!task.watching) return
    store.notices.add({
      kind: mentioned ? 'mention' : 'comment',
      title: `${comment.author_name} ${mentioned ? 'mentioned you in' : 'wrote in'} ${titled(task)}`,
      body: comment.message.replace(/\s+/g, ' ').slice(0, 300),
      link: taskLink(task.board_id, task.id),
      subject: `${mentioned ? 'mention' : 'comment'}:${task.id}`,
      board_id: task.board_id,
      task_id: task.id,
      agent_id: comment.agent_id,
    })
  }

  return {
    assigned({ task, agent_ids, actor }) {
      for (const agent of recipients(agent_ids)) {
        store.tasks.subscribe(task.id, agent.id)
        // An agent that takes a task itself knows already.
        if (agent.id === actor.agent_id) continue
        enqueue(agent, task, 'assignment', {
          title: `${actor.name} assigned ${titled(task)}`,
          body: `You were assigned to the task "${task.title}".`,
          comment_id: null,
        })
      }
    },

    unblocked({ task }) {
      for (const agent of recipients(task.assigned_agent_ids)) {
        store.tasks.subscribe(task.id, agent.id)
        enqueue(agent, task, 'assignment', {
          title: `${titled(task)} can begin: what it waited for is done`,
          body: `The tasks that "${task.title}" depends on are done. It is yours to begin.`,
          comment_id: null,
        })
      }
    },

    commented({ task, comment, actor }) {
      const lead = store.agents.lead(task.board_id)
      const told = recipientsOfComment({
        author: { type: actor.type, agent_id: actor.agent_id },
        mentions: comment.mentions,
        assignees: task.assigned_agent_ids,
        subscribers: store.tasks.subscribers(task.id),
        followers: store.threads.manualSubscribers(task.id),
        lead_id: lead?.id ?? null,
        task_status: task.status,
        agent_turns: actor.type === 'agent' ? store.messages.agentTurns(task.id) : 0,
      })
      if (actor.agent_id !== null && store.agents.get(actor.agent_id)) store.tasks.subscribe(task.id, actor.agent_id)
      for (const agent of recipients(told.mention)) {
        store.tasks.subscribe(task.id, agent.id)
        enqueue(agent, task, 'mention', {
          title: `${actor.name} mentioned you in ${titled(task)}`,
          body: comment.message,
          comment_id: comment.id,
        })
      }
      for (const agent of recipients(told.thread_update)) {
        enqueue(agent, task, 'thread_update', {
          title: `${actor.name} replied in ${titled(task)}`,
          body: comment.message,
          comment_id: comment.id,
        })
      }
      const asker = actor.type === 'agent' ? askerToTell(store, comment) : null
      for (const agent of recipients(asker === null || told.mention.includes(asker) ? [] : [asker])) {
        enqueue(agent, task, 'thread_update', {
          title: `${actor.name} answered you in ${titled(task)}`,
          body: comment.message,
          comment_id: comment.id,
        })
      }
      if (told.silence) silent(task, comment.id, told.silence)
      tellOperator(task, comment, false)
    },

    requested({ task, comment, agents, actor }) {
      if (actor.agent_id !== null) store.tasks.subscribe(task.id, actor.agent_id)
      for (const agent of agents) {
        store.tasks.subscribe(task.id, agent.id)
        enqueue(agent, task, 'response_request', {
          title: `${actor.name} requested a response in ${titled(task)}`,
          body: comment.message,
          comment_id: comment.id,
        })
      }
      tellOperator(task, comment, false)
    },

    silenced: ({ task, comment_id: commentId }) => silent(task, commentId, 'loop_guard'),

    edited({ task, comment, before, actor }) {
      const heard = new Set([...before, ...store.notifications.ofComment(comment.id).map((row) => row.agent_id)])
      const told = recipientsOfComment({
        author: { type: actor.type, agent_id: actor.agent_id },
        mentions: comment.mentions.filter((id) => !heard.has(id)),
        assignees: [],
        subscribers: [],
        lead_id: null,
        task_status: task.status,
        agent_turns: actor.type === 'agent' ? store.messages.agentTurns(task.id) : 0,
      })
      for (const agent of recipients(told.mention)) {
        store.tasks.subscribe(task.id, agent.id)
        enqueue(agent, task, 'mention', {
          title: `${actor.name} mentioned you in ${titled(task)}`,
          body: comment.message,
          comment_id: comment.id,
        })
      }
      if (told.silence === 'loop_guard') silent(task, comment.id, told.silence)
      tellOperator(task, comment, true)
    },

    statusChanged({ task, from, actor }) {
      const told = recipientsOfStatus({
        from,
        to: task.status,
        actor_agent_id: actor.agent_id,
        assignees: task.assigned_agent_ids,
        lead_id: store.agents.lead(task.board_id)?.id ?? null,
      })
      for (const agent of recipients(told)) {
        enqueue(agent, task, 'status_change', {
          title: `${titled(task)} moved to ${task.status.replace('_', ' ')}`,
          body: `${actor.name} moved "${task.title}" from ${from} to ${task.status}.`,
          comment_id: null,
        })
      }
    },

    resolveMentions: (boardId, text) => resolveMentions(text, store.agents.all({ board_id: boardId })),
  }
}
