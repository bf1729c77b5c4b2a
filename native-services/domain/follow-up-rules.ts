/** Which tasks of its board a lead is reminded of at its heartbeat: those that stand still although somebody has them and may be asked. Pure. */
import { askVerdict, type AskFacts } from './response-rules.ts'

/** Nothing happened on the task for this long. */
export const followUpAfterMs = 15 * 60_000
const mostFollowUps = 3

export interface FollowUpFacts<Task> {
  task: Task
  /** The last comment, run or change (ms epoch). */
  quiet_since_at: number
  assignees: readonly (Pick<AskFacts, 'last'> & { agent: AskFacts['asked'] & { name: string } })[]
  agent_turns: number
}

export interface FollowUp<Task> {
  task: Task
  /** Those that may be asked. */
  names: string[]
  quiet_ms: number
}

/** The one that has stood still longest comes first; a request under the rules of requests is possible to each of `names`. */
export function followUps<Task>(
  candidates: readonly FollowUpFacts<Task>[],
  { lead_id: leadId, board_id: boardId, now }: { lead_id: string; board_id: string; now: number },
): FollowUp<Task>[] {
  return candidates
    .toSorted((a, b) => a.quiet_since_at - b.quiet_since_at)
    .flatMap(({ task, quiet_since_at: since, assignees, agent_turns }) => {
      const names = assignees
        .filter(({ agent, last }) => askVerdict({ asker_id: leadId, asked: agent, board_id: boardId, last, agent_turns, now }) === null)
        .map(({ agent }) => agent.name)
      return names.length > 0 && now - since >= followUpAfterMs ? [{ task, names, quiet_ms: now - since }] : []
    })
    .slice(0, mostFollowUps)
}
