/** A figure and its last hour as a thin line. The line takes its room before there is anything to draw. */
import { Link } from 'wouter'

export interface SparkPoint {
  /** ms epoch */
  readonly at: number
  readonly value: number
}

const width = 120
const height = 24
const hourMs = 3_600_000
/** A window that began a moment ago is not stretched over the whole width. */
const leastMs = 600_000

const tenth = (value: number): number => Math.round(value * 10) / 10

/** From points to the `d` of a path: what there is of the last hour from left to right, nothing to `most` from bottom to top. */
export function sparkPath(points: readonly SparkPoint[], options: { now: number; most: number }): string {
  const { now, most } = options
  const shown = points.filter((point) => point.at > now - hourMs)
  const span = Math.max(leastMs, now - (shown[0]?.at ?? now))
  return shown
    .map(({ at, value }, index) => {
      const x = width - ((now - at) / span) * width
      const y = height - 1 - (most > 0 ? Math.min(1, value / most) : 0) * (height - 3)
      return `${index === 0 ? 'M' : 'L'}${tenth(x)} ${tenth(y)}`
    })
    .join('')
}

export function Sparkline({
  label,
  value,
  hint,
  points,
  floor,
  href,
}: {
  label: string
  value: string
  /** Shown on hover, and read aloud. */
  hint: string
  points: readonly SparkPoint[]
  /** The scale never ends below this, so that nothing looks like a storm because it moved a little. */
  floor: number
  href: string
}) {
  const now = points.at(-1)?.at ?? 0
  const most = points.reduce((max, point) => Math.max(max, point.value), floor)
  return (
    <Link href={href} className="spark" title={hint}>
      <span className="spark-label">{label}</span>
      <span className="spark-value num">{value}</span>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden>
        <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--line)" vectorEffect="non-scaling-stroke" />
        <path
          d={sparkPath(points, { now, most })}
          fill="none"
          stroke="var(--busy-solid)"
          strokeWidth={1.4}
          strokeLinejoin="round"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
    </Link>
  )
}
