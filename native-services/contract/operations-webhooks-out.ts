/** Operations of webhooks out. */
import { z } from 'zod'
import type { Operation } from './operations.ts'
import { ok, page } from './primitives.ts'
import * as outgoing from './webhooks-out.ts'

const one = '/outgoing-webhooks/{webhook_id}'
const tags = ['webhooks'] as const

// oxfmt-ignore
export const webhookOutOperations = {
  listOutgoingWebhooks: { method: 'GET', path: '/outgoing-webhooks', auth: 'operator', tags, summary: 'Addresses that are told of events; with board_id those of one board', query: outgoing.outgoingWebhooksQuery, response: page(outgoing.outgoingWebhook) },
  createOutgoingWebhook: { method: 'POST', path: '/outgoing-webhooks', auth: 'operator', tags, summary: 'Tell an address of events, signed with HMAC-SHA256; the answer carries the secret, once', body: outgoing.outgoingWebhookCreate, status: 201, response: outgoing.outgoingWebhookWithSecret },
  getOutgoingWebhook: { method: 'GET', path: one, auth: 'operator', tags, summary: 'One outgoing webhook', response: outgoing.outgoingWebhook },
  updateOutgoingWebhook: { method: 'PATCH', path: one, auth: 'operator', tags, summary: 'Change an outgoing webhook', body: outgoing.outgoingWebhookUpdate, response: outgoing.outgoingWebhook },
  deleteOutgoingWebhook: { method: 'DELETE', path: one, auth: 'operator', tags, summary: 'Delete an outgoing webhook and what is on its way to it', response: ok },
  renewOutgoingSecret: { method: 'POST', path: `${one}/secret`, auth: 'operator', tags, summary: 'Give it another secret: the one that is sent, or a new one; the answer carries it, once', body: outgoing.outgoingSecretUpdate, response: outgoing.outgoingWebhookWithSecret },
  testOutgoingWebhook: { method: 'POST', path: `${one}/test`, auth: 'operator', tags, summary: 'Send it a ping', status: 202, response: outgoing.outgoingDelivery },
  listOutgoingDeliveries: { method: 'GET', path: `${one}/deliveries`, auth: 'operator', tags, summary: 'What was and what will be sent to it, newest first, kept for 30 days', query: outgoing.outgoingDeliveriesQuery, response: page(outgoing.outgoingDelivery) },
  replayOutgoingDelivery: { method: 'POST', path: `${one}/deliveries/{delivery_id}/replay`, auth: 'operator', tags, summary: 'Send it again, with the same event id', status: 202, response: outgoing.outgoingDelivery },
  discardOutgoingDelivery: { method: 'POST', path: `${one}/deliveries/{delivery_id}/discard`, auth: 'operator', tags, summary: 'Give it up', response: outgoing.outgoingDelivery },
  replayDeadOutgoing: { method: 'POST', path: `${one}/replay-dead`, auth: 'operator', tags, summary: 'Send everything again that was given up', status: 202, response: z.object({ replayed: z.number().int() }) },
} as const satisfies Record<string, Operation>
