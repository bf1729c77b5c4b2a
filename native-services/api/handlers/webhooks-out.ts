/** Webhooks out. */
import { AppError } from '../../contract/errors.ts'
import type { OutgoingDeliveryRow, OutgoingRow } from '../../store/webhooks-out.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import { createWebhookOutService } from '../webhook-out-service.ts'
import { pick } from './operator.ts'

type Ids =
  | 'listOutgoingWebhooks'
  | 'createOutgoingWebhook'
  | 'getOutgoingWebhook'
  | 'updateOutgoingWebhook'
  | 'deleteOutgoingWebhook'
  | 'renewOutgoingSecret'
  | 'testOutgoingWebhook'
  | 'listOutgoingDeliveries'
  | 'replayOutgoingDelivery'
  | 'discardOutgoingDelivery'
  | 'replayDeadOutgoing'

export function webhookOutHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const outbox = deps.store.webhooksOut
  const service = createWebhookOutService(deps)
  const must = (id: string): OutgoingRow => entities.must(outbox.get(id), 'outgoing webhook')

  function mustDelivery(webhook: OutgoingRow, id: string): OutgoingDeliveryRow {
    const delivery = entities.must(outbox.delivery(id), 'delivery')
    if (delivery.webhook_id !== webhook.id) throw new AppError('not_found', 'There is no such delivery of this webhook.')
    return delivery
  }

  return {
    listOutgoingWebhooks: ({ query }) => ({ ...outbox.list(query), ...pick(query) }),
    createOutgoingWebhook: ({ body }) => service.create(body),
    getOutgoingWebhook: ({ params }) => must(params.webhook_id),
    updateOutgoingWebhook: ({ params, body }) => service.update(must(params.webhook_id), body),
    deleteOutgoingWebhook({ params }) {
      service.remove(must(params.webhook_id))
      return { ok: true }
    },
    renewOutgoingSecret: ({ params, body }) => service.renewSecret(must(params.webhook_id), body.secret),
    testOutgoingWebhook: ({ params }) => service.test(must(params.webhook_id)),
    listOutgoingDeliveries({ params, query }) {
      const webhook = must(params.webhook_id)
      return { ...outbox.deliveries({ webhook_id: webhook.id, ...query }), ...pick(query) }
    },
    replayOutgoingDelivery({ params }) {
      const webhook = must(params.webhook_id)
      return service.replay(webhook, mustDelivery(webhook, params.delivery_id))
    },
    discardOutgoingDelivery({ params }) {
      const webhook = must(params.webhook_id)
      return service.discard(webhook, mustDelivery(webhook, params.delivery_id))
    },
    replayDeadOutgoing: ({ params }) => ({ replayed: service.replayDead(must(params.webhook_id)) }),
  }
}
