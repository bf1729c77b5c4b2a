/** Whom an agent may ask for an answer on a task, and whom not, or not yet. Pure. */
import type { AgentStatus, DeliveryStatus } from '../contract/states.ts'
import type { askRefusals } from '../contract/threads.ts'
import { agentTurnsLimit } from './delivery-rules.ts'

/** A request that was delivered and brought nothing may be repeated after this long. */
export const askAgainMs = 4 * 3_600_000

export type AskRefusal = (typeof askRefusals)[number]

export interface AskFacts {
  asker_id: string
  asked: { id: string; board_id: string | null; status: AgentStatus }
  board_id: string
  /** The newest request to this agent on this task, whoever made it; null when there was none. */
  last: { state: DeliveryStatus; ended_at: number; answered: boolean } | null
  /** Comments by agents at the end of the thread, the request included, without a person's in between. */
  agent_turns: number
  now: number
}

/** Null: ask. An agent is asked again once it has written on the task since, once it was never told after all, or after a while. */
export function askVerdict({ asker_id: askerId, asked, board_id: boardId, last, agent_turns: turns, now }: AskFacts): AskRefusal | null {
  if (asked.id === askerId) return 'yourself'
  if (asked.board_id !== boardId) return 'not_on_board'
  if (asked.status === 'deleting') return 'leaving'
  if (asked.status === 'paused') return 'paused'
  if (last && (last.state === 'queued' || last.state === 'leased')) return 'waiting'
  if (last && last.state !== 'skipped' && !last.answered && now - last.ended_at < askAgainMs) return 'asked_lately'
  return turns > agentTurnsLimit ? 'loop_guard' : null
}

/** The refusal as a sentence for the agent that asks. */
export function askSentence(why: AskRefusal, name: string): string {
  switch (why) {
    case 'unknown':
      return `There is no agent ${name} here. The list of agents says who there is.`
    case 'yourself':
      return 'That is you.'
    case 'not_on_board':
      return `${name} does not belong to the board of this task.`
    case 'leaving':
      return `${name} is being removed.`
    case 'paused':
      return `${name} is paused by a person.`
    case 'waiting':
      return `${name} has a request on this task that is still on its way.`
    case 'asked_lately':
      return `${name} was asked on this task less than four hours ago and has not written since.`
    case 'loop_guard':
      return `The agents have written ${agentTurnsLimit} comments among themselves here; nobody is asked until a person writes.`
  }
}
