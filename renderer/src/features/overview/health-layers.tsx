/** The layers of the gateway's health as a chain: each can only be well when the one before it is. */
import { Tooltip } from '@mantine/core'
import { CircleCheck, CircleDashed, CircleX } from 'lucide-react'
import { Link } from 'wouter'
import {
  type GatewayHealth,
  type HealthLayer,
  healthLayerNames,
  healthLayerWords,
} from '../../../../native-services/contract/gateway-health.ts'
import type { Tone } from '../../../../native-services/contract/states.ts'
import { milliseconds } from '../../lib/numbers.ts'
import { relativeTime, useAsOf } from '../../lib/time.ts'
import { strings } from './strings.ts'

const layerTones: Readonly<Record<HealthLayer['state'], Tone>> = { ok: 'good', failing: 'bad', unknown: 'idle' }
const icons = { ok: CircleCheck, failing: CircleX, unknown: CircleDashed }

export function LayerIcon({ state, size = 14 }: { state: HealthLayer['state']; size?: number }) {
  const Icon = icons[state]
  return (
    <span className="layer-icon" data-tone={layerTones[state]}>
      <Icon size={size} aria-label={strings.layerStates[state]} />
    </span>
  )
}

/** `3.2 ms`, `2m ago`, or nothing. */
export function layerFigure(layer: HealthLayer | undefined, now: number): string {
  if (!layer || layer.state === 'unknown') return ''
  if (layer.layer === 'run') return relativeTime(layer.since_at, now)
  return layer.latency_ms === null ? '' : milliseconds(layer.latency_ms)
}

function LayerFigure({ layer }: { layer: HealthLayer | undefined }) {
  return useAsOf((now) => layerFigure(layer, now))
}

export function HealthLayers({ health }: { health: GatewayHealth | null }) {
  return (
    <ol className="layers" aria-label={strings.layers}>
      {healthLayerNames.map((name) => {
        const layer = health?.layers.find((each) => each.layer === name)
        const words = healthLayerWords[name]
        const said = layer?.error ?? layer?.detail ?? words.asks
        return (
          <li key={name}>
            <Tooltip
              label={
                <>
                  <strong>{words.label}</strong>
                  <div>{words.asks}</div>
                  <div style={{ opacity: 0.75 }}>{said}</div>
                </>
              }
              multiline
              maw={340}
            >
              <Link href="/gateway">
                <LayerIcon state={layer?.state ?? 'unknown'} />
                <span className="layer-name" aria-label={words.label}>
                  {words.short}
                </span>
                <span className="layer-figure num">
                  <LayerFigure layer={layer} />
                </span>
              </Link>
            </Tooltip>
          </li>
        )
      })}
    </ol>
  )
}
