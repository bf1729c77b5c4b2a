/** What stands still, why, and what a person can do about it. A table of rules over facts; no I/O. */
import type { Attention, Settings } from '../contract/entities.ts'
import { firstWords } from '../contract/plain-text.ts'

export type StuckLimits = Pick<Settings, 'stuck_idle_ms' | 'stuck_blocked_ms' | 'stuck_approval_ms'>

export interface StuckTask {
  id: string
  board_id: string
  number: number
  title: string
}
interface BoardQueue {
  board_id: string
  board_name: string
  count: number
  /** Of the oldest. */
  since_at: number
  task_id: string
}

/** Times are milliseconds since the epoch. */
export type StuckFact =
  /** In progress. `quiet_since_at`: the last message, run or change. */
  | {
      kind: 'quiet'
      task: StuckTask
      agent_names: readonly string[]
      agent_id: string | null
      quiet_since_at: number
      run_under_way: boolean
    }
  /** An agent that cannot work, and what waits for it. */
  | {
      kind: 'away'
      agent: {
        id: string
        name: string
        status: string
        reason: string | null
        token_drifted: boolean
        gateway_id: string
        since_at: number
      }
      tasks: readonly StuckTask[]
      total: number
    }
  | ({ kind: 'nobody_assigns' } & BoardQueue)
  | ({ kind: 'nobody_reviews' } & BoardQueue)
  | { kind: 'blocked'; task: StuckTask; reason: string | null; since_at: number; depends_on_open: number; depends_on_total: number }
  | {
      kind: 'retrying'
      notification_id: string
      title: string
      agent_name: string
      board_id: string | null
      task_id: string | null
      error: string
      attempts: number
      next_attempt_at: number
      since_at: number
    }
  | {
      kind: 'expired_question'
      id: string
      agent_name: string
      content: string
      board_id: string
      task_id: string | null
      since_at: number
    }
  | { kind: 'approval'; id: string; requested_by: string; action_type: string; reason: string; since_at: number }

export interface StuckRow {
  key: string
  tone: Attention['tone']
  title: string
  reason: string
  since_at: number
  link: string
  fix: Attention['fix']
}

/** `40 min`, `3 h`, `2 days`. */
export function lasting(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000))
  if (minutes < 90) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 36 ? `${hours} h` : `${Math.round(hours / 24)} days`
}

const named = (task: StuckTask): string => `#${task.number} ${task.title}`
const at = (boardId: string, taskId: string | null): string =>
  taskId === null ? `/boards/${boardId}` : `/boards/${boardId}/tasks/${taskId}`
const linkOf = (task: StuckTask): string => at(task.board_id, task.id)
const open = (targetId: string | null): Attention['fix'] => ({ label: 'Open', action: 'open', target_id: targetId })
const tasks = (n: number): string => `${n} ${n === 1 ? 'task' : 'tasks'}`

/** `#3, #4 and 2 more` */
export function numbers(list: readonly Pick<StuckTask, 'number'>[], total: number): string {
  const shown = list.slice(0, 5).map((task) => `#${task.number}`)
  return total > shown.length ? `${shown.join(', ')} and ${total - shown.length} more` : shown.join(', ')
}

type Rules = {
  readonly [Kind in StuckFact['kind']]: (fact: Extract<StuckFact, { kind: Kind }>, limits: StuckLimits, now: number) => StuckRow | null
}

const rules: Rules = {
  quiet(fact, limits, now) {
    const silent = now - fact.quiet_since_at
    if (fact.run_under_way || silent < limits.stuck_idle_ms) return null
    const who = fact.agent_names.length === 0 ? 'nobody is assigned' : `${fact.agent_names.join(', ')} said nothing`
    return {
      key: `quiet:${fact.task.id}`,
      tone: 'warning',
      title: `${named(fact.task)} stands still`,
      reason: `In progress, but for ${lasting(silent)} there was no message, no run and no change: ${who}. ${fact.agent_id === null ? 'Assign an agent.' : 'Wake the agent, or ask in the thread.'}`,
      since_at: fact.quiet_since_at,
      link: linkOf(fact.task),
      fix: fact.agent_id === null ? open(fact.task.id) : { label: 'Wake', action: 'wake_agent', target_id: fact.agent_id },
    }
  },
  away({ agent, tasks: waiting, total }) {
    if (total === 0) return null
    const why = agent.token_drifted
      ? 'its token is out of step'
      : agent.status === 'paused'
        ? 'it is paused'
        : (agent.reason ?? `it is ${agent.status}`)
    const row = { key: `away:${agent.id}`, since_at: agent.since_at, link: `/agents/${agent.id}` }
    const title = `${tasks(total)} ${total === 1 ? 'waits' : 'wait'} for ${agent.name}`
    const reason = `${numbers(waiting, total)}: ${why.replace(/\.$/, '')}.`
    if (agent.token_drifted)
      return { ...row, tone: 'bad', title, reason, fix: { label: 'Re-sync tokens', action: 'sync_tokens', target_id: agent.gateway_id } }
    if (agent.status === 'paused')
      return { ...row, tone: 'warning', title, reason, fix: { label: 'Resume', action: 'resume_agent', target_id: agent.id } }
    if (agent.status === 'failed')
      return { ...row, tone: 'bad', title, reason, fix: { label: 'Provision again', action: 'provision_agent', target_id: agent.id } }
    return { ...row, tone: 'bad', title, reason, fix: { label: 'Wake', action: 'wake_agent', target_id: agent.id } }
  },
  nobody_assigns: (fact) => ({
    key: `unassigned:${fact.board_id}`,
    tone: 'warning',
    title: `${tasks(fact.count)} in the inbox of ${fact.board_name}, and nobody hands ${fact.count === 1 ? 'it' : 'them'} out`,
    reason: 'The board has no lead, so the inbox waits for you: assign an agent, or make one the lead.',
    since_at: fact.since_at,
    link: fact.count === 1 ? at(fact.board_id, fact.task_id) : at(fact.board_id, null),
    fix: open(null),
  }),
  nobody_reviews: (fact) => ({
    key: `review:${fact.board_id}`,
    tone: 'warning',
    title: `${tasks(fact.count)} on ${fact.board_name} ${fact.count === 1 ? 'waits' : 'wait'} for review`,
    reason: 'The board has no lead who reviews. Look at what was done and move it to done, or back.',
    since_at: fact.since_at,
    link: fact.count === 1 ? at(fact.board_id, fact.task_id) : at(fact.board_id, null),
    fix: open(null),
  }),
  blocked(fact, limits, now) {
    const row = {
      key: `task:${fact.task.id}`,
      tone: 'warning',
      since_at: fact.since_at,
      link: linkOf(fact.task),
      fix: open(fact.task.id),
    } as const
    const title = `${named(fact.task)} is blocked`
    if (fact.depends_on_total > 0 && fact.depends_on_open === 0)
      return {
        ...row,
        title: `${title}, and what it depends on is done`,
        reason: `It can probably go on: ${fact.reason ?? 'no reason was given for the block'}.`,
      }
    if (fact.reason === null) return { ...row, title, reason: 'No reason was given. Ask in its thread what it needs.' }
    const lasts = now - fact.since_at
    return { ...row, title, reason: lasts >= limits.stuck_blocked_ms ? `For ${lasting(lasts)}: ${fact.reason}` : fact.reason }
  },
  retrying: (fact) => ({
    key: `retry:${fact.notification_id}`,
    tone: 'warning',
    title: `Not delivered to ${fact.agent_name} yet: ${fact.title}`,
    reason: `${fact.error.replace(/\.$/, '')}. Tried ${fact.attempts} times; it is tried again by itself.`,
    since_at: fact.since_at,
    link: fact.board_id === null ? '/activity' : at(fact.board_id, fact.task_id),
    fix: { label: 'Send now', action: 'replay_notification', target_id: fact.notification_id },
  }),
  expired_question: (fact) => ({
    key: `expired:${fact.id}`,
    tone: 'warning',
    title: `Nobody answered ${fact.agent_name} in time`,
    reason: `${fact.content.replace(/\s+/g, ' ').slice(0, 240)} — it was told that no answer comes. Write in the ${fact.task_id === null ? 'chat of the board' : 'thread'} if it still matters.`,
    since_at: fact.since_at,
    link: at(fact.board_id, fact.task_id),
    fix: open(null),
  }),
  approval(fact, limits, now) {
    const waits = now - fact.since_at
    const long = waits >= limits.stuck_approval_ms
    return {
      key: `approval:${fact.id}`,
      tone: 'warning',
      title: `${fact.requested_by} ${long ? `has waited ${lasting(waits)} for approval` : 'asks for approval'}: ${fact.action_type}`,
      reason: firstWords(fact.reason, 300),
      since_at: fact.since_at,
      link: '/inbox',
      fix: open(null),
    }
  },
}

/** The rows of Needs attention for what is known; facts within their limits give none. */
export function stuckRows(facts: readonly StuckFact[], limits: StuckLimits, now: number): StuckRow[] {
  return facts.flatMap(
    (fact) => (rules[fact.kind] as (each: StuckFact, limits: StuckLimits, now: number) => StuckRow | null)(fact, limits, now) ?? [],
  )
}
