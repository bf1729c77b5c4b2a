/** Memory and CPU of gateway and services, the last hour. */
import type { ProcessMetrics, ProcessPart } from '../../../../native-services/contract/process-metrics.ts'
import { Sparkline, type SparkPoint } from './sparkline.tsx'
import { strings } from './strings.ts'
import { useProcesses } from './use-watch.ts'

const megabyte = 2 ** 20

function pointsOf(metrics: ProcessMetrics | null, part: ProcessPart, read: 'rss' | 'cpu'): SparkPoint[] {
  return (metrics?.samples ?? []).flatMap((sample) => {
    const value = sample[part]?.[read]
    return value === null || value === undefined ? [] : [{ at: Date.parse(sample.at), value }]
  })
}

/** `412 MB`, `1.2 GB` */
export function memoryText(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return '—'
  return bytes >= 1024 * megabyte ? `${(bytes / 1024 / megabyte).toFixed(2)} GB` : `${Math.round(bytes / megabyte)} MB`
}

/** Of one core. */
export function cpuText(cores: number | null | undefined): string {
  if (cores === null || cores === undefined) return '—'
  const percent = cores * 100
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`
}

export function trendText(mbPerHour: number | null | undefined): string {
  if (mbPerHour === null || mbPerHour === undefined) return strings.trendUnknown
  return `${mbPerHour > 0 ? '+' : mbPerHour < 0 ? '−' : '±'}${Math.abs(Math.round(mbPerHour))} MB/h`
}

export function ProcessSparks({ parts = ['gateway', 'services'] }: { parts?: readonly ProcessPart[] }) {
  const metrics = useProcesses()
  return (
    <div className="sparks">
      {parts.map((part) => {
        const state = metrics?.parts.find((each) => each.part === part)
        const name = strings.parts[part]
        const memory = `${name}: ${memoryText(state?.rss)}, ${trendText(state?.trend_mb_h)}, ${strings.processes(state?.processes ?? 0)}`
        return [
          <Sparkline
            key={`${part}-rss`}
            label={strings.memory(name)}
            value={memoryText(state?.rss)}
            hint={memory}
            points={pointsOf(metrics, part, 'rss')}
            floor={256 * megabyte}
            href="/gateway"
          />,
          <Sparkline
            key={`${part}-cpu`}
            label={strings.cpu(name)}
            value={cpuText(state?.cpu)}
            hint={`${name}: ${cpuText(state?.cpu)} ${strings.ofACore}`}
            points={pointsOf(metrics, part, 'cpu')}
            floor={0.25}
            href="/gateway"
          />,
        ]
      })}
    </div>
  )
}
