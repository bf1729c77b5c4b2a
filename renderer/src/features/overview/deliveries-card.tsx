/** Deliveries and failures, minute by minute. */
import { Link } from 'wouter'
import type { Overview } from '../../../../native-services/contract/entities.ts'
import { useAsOf } from '../../lib/time.ts'
import { DeliveryChart, lastHour, minuteMs } from './delivery-chart.tsx'
import { strings } from './strings.ts'

const dot = { width: 7, height: 7, marginRight: 5 }

export function DeliveriesCard({ deliveries }: { deliveries: Overview['deliveries'] | undefined }) {
  const minute = useAsOf((now) => Math.floor(now / minuteMs))
  const buckets = lastHour(deliveries?.per_minute ?? [], minute * minuteMs)
  const delivered = buckets.reduce((sum, bucket) => sum + bucket.delivered, 0)
  const failed = buckets.reduce((sum, bucket) => sum + bucket.failed, 0)
  return (
    <section className="card deliveries-card" aria-labelledby="deliveries-title">
      <div className="card-head">
        <h2 id="deliveries-title" title={strings.deliveriesHint}>
          {strings.deliveries}
        </h2>
        <span className="aside num">
          <Link href="/activity?kind=delivery">
            <span className="dot" data-tone="good" style={dot} />
            {strings.delivered(delivered)}
          </Link>
          <Link href="/activity?kind=delivery&level=error">
            <span className="dot" data-tone={failed > 0 ? 'bad' : 'idle'} style={dot} />
            {strings.failed(failed)}
          </Link>
          <Link href="/activity?kind=delivery">{strings.underWay((deliveries?.queued ?? 0) + (deliveries?.leased ?? 0))}</Link>
        </span>
      </div>
      <div className="card-body">
        <DeliveryChart buckets={buckets} />
        {delivered + failed === 0 ? <p className="chart-none muted">{strings.deliveriesNone}</p> : null}
      </div>
    </section>
  )
}
