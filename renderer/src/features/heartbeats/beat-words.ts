import { beatReasons, beatWords, type Heartbeat } from '../../../../native-services/contract/heartbeats.ts'
import { duration } from '../../lib/time.ts'
import { strings } from './strings.ts'

/** `Checked in after 2s`, `Missed: It was asked and did not check in.` */
export function beatSentence(beat: Heartbeat): string {
  const { label } = beatWords[beat.outcome]
  if (beat.outcome === 'seen' && beat.seen_at && beat.sent_at) {
    const took = Date.parse(beat.seen_at) - Date.parse(beat.sent_at)
    return took < 1000 ? `${label} at once` : `${label} after ${duration(took)}`
  }
  const reason = beat.reason === null ? undefined : (beatReasons[beat.reason] ?? beat.reason)
  return reason === undefined ? label : `${label}: ${reason}`
}

export function beatCost(beat: Pick<Heartbeat, 'input_tokens' | 'output_tokens'>): string | null {
  return beat.input_tokens === null || beat.output_tokens === null ? null : strings.tokens(beat.input_tokens, beat.output_tokens)
}

/** What a row of beats used together; null when the gateway told of none. */
export function totalCost(beats: readonly Heartbeat[]): { input_tokens: number; output_tokens: number; beats: number } | null {
  const counted = beats.filter((beat) => beat.input_tokens !== null)
  if (counted.length === 0) return null
  const sum = (key: 'input_tokens' | 'output_tokens') => counted.reduce((total, beat) => total + (beat[key] ?? 0), 0)
  return { input_tokens: sum('input_tokens'), output_tokens: sum('output_tokens'), beats: counted.length }
}
