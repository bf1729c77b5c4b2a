/**
 * Whether a beat can be left out because there is nothing to do: then no model is asked.
 *
 * The silence that follows is not the agent's fault, so the scheduler excuses it up to the beat that was left out, and the lifecycle counts
 * an agent as late or offline only from there. An agent that died while it rested is still noticed: after a while one beat is real.
 */
import type { AgentRow } from '../store/agents.ts'
import type { Store } from '../store/store.ts'

const shortestRestMs = 3_600_000

/** How long an idle agent may go without a real beat: an hour, or three intervals when that is longer. Milliseconds. */
const longestRestMs = (everyMs: number): number => Math.max(3 * everyMs, shortestRestMs)

/** It is there, and by the beat after this one it will not have been silent for too long. */
export function mayRest(agent: Pick<AgentRow, 'status' | 'last_seen_at' | 'heartbeat_every_ms'>, now: number): boolean {
  if (agent.status !== 'online' || agent.last_seen_at === null) return false
  return now + agent.heartbeat_every_ms - agent.last_seen_at <= longestRestMs(agent.heartbeat_every_ms)
}

/** Nothing assigned, nothing on its way to it, nothing it asked; and no work that waits for a lead to give it out or to look at it. */
export function createIdleness(store: Store): (agent: Pick<AgentRow, 'id' | 'board_id' | 'role'>) => boolean {
  const busy = store.db.prepare(`
    SELECT EXISTS (SELECT 1 FROM assignments a JOIN tasks t ON t.id = a.task_id WHERE a.agent_id = @agent AND t.status IN ('in_progress', 'assigned', 'review', 'blocked'))
        OR EXISTS (SELECT 1 FROM notifications WHERE agent_id = @agent AND state IN ('queued', 'leased'))
        OR EXISTS (SELECT 1 FROM questions WHERE agent_id = @agent AND status = 'open') AS yes`)
  const leadWork = store.db.prepare(`
    SELECT 1 FROM tasks t WHERE t.board_id = ? AND (t.status = 'review' OR (t.status = 'inbox' AND NOT EXISTS (SELECT 1 FROM assignments WHERE task_id = t.id))) LIMIT 1`)
  return (agent) => {
    if ((busy.get({ agent: agent.id }) as { yes: 0 | 1 }).yes === 1) return false
    return agent.role !== 'lead' || agent.board_id === null || leadWork.get(agent.board_id) === undefined
  }
}
