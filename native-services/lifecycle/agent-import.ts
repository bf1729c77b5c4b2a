/**
 * Taking in agents that were in the gateway before us. They stay their owner's: we add credentials, the `mc` command and our block in
 * AGENTS.md, and leave their name, model, workspace, heartbeat and every other text as they are.
 */
import type { ImportableAgent } from '../contract/agent-files.ts'
import { AppError } from '../contract/errors.ts'
import { GatewayError } from '../gateway/types.ts'
import { errorText } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'
import type { AgentRow } from '../store/agents.ts'
import type { LifecycleContext } from './lifecycle-context.ts'
import type { NewAgentInput } from './types.ts'
import { readCredentials } from './workspace-files.ts'

export interface ImportChoice {
  gateway_agent_id: string
  board_id: string | null
  role: AgentRow['role']
  /** Its name in the gateway when absent. */
  name?: string | undefined
  heartbeat_config: AgentRow['heartbeat_config']
}

export interface AgentImport {
  /** Throws `gateway_unavailable`, `gateway_error`. */
  importable(gatewayId: string): Promise<ImportableAgent[]>
  /** Writes the row and begins provisioning. Throws `not_found` and `conflict` as well. */
  run(gatewayId: string, choice: ImportChoice): Promise<AgentRow>
}

interface Found extends ImportableAgent {
  session_key: string
}

const text = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null)
const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** What OpenClaw keeps for its own use is nobody's to hand work to. */
const internal = (entry: Record<string, unknown>): boolean =>
  entry['internal'] === true || entry['hidden'] === true || /^(system|internal)$/.test(String(entry['createdVia'] ?? ''))

export function createAgentImport(
  context: LifecycleContext,
  parts: { create: (input: NewAgentInput) => AgentRow; provision: (agentId: string) => AgentRow },
): AgentImport {
  const { store, gateway } = context

  async function list(gatewayId: string): Promise<Found[]> {
    const row = store.gateways.get(gatewayId)
    if (!row) throw new AppError('not_found', 'There is no such gateway.')
    // Credentials go into the agent's folder, and the folders of other machines are out of reach.
    if (!row.is_local) throw new AppError('invalid_request', 'Agents can be imported from the gateway on this machine only.')
    let answer: Record<string, unknown>
    try {
      answer = await gateway.request('agents.list', {})
    } catch (error) {
      const away = error instanceof GatewayError && error.failure !== 'rejected' && error.failure !== 'failed'
      throw new AppError(
        away ? 'gateway_unavailable' : 'gateway_error',
        `The gateway did not list its agents: ${redact(errorText(error))}`,
        { cause: error },
      )
    }
    const defaultId = text(answer['defaultId'])
    const mainKey = text(answer['mainKey']) ?? 'main'
    const entries = Array.isArray(answer['agents']) ? answer['agents'].map(object) : []
    const ours = store.agents.all({ gateway_id: gatewayId })
    return entries.flatMap((entry) => {
      const id = text(entry['id'])
      const workspace = text(entry['workspace'])
      if (id === null || workspace === null || internal(entry) || ours.some((agent) => agent.gateway_agent_id === id)) return []
      const owner = ours.find((agent) => agent.workspace_path === workspace)
      return [
        {
          gateway_agent_id: id,
          name: text(entry['name']) ?? text(object(entry['identity'])['name']) ?? id,
          workspace_path: workspace,
          is_default: id === defaultId,
          model: text(object(entry['model'])['primary']) ?? text(entry['model']),
          note: owner
            ? `It shares its folder with ${owner.name}; only one of them can have credentials there.`
            : readCredentials(workspace) !== null
              ? 'It has credentials of a Mission Control already. Importing replaces them.'
              : null,
          session_key: `agent:${id}:${mainKey}`,
        },
      ]
    })
  }

  return {
    async importable(gatewayId) {
      return (await list(gatewayId)).map(({ session_key: _, ...agent }) => agent)
    },

    async run(gatewayId, choice) {
      const known = store.agents.byGatewayAgentId(gatewayId, choice.gateway_agent_id)
      if (known) throw new AppError('conflict', `${choice.gateway_agent_id} is here already, as ${known.name}.`)
      const found = (await list(gatewayId)).find((agent) => agent.gateway_agent_id === choice.gateway_agent_id)
      if (!found)
        throw new AppError('not_found', `The gateway has no agent ${choice.gateway_agent_id} that could be imported.`, {
          field: 'body.gateway_agent_id',
        })
      const neighbour = store.agents.all({ gateway_id: gatewayId }).find((agent) => agent.workspace_path === found.workspace_path)
      if (neighbour)
        throw new AppError(
          'conflict',
          `${found.name} shares its folder with ${neighbour.name}: one folder holds the credentials of one agent. Give it a folder of its own in the gateway first.`,
        )
      const agent = parts.create({
        gateway_id: gatewayId,
        board_id: choice.board_id,
        name: choice.name ?? found.name,
        role: choice.role,
        heartbeat_config: choice.heartbeat_config,
        identity_profile: {},
        existing: {
          gateway_agent_id: found.gateway_agent_id,
          openclaw_session_id: found.session_key,
          workspace_path: found.workspace_path,
        },
      })
      return parts.provision(agent.id)
    },
  }
}
