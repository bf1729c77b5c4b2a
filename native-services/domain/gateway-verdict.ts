/** From the layers of a gateway's health to one word. Pure. */
import { type HealthLayerName, healthLayerWords, type HealthVerdict } from '../contract/gateway-health.ts'

export interface LayerState {
  readonly layer: HealthLayerName
  readonly state: 'ok' | 'failing' | 'unknown'
  readonly error: string | null
  readonly detail: string | null
}

/** The first layer that fails is the reason: those behind it cannot work without it. */
export function verdictOf(layers: readonly LayerState[]): { verdict: HealthVerdict; sentence: string } {
  const of = (name: HealthLayerName): LayerState | undefined => layers.find((each) => each.layer === name)
  const process = of('process')
  if (process?.state === 'failing') return { verdict: 'down', sentence: process.error ?? process.detail ?? 'It is not running.' }
  const failing = layers.find((each) => each.state === 'failing')
  if (failing) {
    const why = failing.error ?? failing.detail ?? 'no reason was given'
    return { verdict: 'failing', sentence: `${healthLayerWords[failing.layer].label}: ${why}` }
  }
  if (process?.state !== 'ok' || of('websocket')?.state !== 'ok' || of('request')?.state !== 'ok')
    return { verdict: 'unknown', sentence: 'It has not been asked yet.' }
  if (of('run')?.state !== 'ok')
    return { verdict: 'unproven', sentence: 'It answers authenticated calls. No agent has finished a run on it yet.' }
  return { verdict: 'healthy', sentence: 'It answers authenticated calls, and the last run of an agent succeeded.' }
}
