/** Memory and CPU of gateway and services, the last hour. */
import type { ProcessMetrics, ProcessPart } from '../../../../native-services/contract/process-metrics.ts'
import { memory, percent, whole } from '../../lib/numbers.ts'
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

export const memoryText = (bytes: number | null | undefined): string => (bytes === null || bytes === undefined ? '—' : memory(bytes))
/** Of one core. */
export const cpuText = (cores: number | null | undefined): string => (cores === null || cores === undefined ? '—' : percent(cores))
export function trendText(mbPerHour: number | null | undefined): string {
  if (mbPerHour === null || mbPerHour === undefined) return strings.trendUnknown
  return `${mbPerHour > 0 ? '+' : mbPerHour < 0 ? '−' : '±'}${whole(Math.abs(mbPerHour))} MB/h`
}

export function ProcessSparks({ parts = ['gateway', 'services'] }: { parts?: readonly ProcessPart[] }) {
  const metrics = useProcesses()
  return (
    <div className="sparks">
      {parts.map((part) => {
        const state = metrics?.parts.find((each) => each.part === part)
        const name = strings.parts[part]
        const about = `${name}: ${memoryText(state?.rss)}, ${trendText(state?.trend_mb_h)}, ${strings.processes(state?.processes ?? 0)}`
        return [
          <Sparkline
            key={`${part}-rss`}
            label={strings.memory(name)}
            value={memoryText(state?.rss)}
            hint={about}
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
