/** Webhooks in: what other programs send, kept and put on its way to an agent in one transaction. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../contract/errors.ts'
import type { BodyOf } from '../contract/operations.ts'
import { boardSessionKey } from '../delivery/board-chat.ts'
import { findSignature, keptHeaders, signatureMatches } from '../domain/webhook-signature.ts'
import { createId } from '../platform/ids.ts'
import { registerSecret, secretHint } from '../platform/redact.ts'
import { createSealer } from '../platform/sealer.ts'
import type { BoardRow } from '../store/boards.ts'
import type { Store } from '../store/store.ts'
import type { PayloadRow, WebhookFields, WebhookRow } from '../store/webhooks.ts'
import { TooManyRequestsError } from './auth.ts'
import { maximumBodyBytes } from './validate.ts'

export interface WebhookService {
  create(board: BoardRow, input: BodyOf<'createWebhook'>): WebhookRow
  update(webhook: WebhookRow, input: BodyOf<'updateWebhook'>): WebhookRow
  remove(webhook: WebhookRow): void
  /** Throws, in this order: `too_many_requests`, `not_found`, `gone`, `payload_too_large`, `forbidden`. Answers the payload's id. */
  ingest(request: { board_id: string; webhook_id: string; address: string; raw: Request }): Promise<string>
  /** Tells the agent of a payload once more. */
  replay(webhook: WebhookRow, payload: PayloadRow): void
}

const requestsPerMinute = 60
const keptForMs = 30 * 86_400_000
const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const

/** The raw body; what its header promises is not believed. */
async function readBytes(request: Request): Promise<Buffer> {
  const tooLarge = (): AppError => new AppError('payload_too_large', 'The payload is larger than 1 MiB. Send less at once.')
  if (Number(request.headers.get('content-length') ?? 0) > maximumBodyBytes) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    const chunk = part.value as Uint8Array
    size += chunk.byteLength
    if (size > maximumBodyBytes) {
      await reader?.cancel().catch(() => undefined)
      throw tooLarge()
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export function createWebhookService({ store, installKey }: { store: Store; installKey: string }): WebhookService {
  const sealer = createSealer(installKey, 'webhooks')
  const limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 })
  const named = (webhook: Pick<WebhookRow, 'description' | 'id'>): string =>
    webhook.description === '' ? `Webhook ${webhook.id.slice(-6)}` : webhook.description.replace(/\s+/g, ' ').slice(0, 80)

  function fieldsOf(id: string, input: BodyOf<'updateWebhook'>): Partial<WebhookFields> {
    const { secret, ...rest } = input
    const fields = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as Partial<WebhookFields>
    if (secret === undefined) return fields
    registerSecret(secret)
    return {
      ...fields,
      secret_sealed: secret === null ? null : sealer.seal(secret, id),
      secret_hint: secret === null ? null : secretHint(secret),
    }
  }
  function checkAgent(boardId: string, agentId: string | null | undefined): void {
    if (agentId && store.agents.get(agentId)?.board_id !== boardId)
      throw new AppError('not_found', 'There is no such agent on this board.', { field: 'body.agent_id' })
  }
  function record(webhook: WebhookRow, event: string, message: string): void {
    store.activity.record({ event_type: event, message, ...byOperator, board_id: webhook.board_id, data: { webhook_id: webhook.id } })
  }

  /** In the transaction under way: the message to the agent, or the word that there is none. */
  function carry(webhook: WebhookRow, payloadId: string): void {
    const agent = (webhook.agent_id === null ? undefined : store.agents.get(webhook.agent_id)) ?? store.agents.lead(webhook.board_id)
    if (!agent || agent.status === 'deleting') {
      store.activity.record({
        event_type: 'webhook.no_recipient',
        level: 'warning',
        message: `A payload of ${named(webhook)} is kept, but nobody was told: the board has no lead. Choose an agent for the webhook, then replay it.`,
        board_id: webhook.board_id,
        data: { webhook_id: webhook.id, payload_id: payloadId },
      })
      return
    }
    const notification = store.notifications.enqueue({
      type: 'webhook_event',
      agent_id: agent.id,
      board_id: webhook.board_id,
      task_id: null,
      comment_id: payloadId,
      title: `${named(webhook)}: an event came`,
      body: `Payload ${payloadId} of webhook ${webhook.id}.`,
      session_key: boardSessionKey(agent.gateway_agent_id, webhook.board_id),
    })
    store.webhooks.carriedBy(payloadId, notification.id)
  }

  return {
    create: (board, input) =>
      store.write(() => {
        checkAgent(board.id, input.agent_id)
        const id = createId()
        const webhook = store.webhooks.create(id, board.id, {
          agent_id: null,
          secret_sealed: null,
          secret_hint: null,
          signature_header: null,
          description: '',
          enabled: true,
          ...fieldsOf(id, input),
        })
        record(webhook, 'webhook.created', `Operator created the webhook ${named(webhook)}`)
        return webhook
      }),

    update: (webhook, input) =>
      store.write(() => {
        checkAgent(webhook.board_id, input.agent_id)
        store.webhooks.update(webhook.id, fieldsOf(webhook.id, input))
        record(webhook, 'webhook.updated', `Operator changed ${Object.keys(input).join(', ')} of the webhook ${named(webhook)}`)
        return store.webhooks.get(webhook.id) ?? webhook
      }),

    remove: (webhook) =>
      store.write(() => {
        store.webhooks.remove(webhook.id)
        record(webhook, 'webhook.deleted', `Operator deleted the webhook ${named(webhook)}`)
      }),

    async ingest({ board_id: boardId, webhook_id: webhookId, address, raw }) {
      const webhook = store.webhooks.get(webhookId)
      const known = webhook?.board_id === boardId ? webhook : undefined
      try {
        // Behind a tunnel all callers have one address: a stranger who tries addresses must not use up what a real sender has.
        await limiter.consume(known ? `${address} ${known.id}` : address)
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused
        throw new TooManyRequestsError(refused.msBeforeNext, `More than ${requestsPerMinute} requests in a minute from this address.`)
      }
      if (!known) throw new AppError('not_found', 'There is no such webhook.')
      if (!known.enabled) throw new AppError('gone', 'This webhook is switched off.')
      const bytes = await readBytes(raw)
      if (known.secret_sealed !== null) {
        const given = findSignature(raw.headers, known.signature_header)
        if (!signatureMatches(given, sealer.open(known.secret_sealed, known.id), bytes))
          throw new AppError('forbidden', given === null ? 'The signature is missing.' : 'The signature does not fit.')
      }
      return store.write(() => {
        const payloadId = store.webhooks.addPayload({
          webhook_id: known.id,
          board_id: known.board_id,
          content_type: raw.headers.get('content-type')?.slice(0, 200) ?? null,
          headers: keptHeaders(raw.headers),
          source_ip: address,
          payload: bytes.toString('utf8').replaceAll('\0', '�'),
          keep_ms: keptForMs,
        })
        carry(known, payloadId)
        store.webhooks.prune(known.id)
        return payloadId
      })
    },

    replay: (webhook, payload) =>
      store.write(() => {
        carry(webhook, payload.id)
        record(webhook, 'webhook.replayed', `Operator replayed a payload of ${named(webhook)}`)
      }),
  }
}
