/** Bars per day, each made of parts; the parts are told apart by shade and listed beside with their sums. */
import { dayLabel } from '../../lib/time.ts'
import { strings } from './strings.ts'

export interface Series {
  key: string
  label: string
  /** One number a day, in the order of `days`. */
  values: readonly number[]
}

const height = 140
/** Shades of the accent: other colours mean states. */
const shades = [100, 74, 54, 38, 26]
export const shadeOf = (index: number): string =>
  index < shades.length ? `color-mix(in srgb, var(--accent) ${shades[index] ?? 20}%, var(--panel))` : 'var(--idle-solid)'

export function StackedBars({
  days,
  series,
  label,
  format,
}: {
  days: readonly string[]
  series: readonly Series[]
  label: string
  format: (value: number) => string
}) {
  const sums = days.map((_, day) => series.reduce((sum, part) => sum + (part.values[day] ?? 0), 0))
  const most = Math.max(1, ...sums)
  const slot = 10
  const gap = days.length > 120 ? 0.5 : 1.5
  const width = days.length * slot
  const first = days[0]
  const last = days.at(-1)
  return (
    <figure className="usage-chart">
      <div className="usage-scale num" aria-hidden>
        <span>{format(most)}</span>
        <span>{format(0)}</span>
      </div>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={strings.chartLabel(label, format(most))}>
        {[0, 0.5].map((share) => (
          <line
            key={share}
            x1={0}
            x2={width}
            y1={height * share + 0.5}
            y2={height * share + 0.5}
            stroke="var(--line)"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {days.map((day, index) => {
          let top = height
          return (
            <g key={day}>
              <title>
                {[
                  `${dayLabel(day)}: ${format(sums[index] ?? 0)}`,
                  ...series.flatMap((part) => (part.values[index] ? [`${part.label} ${format(part.values[index])}`] : [])),
                ].join('\n')}
              </title>
              <rect x={index * slot} y={0} width={slot} height={height} fill="transparent" />
              {series.map((part, at) => {
                const tall = ((part.values[index] ?? 0) / most) * (height - 2)
                top -= tall
                return tall > 0 ? (
                  <rect key={part.key} x={index * slot + gap} y={top} width={slot - 2 * gap} height={tall} fill={shadeOf(at)} />
                ) : null
              })}
            </g>
          )
        })}
        <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--line-strong)" vectorEffect="non-scaling-stroke" />
      </svg>
      <figcaption className="usage-foot">
        <span>{first ? dayLabel(first) : ''}</span>
        <span>{last && last !== first ? dayLabel(last) : ''}</span>
      </figcaption>
    </figure>
  )
}
