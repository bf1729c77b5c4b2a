/** Deliveries per minute as bars; failures stand on top in their own colour. */
import type { Overview } from '../../../../native-services/contract/entities.ts'
import { minuteTime } from '../../lib/time.ts'
import { strings } from './strings.ts'

type Bucket = Overview['deliveries']['per_minute'][number]
const height = 92
const slot = 10

export const minuteMs = 60_000

/** The sixty minutes up to now: what was fetched a while ago moves to the left by itself. */
export function lastHour(buckets: readonly Bucket[], now: number): Bucket[] {
  const known = new Map(buckets.map((bucket) => [Date.parse(bucket.at), bucket]))
  const last = Math.floor(now / minuteMs) * minuteMs
  return Array.from({ length: 60 }, (_, index) => {
    const at = last - (59 - index) * minuteMs
    return known.get(at) ?? { at: new Date(at).toISOString(), delivered: 0, failed: 0 }
  })
}

export function DeliveryChart({ buckets }: { buckets: readonly Bucket[] }) {
  const most = Math.max(4, ...buckets.map((bucket) => bucket.delivered + bucket.failed))
  const delivered = buckets.reduce((sum, bucket) => sum + bucket.delivered, 0)
  const failed = buckets.reduce((sum, bucket) => sum + bucket.failed, 0)
  const scale = (count: number) => (count / most) * (height - 6)
  const first = buckets[0]
  const width = Math.max(1, buckets.length) * slot
  return (
    <figure className="chart-box">
      <svg
        className="chart"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={strings.chart(delivered, failed)}
      >
        {[0.5, 1].map((share) => (
          <line
            key={share}
            x1={0}
            x2={width}
            y1={height - scale(most * share)}
            y2={height - scale(most * share)}
            stroke="var(--line)"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {buckets.map((bucket, index) => {
          const good = scale(bucket.delivered)
          const bad = scale(bucket.failed)
          return (
            <g key={bucket.at}>
              <title>{strings.bar(minuteTime(bucket.at), bucket.delivered, bucket.failed)}</title>
              <rect x={index * slot} y={0} width={slot} height={height} fill="transparent" />
              {bucket.delivered > 0 ? (
                <rect x={index * slot + 1.5} y={height - good} width={slot - 3} height={good} rx={1} fill="var(--good-solid)" />
              ) : null}
              {bucket.failed > 0 ? (
                <rect x={index * slot + 1.5} y={height - good - bad} width={slot - 3} height={bad} rx={1} fill="var(--bad-solid)" />
              ) : null}
            </g>
          )
        })}
        <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--line-strong)" vectorEffect="non-scaling-stroke" />
      </svg>
      <figcaption className="chart-foot">
        <span>{first ? minuteTime(first.at) : ''}</span>
        <span>{strings.now}</span>
      </figcaption>
    </figure>
  )
}
