/** Who is told of what, and whether a message is still worth sending when its turn comes. */
import type { Notification } from '../contract/entities.ts'
import type { TaskStatus } from '../contract/states.ts'

export type NotificationType = Notification['type']

/** How many comments by agents may follow one another before mentions among agents stop waking anybody. A person's comment starts anew. */
export const agentTurnsLimit = 12

export interface CommentFacts {
  author: { type: 'user' | 'agent' | 'system'; agent_id: string | null }
  /** Ids of the agents that the comment mentions. */
  mentions: readonly string[]
  assignees: readonly string[]
  subscribers: readonly string[]
  /** Subscribed by hand: they hear of every comment by a person. */
  followers?: readonly string[]
  lead_id: string | null
  task_status: TaskStatus
  /** Comments by agents at the end of the thread, this one included, without a person's in between. */
  agent_turns: number
}

export interface CommentRecipients {
  mention: string[]
  thread_update: string[]
  /** Why nobody hears of it although somebody was meant to; null otherwise. */
  silence: 'nobody_to_tell' | 'loop_guard' | null
}

const unique = (ids: readonly string[], except: string | null): string[] => [...new Set(ids)].filter((id) => id !== except)

/**
 * A comment reaches the agents it mentions. Without a mention, a person's comment reaches the assignees, or else the subscribers,
 * or else the lead. Agents that were subscribed by hand always hear of what a person writes; an agent's comment reaches no other agent, so that two agents never keep
 * each other talking. What answers a request goes to the agent that asked, see `delivery/response-requests.ts`.
 */
export function recipientsOfComment(facts: CommentFacts): CommentRecipients {
  const nobody: CommentRecipients = { mention: [], thread_update: [], silence: null }
  const mention = unique(facts.mentions, facts.author.agent_id)
  if (facts.author.type === 'system' || facts.task_status === 'archived') return nobody
  if (facts.author.type === 'agent' && mention.length > 0 && facts.agent_turns > agentTurnsLimit)
    return { ...nobody, silence: 'loop_guard' }
  if (facts.author.type === 'agent') return { ...nobody, mention }
  const followers = facts.followers ?? []
  if (mention.length > 0) return { ...nobody, mention, thread_update: unique(followers, null).filter((id) => !mention.includes(id)) }
  for (const audience of [facts.assignees, facts.subscribers, facts.lead_id === null ? [] : [facts.lead_id]]) {
    const thread_update = unique(audience, null)
    if (thread_update.length > 0) return { ...nobody, thread_update: unique([...thread_update, ...followers], null) }
  }
  return { ...nobody, silence: 'nobody_to_tell' }
}

/** The lead hears of everything in its board's chat, others of what mentions them; nobody of what they wrote themselves. */
export function recipientsOfChat(facts: {
  author: { type: 'user' | 'agent' | 'system'; agent_id: string | null }
  mentions: readonly string[]
  lead_id: string | null
  /** Messages by agents at the end of the chat, this one included, without a person's in between. */
  agent_turns: number
}): { told: string[]; silence: CommentRecipients['silence'] } {
  if (facts.author.type === 'system') return { told: [], silence: null }
  const told = unique([...(facts.lead_id === null ? [] : [facts.lead_id]), ...facts.mentions], facts.author.agent_id)
  if (told.length > 0 && facts.author.type === 'agent' && facts.agent_turns > agentTurnsLimit) return { told: [], silence: 'loop_guard' }
  return { told, silence: told.length === 0 && facts.author.type === 'user' ? 'nobody_to_tell' : null }
}

/** The lead hears of work to review; the assignees hear when it comes back to them. */
export function recipientsOfStatus(facts: {
  from: TaskStatus
  to: TaskStatus
  actor_agent_id: string | null
  assignees: readonly string[]
  lead_id: string | null
}): string[] {
  if (facts.from === facts.to) return []
  if (facts.to === 'review') return unique(facts.lead_id === null ? [] : [facts.lead_id], facts.actor_agent_id)
  const comesBack = facts.to === 'in_progress' && ['review', 'blocked', 'done'].includes(facts.from)
  return comesBack ? unique(facts.assignees, facts.actor_agent_id) : []
}

/** Whether silence would leave somebody waiting: work given out, a question, a person's comment. */
export function needsAnswer(type: NotificationType, authorType: 'user' | 'agent' | 'system' | null): boolean {
  if (type === 'board_onboarding') return true
  return (
    type === 'assignment' ||
    type === 'mention' ||
    type === 'response_request' ||
    ((type === 'thread_update' || type === 'board_chat' || type === 'group_chat') && authorType === 'user')
  )
}

/** What must not be given up lightly when the gateway has trouble: what needs an answer, and what a person decided. */
export function mustArrive(type: NotificationType, authorType: 'user' | 'agent' | 'system' | null): boolean {
  return (
    type === 'approval_resolved' ||
    type === 'question_answered' ||
    type === 'webhook_event' ||
    type === 'unassigned_work' ||
    needsAnswer(type, authorType)
  )
}

export interface DeliveryFacts {
  type: NotificationType
  /** Null for messages without a task. */
  task_status: TaskStatus | null
  /** The comment that it tells of: its author, or null when there is none (any more). */
  comment_author: 'user' | 'agent' | 'system' | null
  recipient_assigned: boolean
  recipient_is_lead: boolean
  /** A newer, unsent message of the same kind for the same task and agent: its thread contains this comment. */
  superseded: boolean
  /** Nobody waits for somebody to do it any more. */
  nothing_unassigned?: boolean
}

export type Verdict = { deliver: true } | { deliver: false; reason: SkipReason }
export type SkipReason =
  | 'task_gone'
  | 'task_archived'
  | 'task_done'
  | 'no_longer_assigned'
  | 'comment_gone'
  | 'superseded'
  | 'status_moved_on'
  | 'nothing_unassigned'

type WithoutTask =
  | 'wake'
  | 'heartbeat'
  | 'direct_message'
  | 'board_chat'
  | 'group_chat'
  | 'board_onboarding'
  | 'unassigned_work'
  | 'webhook_event'
function hasNoTask(type: NotificationType): type is WithoutTask {
  return (
    type === 'wake' ||
    type === 'heartbeat' ||
    type === 'direct_message' ||
    type === 'board_chat' ||
    type === 'group_chat' ||
    type === 'board_onboarding' ||
    type === 'unassigned_work' ||
    type === 'webhook_event'
  )
}

/** Whether a message is still worth sending. The world may have moved on while it waited. */
export function verdictFor(facts: DeliveryFacts): Verdict {
  const skip = (reason: SkipReason): Verdict => ({ deliver: false, reason })
  if (facts.type === 'unassigned_work' && facts.nothing_unassigned) return skip('nothing_unassigned')
  if (hasNoTask(facts.type)) return { deliver: true }
  if (facts.task_status === 'archived') return skip('task_archived')
  // They may belong to no task.
  if (facts.type === 'approval_resolved' || facts.type === 'question_answered') return { deliver: true }
  if (facts.task_status === null) return skip('task_gone')
  switch (facts.type) {
    case 'assignment':
      if (!facts.recipient_assigned) return skip('no_longer_assigned')
      return facts.task_status === 'done' ? skip('task_done') : { deliver: true }
    case 'mention':
    case 'response_request':
      return facts.comment_author === null ? skip('comment_gone') : { deliver: true }
    case 'thread_update':
      if (facts.comment_author === null) return skip('comment_gone')
      return facts.superseded ? skip('superseded') : { deliver: true }
    case 'status_change': {
      const stillTrue =
        (facts.recipient_is_lead && facts.task_status === 'review') || (facts.recipient_assigned && facts.task_status === 'in_progress')
      return stillTrue ? { deliver: true } : skip('status_moved_on')
    }
  }
}

/** The reason as a sentence, for the row and the log. */
export const skipSentences: Readonly<Record<SkipReason, string>> = {
  task_gone: 'The task is gone.',
  task_archived: 'The task was archived.',
  task_done: 'The task was done before the agent heard of it.',
  no_longer_assigned: 'The agent is no longer assigned.',
  comment_gone: 'The comment is gone.',
  superseded: 'A newer comment of the same thread is on its way.',
  status_moved_on: 'The task has another status by now.',
  nothing_unassigned: 'Somebody has been assigned meanwhile.',
}
