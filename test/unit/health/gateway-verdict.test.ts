import { describe, expect, it } from 'vitest'
import { healthLayerNames } from '../../../native-services/contract/gateway-health.ts'
import { type LayerState, verdictOf } from '../../../native-services/domain/gateway-verdict.ts'

const layers = (states: readonly LayerState['state'][]): LayerState[] =>
  healthLayerNames.map((layer, index) => {
    const state = states[index] ?? 'unknown'
    return { layer, state, error: state === 'failing' ? `${layer} broke` : null, detail: null }
  })

describe('the verdict on a gateway', () => {
  it('is healthy only when every layer is, up to a run that succeeded', () => {
    expect(verdictOf(layers(['ok', 'ok', 'ok', 'ok', 'ok'])).verdict).toBe('healthy')
    expect(verdictOf(layers(['ok', 'ok', 'ok', 'ok', 'unknown'])).verdict).toBe('unproven')
  })

  it('does not take an open port for health', () => {
    expect(verdictOf(layers(['ok', 'ok', 'unknown', 'unknown', 'ok'])).verdict).toBe('unknown')
    expect(verdictOf(layers(['ok', 'ok', 'failing', 'failing', 'ok']))).toEqual({
      verdict: 'failing',
      sentence: 'WebSocket: websocket broke',
    })
  })

  it('says of the first layer that fails why', () => {
    expect(verdictOf(layers(['ok', 'failing', 'failing', 'failing', 'failing'])).sentence).toBe('HTTP: http broke')
    expect(verdictOf(layers(['ok', 'ok', 'ok', 'ok', 'failing']))).toEqual({ verdict: 'failing', sentence: 'Agent run: run broke' })
  })

  it('is down without a process, whatever the rest says', () => {
    expect(verdictOf(layers(['failing', 'unknown', 'failing', 'failing', 'ok']))).toEqual({ verdict: 'down', sentence: 'process broke' })
  })
})
