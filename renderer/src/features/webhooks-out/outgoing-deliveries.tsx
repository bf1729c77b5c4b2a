import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { deliveryStates } from '../../../../native-services/contract/states.ts'
import {
  type OutgoingDelivery,
  type OutgoingEvent,
  outgoingEventWords,
  type OutgoingWebhook,
} from '../../../../native-services/contract/webhooks-out.ts'
import { api, explain } from '../../lib/api.ts'
import { attempt } from '../../lib/toast.ts'
import { LoadError } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { strings } from './strings.ts'

const wordsOf = (type: string): string => outgoingEventWords[type as OutgoingEvent] ?? type

export function OutgoingDeliveries({ webhook }: { webhook: OutgoingWebhook }) {
  const [items, setItems] = useState<readonly OutgoingDelivery[] | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const { id, queued_count: queued, dead_count: dead, last_attempt_at: last } = webhook
  useEffect(() => {
    let current = true
    api.call('listOutgoingDeliveries', { params: { webhook_id: id }, query: { limit: '30' } }).then(
      (page) => {
        if (!current) return
        setItems(page.items)
        setError(null)
      },
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
    // Again when something was sent, or waits.
  }, [id, queued, dead, last, round])
  if (error) return <LoadError message={error} retry={() => setRound((value) => value + 1)} />
  if (!items) return null
  if (items.length === 0) return <p className="muted">{strings.none}</p>
  const act = async (what: 'replayOutgoingDelivery' | 'discardOutgoingDelivery', delivery: OutgoingDelivery) => {
    const done = await attempt(() => api.call(what, { params: { webhook_id: id, delivery_id: delivery.id } }), { failed: strings.notDone })
    if (done) setRound((value) => value + 1)
  }
  return (
    <ul className="webhook-payloads">
      {items.map((delivery) => {
        const state = deliveryStates[delivery.state]
        const ended = delivery.state === 'dead' || delivery.state === 'delivered' || delivery.state === 'skipped'
        return (
          <li key={delivery.id}>
            <div className="row">
              <RelativeTime at={delivery.created_at} />
              <span className="webhook-state" data-tone={state.tone}>
                {state.label}
              </span>
              <span className="faint grow truncate">
                {wordsOf(delivery.event_type)}
                {delivery.last_status === null ? '' : ` · ${delivery.last_status}`} · {strings.attempts(delivery.attempts)}
              </span>
              {ended ? (
                <Button variant="subtle" size="compact-xs" onClick={() => void act('replayOutgoingDelivery', delivery)}>
                  {strings.replay}
                </Button>
              ) : null}
              {delivery.state === 'queued' || delivery.state === 'dead' ? (
                <Button variant="subtle" size="compact-xs" onClick={() => void act('discardOutgoingDelivery', delivery)}>
                  {strings.discard}
                </Button>
              ) : null}
            </div>
            {delivery.last_error ? <p className="faint webhook-error">{delivery.last_error}</p> : null}
          </li>
        )
      })}
    </ul>
  )
}
