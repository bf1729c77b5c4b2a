/** How agents reach each other, and what leads may do with the workers of their board. Paths and shapes are the seed's. */
import { z } from 'zod'
import { agent, heartbeatConfig, identityProfile } from './entities.ts'
import type { Operation } from './operations.ts'
import { id, ok } from './primitives.ts'

const content = z.string().trim().min(1).max(20_000)
const name = z.string().trim().min(1).max(120)

export const bulkActions = ['wake', 'provision', 'pause', 'resume'] as const

const workerCreate = z.strictObject({
  name,
  heartbeat_config: heartbeatConfig.optional(),
  identity_profile: identityProfile.optional(),
  /** Accepted for the seed's clients; the board is the lead's own whatever is sent. */
  board_id: id.nullable().optional(),
})
const leadMessage = z.strictObject({
  content,
  kind: z.enum(['question', 'handoff']).default('question'),
  correlation_id: z.string().max(200).nullable().optional(),
})
const addressee = z.object({ board_id: id, lead_agent_id: id.nullable(), lead_agent_name: z.string().nullable() })

// prettier-ignore
export const coordinationOperations = {
  bulkAgents: { method: 'POST', path: '/agents/bulk', auth: 'operator', tags: ['agents'], summary: 'Wake, provision, pause or resume many agents', body: z.strictObject({ agent_ids: z.array(id).min(1).max(1000), action: z.enum(bulkActions) }), response: z.object({ done: z.number().int(), failed: z.array(z.object({ agent_id: id, detail: z.string(), code: z.string() })) }) },
  agentCreateAgent: { method: 'POST', path: '/agent/agents', auth: 'agent', tags: ['agent-lead'], summary: 'Add a worker to your board', body: workerCreate, status: 201, response: agent },
  agentDeleteAgent: { method: 'DELETE', path: '/agent/boards/{board_id}/agents/{agent_id}', auth: 'agent', tags: ['agent-lead'], summary: 'Remove a worker of your board', response: ok },
  agentNudge: { method: 'POST', path: '/agent/boards/{board_id}/agents/{agent_id}/nudge', auth: 'agent', tags: ['agent-lead'], summary: 'Tell a worker of your board something, outside any task', body: z.strictObject({ message: content }), response: ok },
  agentDeleteTask: { method: 'DELETE', path: '/agent/boards/{board_id}/tasks/{task_id}', auth: 'agent', tags: ['agent-lead'], summary: 'Delete a task of your board', response: ok },
  agentMessageLead: { method: 'POST', path: '/agent/gateway/boards/{board_id}/lead/message', auth: 'agent', tags: ['agent-main'], summary: 'Ask or hand something to the lead of a board', body: leadMessage, response: addressee.extend({ ok: z.literal(true), lead_created: z.boolean() }) },
  agentBroadcast: { method: 'POST', path: '/agent/gateway/leads/broadcast', auth: 'agent', tags: ['agent-main'], summary: 'The same to the leads of several boards, or of all', body: leadMessage.extend({ board_ids: z.array(id).max(1000).optional() }), response: z.object({ ok: z.literal(true), sent: z.number().int(), failed: z.number().int(), results: z.array(addressee.extend({ ok: z.boolean(), error: z.string().nullable() })) }) },
} as const satisfies Record<string, Operation>
