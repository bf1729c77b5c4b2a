/** What a lead's heartbeat says of tasks that stand still. It costs no run of its own: it goes with beats that are sent anyway, and the lead decides. */
import { type FollowUp, followUpAfterMs, followUps } from '../domain/follow-up-rules.ts'
import type { AgentRow } from '../store/agents.ts'
import type { Store } from '../store/store.ts'
import type { TaskRow } from '../store/tasks.ts'

/** Looked at, the ones that have stood still longest first. */
const looked = 20

export function createFollowUps(store: Store): (agent: AgentRow, now: number) => FollowUp<TaskRow>[] {
  // Nothing on its way to anybody: whoever is at work, or about to be, is not asked how far it is.
  const standing = store.db.prepare(`
    SELECT t.id, max(t.updated_at, ifnull((SELECT max(n.updated_at) FROM notifications n WHERE n.task_id = t.id), 0)) AS quiet_since_at
    FROM tasks t WHERE t.board_id = ? AND t.status IN ('assigned', 'in_progress') AND t.updated_at <= ?
      AND EXISTS (SELECT 1 FROM assignments s WHERE s.task_id = t.id AND s.agent_id <> ?)
      AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.task_id = t.id AND n.state IN ('queued', 'leased'))
    ORDER BY t.updated_at LIMIT ${looked}`)
  return (lead, now) => {
    if (lead.role !== 'lead' || lead.board_id === null) return []
    const rows = standing.all(lead.board_id, now - followUpAfterMs, lead.id) as { id: string; quiet_since_at: number }[]
    const candidates = rows.flatMap(({ id, quiet_since_at }) => {
      const task = store.tasks.get(id)
      // What waits for another task or for a person's word is not held up by its assignee.
      if (!task || task.waiting_for !== null) return []
      return {
        task,
        quiet_since_at,
        agent_turns: store.messages.agentTurns(id) + 1,
        assignees: task.assigned_agent_ids.flatMap((agentId) => {
          const agent = store.agents.get(agentId)
          return agent ? [{ agent, last: store.threads.lastRequest(id, agentId) }] : []
        }),
      }
    })
    return followUps(candidates, { lead_id: lead.id, board_id: lead.board_id, now })
  }
}
