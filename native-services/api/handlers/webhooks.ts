/** Webhooks in, for operators, for the programs that call them, and for the agents that read what came. */
import { AppError } from '../../contract/errors.ts'
import type { PayloadRow, WebhookRow } from '../../store/webhooks.ts'
import { createBoardAccess } from '../board-access.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import { createWebhookService } from '../webhook-service.ts'
import { pick } from './operator.ts'

type Ids =
  | 'listWebhooks'
  | 'createWebhook'
  | 'getWebhook'
  | 'updateWebhook'
  | 'deleteWebhook'
  | 'ingestWebhook'
  | 'listWebhookPayloads'
  | 'getWebhookPayload'
  | 'replayWebhookPayload'
  | 'agentWebhookPayload'

export function webhookHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store } = deps
  const webhooks = createWebhookService(deps)
  const { seen } = createBoardAccess(entities)

  function mustWebhook(boardId: string, id: string): WebhookRow {
    const webhook = entities.must(store.webhooks.get(id), 'webhook')
    if (webhook.board_id !== boardId) throw new AppError('not_found', 'There is no such webhook on this board.')
    return webhook
  }
  function mustPayload(webhook: WebhookRow, id: string, maxChars?: number): PayloadRow {
    const payload = entities.must(store.webhooks.payload(id, maxChars), 'payload')
    if (payload.webhook_id !== webhook.id) throw new AppError('not_found', 'There is no such payload of this webhook.')
    return payload
  }

  return {
    listWebhooks({ params, query }) {
      const { items, total } = store.webhooks.list({ board_id: entities.mustBoard(params.board_id).id, ...query })
      return { items: items.map(entities.showWebhook), total, ...pick(query) }
    },
    createWebhook: ({ params, body }) => entities.showWebhook(webhooks.create(entities.mustBoard(params.board_id), body)),
    getWebhook: ({ params }) => entities.showWebhook(mustWebhook(params.board_id, params.webhook_id)),
    updateWebhook: ({ params, body }) => entities.showWebhook(webhooks.update(mustWebhook(params.board_id, params.webhook_id), body)),
    deleteWebhook({ params }) {
      webhooks.remove(mustWebhook(params.board_id, params.webhook_id))
      return { ok: true }
    },
    async ingestWebhook({ params, address, raw }) {
      const payloadId = await webhooks.ingest({ ...params, address, raw })
      return { ok: true, board_id: params.board_id, webhook_id: params.webhook_id, payload_id: payloadId }
    },
    listWebhookPayloads: ({ params, query }) => ({
      ...store.webhooks.payloads(mustWebhook(params.board_id, params.webhook_id).id, query),
      ...pick(query),
    }),
    getWebhookPayload: ({ params, query }) =>
      mustPayload(mustWebhook(params.board_id, params.webhook_id), params.payload_id, query.max_chars),
    replayWebhookPayload({ params }) {
      const webhook = mustWebhook(params.board_id, params.webhook_id)
      webhooks.replay(webhook, mustPayload(webhook, params.payload_id))
      return mustPayload(webhook, params.payload_id)
    },
    agentWebhookPayload: ({ agent, params, query }) =>
      mustPayload(mustWebhook(seen(agent, params.board_id).id, params.webhook_id), params.payload_id, query.max_chars),
  }
}
