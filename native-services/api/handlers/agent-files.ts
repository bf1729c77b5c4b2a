/** Agents' workspace files, role templates and import; and SOUL.md for agents themselves. */
import { type AgentFileName, agentFileNames } from '../../contract/agent-files.ts'
import { AppError } from '../../contract/errors.ts'
import { readTemplates } from '../../lifecycle/agent-templates.ts'
import type { AgentRow } from '../../store/agents.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import { pick } from './operator.ts'

type Ids =
  | 'listAgentFiles'
  | 'getAgentFile'
  | 'putAgentFile'
  | 'listAgentFileVersions'
  | 'getAgentFileVersion'
  | 'restoreAgentFile'
  | 'listAgentTemplates'
  | 'applyAgentTemplate'
  | 'listImportableAgents'
  | 'importAgent'
  | 'agentSoul'
  | 'agentPutSoul'

export function agentFileHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store, lifecycle } = deps
  const { documents } = lifecycle
  const author = 'Operator'
  const soulFile = 'SOUL.md'

  function fileName(given: string): AgentFileName {
    const name = agentFileNames.find((known) => known === given)
    if (name === undefined)
      throw new AppError('invalid_request', `OpenClaw does not read ${given}. It reads ${agentFileNames.join(', ')}.`, {
        field: 'path.file_name',
      })
    return name
  }

  /** The agent whose SOUL.md is asked for: any on the board for its lead, oneself for a worker. */
  function subject(caller: AgentRow, params: { board_id: string; agent_id: string }): AgentRow {
    const board = entities.mustBoard(params.board_id)
    if (caller.board_id !== board.id) throw new AppError('task_board_mismatch', 'This is not your board.')
    const agent = entities.mustAgent(params.agent_id)
    if (agent.board_id !== board.id) throw new AppError('not_found', 'There is no such agent on this board.')
    return agent
  }

  return {
    listAgentFiles: ({ params }) => documents.list(entities.mustAgent(params.agent_id)),
    getAgentFile: ({ params }) => documents.read(entities.mustAgent(params.agent_id), fileName(params.file_name)),
    putAgentFile: ({ params, body }) =>
      documents.write(entities.mustAgent(params.agent_id), fileName(params.file_name), {
        content: body.content,
        expectedHash: body.expected_hash,
        author,
        reason: body.reason || null,
      }),
    listAgentFileVersions: ({ params, query }) => ({
      ...store.agentFileVersions.list({
        agent_id: entities.mustAgent(params.agent_id).id,
        name: fileName(params.file_name),
        ...pick(query),
      }),
      ...pick(query),
    }),
    getAgentFileVersion({ params }) {
      const version = entities.must(store.agentFileVersions.get(params.version_id), 'version')
      if (version.agent_id !== params.agent_id || version.name !== params.file_name)
        throw new AppError('not_found', 'There is no such version of this file.')
      return version
    },
    restoreAgentFile: ({ params, body }) =>
      documents.restore(entities.mustAgent(params.agent_id), fileName(params.file_name), {
        versionId: body.version_id,
        author,
        expectedHash: body.expected_hash,
      }),
    listAgentTemplates: () => ({ items: readTemplates(deps.resourcesDir) }),
    applyAgentTemplate: ({ params, body }) => documents.applyTemplate(entities.mustAgent(params.agent_id), { ...body, author }),

    listImportableAgents: async ({ params }) => ({ items: await lifecycle.imports.importable(entities.mustGateway(params.gateway_id).id) }),
    async importAgent({ params, body }) {
      const boardId = body.board_id ?? null
      const role = body.role ?? (boardId === null ? 'main' : 'worker')
      if (boardId !== null && !store.boards.get(boardId))
        throw new AppError('not_found', 'There is no such board.', { field: 'body.board_id' })
      const agent = await lifecycle.imports.run(entities.mustGateway(params.gateway_id).id, {
        gateway_agent_id: body.gateway_agent_id,
        board_id: boardId,
        role,
        name: body.name,
        heartbeat_config: body.heartbeat_config ?? { every: '10m', target: 'none' },
      })
      return entities.showAgent(agent)
    },

    async agentSoul({ agent, params }) {
      const of = subject(agent, params)
      if (agent.role !== 'lead' && of.id !== agent.id)
        throw new AppError('forbidden', 'You may read your own SOUL.md only. The lead of the board reads the others.')
      const { content, hash } = await documents.read(of, soulFile)
      return { agent_id: of.id, board_id: params.board_id, content, hash }
    },
    async agentPutSoul({ agent, params, body }) {
      const of = subject(agent, params)
      if (agent.role !== 'lead') throw new AppError('forbidden', 'Only the lead of a board writes SOUL.md. Ask it in a comment.')
      // The caller names no content that it replaces; whatever stood there is kept in the history.
      const before = await documents.read(of, soulFile)
      const source = body.source_url === undefined ? null : `From ${body.source_url}`
      const { content, hash } = await documents.write(of, soulFile, {
        content: body.content,
        expectedHash: before.hash,
        author: agent.name,
        reason: [body.reason, source].filter(Boolean).join(' · ') || null,
      })
      return { agent_id: of.id, board_id: params.board_id, content, hash }
    },
  }
}
