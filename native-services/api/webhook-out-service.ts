/** Webhooks out, as operators manage them: each step is one transaction. */
import { randomBytes } from 'node:crypto'
import { AppError } from '../contract/errors.ts'
import type { BodyOf } from '../contract/operations.ts'
import { createId } from '../platform/ids.ts'
import { registerSecret, secretHint } from '../platform/redact.ts'
import { createSealer } from '../platform/sealer.ts'
import type { Store } from '../store/store.ts'
import type { OutgoingDeliveryRow, OutgoingRow } from '../store/webhooks-out.ts'

const byOperator = { actor_type: 'user', actor_name: 'Operator' } as const
type WithSecret = OutgoingRow & { secret: string }

export interface WebhookOutService {
  create(input: BodyOf<'createOutgoingWebhook'>): WithSecret
  update(webhook: OutgoingRow, input: BodyOf<'updateOutgoingWebhook'>): OutgoingRow
  remove(webhook: OutgoingRow): void
  renewSecret(webhook: OutgoingRow, secret: string | undefined): WithSecret
  test(webhook: OutgoingRow): OutgoingDeliveryRow
  /** Throws `conflict` while it is on its way. */
  replay(webhook: OutgoingRow, delivery: OutgoingDeliveryRow): OutgoingDeliveryRow
  /** Throws `conflict` when it has ended already. */
  discard(webhook: OutgoingRow, delivery: OutgoingDeliveryRow): OutgoingDeliveryRow
  /** How many. */
  replayDead(webhook: OutgoingRow): number
}

export function createWebhookOutService({ store, installKey }: { store: Store; installKey: string }): WebhookOutService {
  const outbox = store.webhooksOut
  const sealer = createSealer(installKey, 'outgoing-webhooks')

  function sealed(id: string, given: string | undefined) {
    const secret = given ?? `mcw_${randomBytes(32).toString('base64url')}`
    registerSecret(secret)
    return { secret, secret_sealed: sealer.seal(secret, id), secret_hint: secretHint(secret) }
  }
  function record(webhook: Pick<OutgoingRow, 'id' | 'board_id'>, event: string, message: string): void {
    store.activity.record({
      event_type: `webhook_out.${event}`,
      message,
      ...byOperator,
      board_id: webhook.board_id,
      data: { webhook_id: webhook.id },
    })
  }
  function fresh<Row>(row: Row | undefined): Row {
    if (row === undefined) throw new AppError('not_found', 'It is gone.')
    return row
  }

  return {
    create: ({ secret: given, ...input }) =>
      store.write(() => {
        if (input.board_id !== null && !store.boards.get(input.board_id))
          throw new AppError('not_found', 'There is no such board.', { field: 'body.board_id' })
        const id = createId()
        const { secret, ...fields } = sealed(id, given)
        const webhook = outbox.create(id, { ...input, events: [...new Set(input.events)], ...fields })
        record(webhook, 'created', `Operator created the outgoing webhook ${webhook.name}`)
        return { ...webhook, secret }
      }),

    update: (webhook, input) =>
      store.write(() => {
        outbox.update(webhook.id, { ...input, events: input.events && [...new Set(input.events)] })
        record(webhook, 'updated', `Operator changed ${Object.keys(input).join(', ')} of the outgoing webhook ${webhook.name}`)
        return fresh(outbox.get(webhook.id))
      }),

    remove: (webhook) =>
      store.write(() => {
        outbox.remove(webhook.id)
        record(webhook, 'deleted', `Operator deleted the outgoing webhook ${webhook.name}`)
      }),

    renewSecret: (webhook, given) =>
      store.write(() => {
        const { secret, ...fields } = sealed(webhook.id, given)
        outbox.update(webhook.id, fields)
        record(webhook, 'secret_renewed', `Operator gave the outgoing webhook ${webhook.name} another secret`)
        return { ...fresh(outbox.get(webhook.id)), secret }
      }),

    test(webhook) {
      if (!webhook.enabled) throw new AppError('conflict', 'This webhook is switched off. Switch it on, then test it.')
      return store.write(() => outbox.ping(webhook))
    },

    replay: (webhook, delivery) =>
      store.write(() => {
        if (delivery.state === 'leased' || delivery.state === 'queued')
          throw new AppError('conflict', 'It is on its way already; it is sent again by itself.')
        outbox.replay(delivery)
        record(webhook, 'replayed', `Operator sent ${delivery.event_type} to ${webhook.name} again`)
        return fresh(outbox.delivery(delivery.id))
      }),

    discard: (webhook, delivery) =>
      store.write(() => {
        if (delivery.state === 'delivered' || delivery.state === 'skipped') throw new AppError('conflict', 'It has ended already.')
        outbox.finish(delivery, {
          state: 'skipped',
          status: delivery.last_status,
          error: 'Given up by the operator.',
          answer: delivery.last_answer,
        })
        record(webhook, 'discarded', `Operator gave up ${delivery.event_type} for ${webhook.name}`)
        return fresh(outbox.delivery(delivery.id))
      }),

    replayDead: (webhook) =>
      store.write(() => {
        const dead = outbox.deadOf(webhook.id)
        for (const delivery of dead) outbox.replay(delivery)
        if (dead.length > 0) record(webhook, 'replayed', `Operator sent ${dead.length} events to ${webhook.name} again`)
        return dead.length
      }),
  }
}
