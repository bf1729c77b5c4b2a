/** What a task waits for, in one sentence. A pure function; the most decisive fact comes first. */
import { firstWords } from '../contract/plain-text.ts'
import type { AgentStatus, TaskStatus } from '../contract/states.ts'

export interface WaitingAgent {
  name: string
  status: AgentStatus
  status_reason: string | null
  token_drifted: boolean
}
export interface WaitingFacts {
  status: TaskStatus
  blocked_reason: string | null
  /** Numbers of the unfinished tasks that it depends on. */
  blocked_by: readonly number[]
  asked: { kind: 'approval' | 'question'; what: string } | null
  /** Its oldest message that has not arrived. */
  next: {
    state: 'queued' | 'leased' | 'dead'
    held: boolean
    last_error: string | null
    next_attempt_at: number | null
    /** The agent that asked this one for an answer; null when it is told of something else. */
    asked_by: string | null
    agent: WaitingAgent
  } | null
  assignees: readonly WaitingAgent[]
  board_paused: boolean
  deliveries_paused: boolean
  /** Null: it is there. */
  gateway_down: string | null
}

export interface Waiting {
  text: string | null
  /** When it is tried again (ms epoch); null when nothing is. */
  until_at: number | null
}

/** Why an agent cannot work at present; null when it can. */
export function agentTrouble(agent: WaitingAgent): string | null {
  if (agent.token_drifted) return `${agent.name} is offline: token drift`
  const reason = agent.status_reason === null ? '' : `: ${agent.status_reason.replace(/\.$/, '')}`
  switch (agent.status) {
    case 'offline':
      return `${agent.name} is offline${reason}`
    case 'failed':
      return `${agent.name} could not be set up${reason}`
    case 'paused':
      return `${agent.name} is paused`
    case 'provisioning':
      return `${agent.name} is being set up`
    default:
      return null
  }
}

export function waitingFor(facts: WaitingFacts): Waiting {
  const say = (text: string | null, until_at: number | null = null): Waiting => ({ text, until_at })
  if (facts.status === 'blocked') return say(`blocked: ${facts.blocked_reason ?? 'no reason given'}`)
  if (facts.status === 'archived') return say(null)
  if (facts.blocked_by.length > 0 && facts.status !== 'done')
    return say(`blocked by ${facts.blocked_by.map((number) => `#${number}`).join(', ')}`)
  if (facts.asked)
    return say(
      facts.asked.kind === 'approval'
        ? `waiting for approval: ${facts.asked.what}`
        : `waiting for an answer: ${firstWords(facts.asked.what)}`,
    )
  const { next } = facts
  const underWay = facts.status === 'assigned' || facts.status === 'in_progress'
  if (!next) {
    const trouble = facts.assignees.map(agentTrouble)
    // One of several who can work is enough.
    return say(underWay && trouble.length > 0 && trouble.every((each) => each !== null) ? (trouble[0] ?? null) : null)
  }
  const { agent } = next
  if (next.state === 'leased')
    return say(next.asked_by === null ? `${agent.name} is working on it` : `${agent.name} is answering ${next.asked_by}`)
  if (next.held) return say(`waiting: ${next.last_error ?? 'daily cap reached'}`)
  if (next.state === 'dead') return say(`delivery to ${agent.name} failed: ${next.last_error ?? 'no reason recorded'}`)
  const trouble = agentTrouble(agent)
  if (trouble !== null) return say(trouble)
  if (facts.deliveries_paused) return say('deliveries are paused')
  if (facts.board_paused) return say('the board is paused')
  if (facts.gateway_down !== null) return say(`delivery to ${agent.name} waits: ${facts.gateway_down}`)
  if (next.last_error !== null) return say(`delivery to ${agent.name} retrying: ${next.last_error}`, next.next_attempt_at)
  return say(next.asked_by === null ? `waiting for ${agent.name}` : `waiting for ${agent.name} to answer ${next.asked_by}`)
}
