/**
 * Sends what the outbox of the outgoing webhooks holds, a line per webhook, so that order is kept and one that does not answer holds up only its
 * own. At least once: the event's id tells the other side what came twice.
 */
import { outgoingEventHeader, outgoingIdHeader, outgoingSignatureHeader } from '../contract/webhooks-out.ts'
import { outgoingLimits, outgoingSignature, outgoingVerdict, type OutgoingLimits } from '../domain/webhook-out-rules.ts'
import type { Clock } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'
import type { Sealer } from '../platform/sealer.ts'
import type { Store } from '../store/store.ts'
import type { OutgoingDeliveryRow } from '../store/webhooks-out.ts'
import { createOutboxLoop } from './outbox-loop.ts'
import type { PostWebhook } from './webhook-post.ts'

export interface WebhookSender {
  start(): void
  /** Stops leasing; what is under way may end until the deadline (ms epoch), then it is aborted and goes back. */
  stop(deadlineAt: number): Promise<void>
  poke(): void
}

const atOnce = 4
const leaseMs = 60_000

export function createWebhookSender(options: {
  store: Store
  clock: Clock
  log: Log
  sealer: Sealer
  post: PostWebhook
  version: string
  limits?: Partial<OutgoingLimits>
  /** Uniform in [0, 1). */
  random?: () => number
}): WebhookSender {
  const { store, clock, sealer } = options
  const outbox = store.webhooksOut
  const log = options.log.scope('webhooks-out')
  const limits = { ...outgoingLimits, ...options.limits }
  const random = options.random ?? Math.random
  let unsubscribe: (() => void) | null = null

  const loop = createOutboxLoop<OutgoingDeliveryRow>({
    store,
    clock,
    log,
    name: 'webhooks_out',
    leaseMs,
    outbox,
    lineOf: (row) => row.webhook_id,
    room: (underWay) => atOnce - underWay,
    take: (row) => outbox.lease(row.id, clock.now() + leaseMs),
    send,
    nextAt: (underWay) => (underWay >= atOnce ? null : outbox.nextDueAt(clock.now())),
  })

  async function send(row: OutgoingDeliveryRow, signal: AbortSignal): Promise<void> {
    const webhook = outbox.get(row.webhook_id)
    if (!webhook) return
    const fields = { webhook_id: webhook.id, delivery_id: row.id, event: row.event_type, attempt: row.attempts }
    const seconds = Math.floor(clock.now() / 1000)
    let outcome: Awaited<ReturnType<PostWebhook>>
    try {
      outcome = await options.post({
        url: webhook.url,
        allow_private: webhook.allow_private,
        headers: {
          'user-agent': `OpenClaw-Mission-Control/${options.version}`,
          [outgoingEventHeader]: row.event_type,
          [outgoingIdHeader]: row.event_id,
          [outgoingSignatureHeader]: outgoingSignature(sealer.open(webhook.secret_sealed, webhook.id), seconds, row.body),
        },
        body: row.body,
        signal,
      })
    } catch (error) {
      if (signal.aborted)
        return store.write(() => {
          if (outbox.delivery(row.id)?.state !== 'leased') return
          outbox.retry(row, {
            at: clock.now(),
            status: null,
            error: 'It was cut off when the program stopped.',
            answer: null,
            refund: true,
          })
        })
      outcome = { result: { kind: 'unreachable', error: `It could not be sent: ${errorText(error)}` }, answer: null }
    }
    const { result } = outcome
    const answer = outcome.answer === null ? null : redact(outcome.answer)
    const status = result.kind === 'answered' ? result.status : null
    const verdict = outgoingVerdict(result, {
      attempt: row.attempts,
      expires_at: row.expires_at,
      now: clock.now(),
      random: random(),
      limits,
    })
    store.write(() => {
      // Deleted, or given up by a person, while it was under way.
      if (outbox.delivery(row.id)?.state !== 'leased') return
      if (verdict.kind === 'retry') return outbox.retry(row, { at: verdict.at, status, error: verdict.error, answer })
      if (verdict.kind === 'delivered') return outbox.finish(row, { state: 'delivered', status, error: null, answer })
      outbox.finish(row, { state: 'dead', status, error: verdict.error, answer })
      store.activity.record({
        event_type: 'webhook_out.dead',
        level: 'error',
        message: `The webhook ${webhook.name} was not told of ${row.event_type}: ${verdict.error}`,
        board_id: row.board_id,
        task_id: row.task_id !== null && store.tasks.get(row.task_id) ? row.task_id : null,
        data: { webhook_id: webhook.id, delivery_id: row.id, status },
      })
    })
    if (verdict.kind === 'delivered') log.info('webhooks_out.delivered', { ...fields, status })
    else log.warn(`webhooks_out.${verdict.kind}`, { ...fields, status, error: verdict.error })
  }

  return {
    start() {
      if (unsubscribe) return
      loop.start()
      unsubscribe = store.onCommit((changes) => {
        if (!changes.some(({ entity }) => entity === 'outgoing_webhook')) return
        // What a person gave up, or deleted, is not sent to its end.
        loop.recall((row) => (outbox.delivery(row.id)?.state === 'leased' ? null : 'It was given up.'))
        loop.poke()
      })
      loop.poke()
    },
    async stop(deadlineAt) {
      unsubscribe?.()
      unsubscribe = null
      await loop.stop(deadlineAt)
    },
    poke: loop.poke,
  }
}
