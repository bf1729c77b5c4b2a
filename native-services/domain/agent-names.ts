/** What an agent is called inside OpenClaw. Derived once, when the agent is created; a new display name changes none of it. */
import type { AgentRole } from '../contract/entities.ts'

/** OpenClaw's rule for ids in `agents.entries`. */
const gatewayAgentIdRule = /^[a-z0-9_][a-z0-9_-]{0,63}$/

export interface AgentNames {
  gateway_agent_id: string
  openclaw_session_id: string
  workspace_path: string
}

export function agentNames(agent: {
  id: string
  role: AgentRole
  gateway_id: string
  board_id: string | null
  workspace_root: string
}): AgentNames {
  const id = (
    agent.role === 'main'
      ? `mc-gateway-${agent.gateway_id}`
      : agent.role === 'lead'
        ? `lead-${agent.board_id ?? agent.id}`
        : `mc-${agent.id}`
  ).toLowerCase()
  if (!gatewayAgentIdRule.test(id)) throw new Error(`not a usable id for OpenClaw: ${id}`)
  // The root decides the separator: it is a path of the machine that the gateway runs on.
  const separator = /^[A-Za-z]:\\|^\\\\/.test(agent.workspace_root) ? '\\' : '/'
  return {
    gateway_agent_id: id,
    openclaw_session_id: `agent:${id}:main`,
    workspace_path: `${agent.workspace_root.replace(/[\\/]+$/, '')}${separator}workspace-${id}`,
  }
}
