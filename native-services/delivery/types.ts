/** What the API and the composition root may ask of the delivery. */
import type { ReplyStream } from '../contract/events.ts'
import type { AgentRow } from '../store/agents.ts'
import type { CommentRow } from '../store/messages.ts'
import type { TaskRow } from '../store/tasks.ts'

export interface Actor {
  type: 'user' | 'agent' | 'system'
  name: string
  agent_id: string | null
}

/** Turns what happened on a board into outbox rows. Every method must be called inside `store.write`, with the change it tells of. */
export interface Notifier {
  /** New assignees (only those that were not assigned before). */
  assigned(event: { task: TaskRow; agent_ids: readonly string[]; actor: Actor }): void
  /** Nothing holds the task up any more: its assignees hear that they may begin. */
  unblocked(event: { task: TaskRow }): void
  /** A comment was written: mentions, then subscribers, by the rules of seed-runtime §2. `mentions` are resolved by `resolveMentions`. */
  commented(event: { task: TaskRow; comment: CommentRow; actor: Actor }): void
  /** An agent's comment asks these agents for an answer. */
  requested(event: { task: TaskRow; comment: CommentRow; agents: readonly AgentRow[]; actor: Actor }): void
  /** Agents were to be told and are not, because they have talked among themselves for too long. `comment_id`: what they are not told of. */
  silenced(event: { task: TaskRow; comment_id: string | null }): void
  /** A comment was edited: those whom it mentions now and did not before hear of it, once. */
  edited(event: { task: TaskRow; comment: CommentRow; before: readonly string[]; actor: Actor }): void
  statusChanged(event: { task: TaskRow; from: TaskRow['status']; actor: Actor }): void
  /** Ids of the agents of the board that a text mentions (`@name`, `@"full name"`, `@lead`, `@all`; not inside code or quotes). */
  resolveMentions(boardId: string, text: string): string[]
}

export interface DeliveryStats {
  running: boolean
  paused: boolean
  delivered: number
  failed: number
  consecutive_failures: number
  last_delivery_at: number | null
  last_send_at: number | null
  last_send_error: string | null
  last_error_at: number | null
  last_error_message: string | null
  no_response_terminal_skips: number
  required_retry_exhausted: number
}

export interface Delivery {
  start(): void
  /** Stops leasing, aborts what is under way after `deadlineAt`, waits for the writes. */
  stop(deadlineAt: number): Promise<void>
  /** Looks at the outbox now. It does so by itself after commits and when the gateway came back; this is for what it cannot see, e.g. a machine that woke up. */
  poke(): void
  stats(): DeliveryStats
  onReply(listener: (reply: ReplyStream) => void): () => void
}
