/** Operations of webhooks in. */
import type { Operation } from './operations.ts'
import { ok, page, pageQuery } from './primitives.ts'
import * as webhooks from './webhooks.ts'

const anyAgent = ['agent-main', 'agent-lead', 'agent-worker'] as const
const one = '/boards/{board_id}/webhooks/{webhook_id}'

// oxfmt-ignore
export const webhookOperations = {
  listWebhooks: { method: 'GET', path: '/boards/{board_id}/webhooks', auth: 'operator', tags: ['webhooks'], summary: 'Webhooks of a board', query: pageQuery, response: page(webhooks.webhook) },
  createWebhook: { method: 'POST', path: '/boards/{board_id}/webhooks', auth: 'operator', tags: ['webhooks'], summary: 'Create a webhook; its secret is kept sealed and never answered', body: webhooks.webhookCreate, status: 201, response: webhooks.webhook },
  getWebhook: { method: 'GET', path: one, auth: 'operator', tags: ['webhooks'], summary: 'One webhook', response: webhooks.webhook },
  updateWebhook: { method: 'PATCH', path: one, auth: 'operator', tags: ['webhooks'], summary: 'Change a webhook', body: webhooks.webhookUpdate, response: webhooks.webhook },
  deleteWebhook: { method: 'DELETE', path: one, auth: 'operator', tags: ['webhooks'], summary: 'Delete a webhook and its payloads', response: ok },
  ingestWebhook: { method: 'POST', path: one, auth: 'none', raw: true, tags: ['webhooks'], summary: 'Deliver a payload: any body up to 1 MiB, signed with HMAC-SHA256 when the webhook has a secret; 60 a minute per address', status: 202, response: webhooks.accepted },
  listWebhookPayloads: { method: 'GET', path: `${one}/payloads`, auth: 'operator', tags: ['webhooks'], summary: 'What came, newest first, kept for 30 days', query: webhooks.payloadsQuery, response: page(webhooks.webhookPayload) },
  getWebhookPayload: { method: 'GET', path: `${one}/payloads/{payload_id}`, auth: 'operator', tags: ['webhooks'], summary: 'One payload, whole', query: webhooks.payloadQuery, response: webhooks.webhookPayload },
  replayWebhookPayload: { method: 'POST', path: `${one}/payloads/{payload_id}/replay`, auth: 'operator', tags: ['webhooks'], summary: 'Tell the agent of it again', status: 202, response: webhooks.webhookPayload },
  agentWebhookPayload: { method: 'GET', path: '/agent/boards/{board_id}/webhooks/{webhook_id}/payloads/{payload_id}', auth: 'agent', tags: anyAgent, summary: 'One payload of your board; max_chars cuts it', query: webhooks.payloadQuery, response: webhooks.webhookPayload },
} as const satisfies Record<string, Operation>
