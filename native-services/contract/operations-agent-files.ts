/** Operations of agents' workspace files, role templates and import. */
import { z } from 'zod'
import * as files from './agent-files.ts'
import { agent } from './entities.ts'
import type { Operation } from './operations.ts'
import { page } from './primitives.ts'

// oxfmt-ignore
export const agentFileOperations = {
  listAgentFiles: { method: 'GET', path: '/agents/{agent_id}/files', auth: 'operator', tags: ['agent-files'], summary: 'The files that reach its prompt', response: z.object({ items: z.array(files.agentFileInfo), source: files.agentFile.shape.source }) },
  getAgentFile: { method: 'GET', path: '/agents/{agent_id}/files/{file_name}', auth: 'operator', tags: ['agent-files'], summary: 'One file', response: files.agentFile },
  putAgentFile: { method: 'PUT', path: '/agents/{agent_id}/files/{file_name}', auth: 'operator', tags: ['agent-files'], summary: 'Write a file; 409 with data.current_hash when it changed since it was read', body: files.agentFileWrite, response: files.agentFile },
  listAgentFileVersions: { method: 'GET', path: '/agents/{agent_id}/files/{file_name}/versions', auth: 'operator', tags: ['agent-files'], summary: 'What stood in it, newest first', query: files.versionsQuery, response: page(files.agentFileVersionInfo) },
  getAgentFileVersion: { method: 'GET', path: '/agents/{agent_id}/files/{file_name}/versions/{version_id}', auth: 'operator', tags: ['agent-files'], summary: 'One version with its content', response: files.agentFileVersion },
  restoreAgentFile: { method: 'POST', path: '/agents/{agent_id}/files/{file_name}/restore', auth: 'operator', tags: ['agent-files'], summary: 'Write an earlier version again', body: files.agentFileRestore, response: files.agentFile },
  listAgentTemplates: { method: 'GET', path: '/agent-templates', auth: 'operator', tags: ['agent-files'], summary: 'Starting points for each role', response: z.object({ items: z.array(files.agentTemplate) }) },
  applyAgentTemplate: { method: 'POST', path: '/agents/{agent_id}/files/apply-template', auth: 'operator', tags: ['agent-files'], summary: 'Preview or write the files of a role template', body: files.applyTemplate, response: files.appliedTemplate },
  listImportableAgents: { method: 'GET', path: '/gateways/{gateway_id}/importable-agents', auth: 'operator', tags: ['gateways'], summary: 'Agents in the gateway that are not known here', response: z.object({ items: z.array(files.importableAgent) }) },
  importAgent: { method: 'POST', path: '/gateways/{gateway_id}/import-agent', auth: 'operator', tags: ['gateways'], summary: 'Take in an agent that exists in the gateway; nothing of it is overwritten', body: files.importAgent, status: 201, response: agent },
  agentSoul: { method: 'GET', path: '/agent/boards/{board_id}/agents/{agent_id}/soul', auth: 'agent', tags: ['agent-lead', 'agent-worker'], summary: 'SOUL.md of an agent on your board (leads), or your own', response: files.soul },
  agentPutSoul: { method: 'PUT', path: '/agent/boards/{board_id}/agents/{agent_id}/soul', auth: 'agent', tags: ['agent-lead'], summary: 'Write the SOUL.md of an agent on your board (leads)', body: files.soulWrite, response: files.soul },
} as const satisfies Record<string, Operation>
