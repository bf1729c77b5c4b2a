/** One interval for many agents. Call inside `store.write`. */
import { AppError } from '../contract/errors.ts'
import type { AgentLifecycle } from '../lifecycle/types.ts'
import type { AgentRow } from '../store/agents.ts'

export function applyPace(
  lifecycle: Pick<AgentLifecycle, 'rename'>,
  agents: readonly AgentRow[],
  every: string,
): { updated_agent_ids: string[]; failed_agent_ids: string[] } {
  const updated: string[] = []
  const failed: string[] = []
  for (const agent of agents) {
    try {
      lifecycle.rename(agent.id, { heartbeat_config: { ...agent.heartbeat_config, every } })
      updated.push(agent.id)
    } catch (error) {
      // One that is being removed keeps nobody else from the new pace.
      if (!(error instanceof AppError)) throw error
      failed.push(agent.id)
    }
  }
  return { updated_agent_ids: updated, failed_agent_ids: failed }
}
