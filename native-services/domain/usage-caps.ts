/** Daily caps: how far a day has come, and what waits when it has come too far. */
import { needsAnswer, type NotificationType } from './delivery-rules.ts'

export interface CapLimits {
  soft_usd_micros: number | null
  hard_usd_micros: number | null
  soft_tokens: number | null
  hard_tokens: number | null
  /** The local day on which the hard cap does not hold. */
  waived_day: string | null
}

export interface Spent {
  cost_micros: number
  tokens: number
}

export type CapLevel = 'ok' | 'soft' | 'hard'

export interface CapState {
  level: CapLevel
  /** The hard cap is reached, and somebody let everything through today. */
  waived: boolean
  /** `$5.00 of $5.00`; null while `ok`. */
  words: string | null
}

/** `$1.20`; small amounts keep two significant digits, so that nothing looks free that is not. */
export function usd(micros: number): string {
  const dollars = micros / 1_000_000
  if (dollars !== 0 && Math.abs(dollars) < 0.01)
    return `$${Number(dollars.toPrecision(2)).toFixed(Math.min(6, 1 - Math.floor(Math.log10(Math.abs(dollars)))))}`
  return `$${dollars.toFixed(2)}`
}

const count = (tokens: number): string => tokens.toLocaleString('en-US')

export function capState(cap: CapLimits, spent: Spent, today: string): CapState {
  const reached = (most: number | null, used: number): most is number => most !== null && used >= most
  const money = (most: number): string => `${usd(spent.cost_micros)} of ${usd(most)}`
  const tokens = (most: number): string => `${count(spent.tokens)} of ${count(most)} tokens`
  const waived = cap.waived_day === today
  if (reached(cap.hard_usd_micros, spent.cost_micros)) return { level: waived ? 'soft' : 'hard', waived, words: money(cap.hard_usd_micros) }
  if (reached(cap.hard_tokens, spent.tokens)) return { level: waived ? 'soft' : 'hard', waived, words: tokens(cap.hard_tokens) }
  if (reached(cap.soft_usd_micros, spent.cost_micros)) return { level: 'soft', waived: false, words: money(cap.soft_usd_micros) }
  if (reached(cap.soft_tokens, spent.tokens)) return { level: 'soft', waived: false, words: tokens(cap.soft_tokens) }
  return { level: 'ok', waived: false, words: null }
}

/** What whoever waits is told. */
export function capSentence(state: CapState): string {
  return `daily cap reached (${state.words ?? ''}), resumes at 00:00`
}

/**
 * Whether a message waits for tomorrow under a hard cap. Work that is given out, what a person says to an agent and what a person decided
 * goes; updates, changes of status, webhooks, beats and what agents tell one another wait.
 */
export function waitsForCap(type: NotificationType, author: 'user' | 'agent' | 'system' | null): boolean {
  switch (type) {
    case 'thread_update':
    case 'status_change':
    case 'response_request':
    case 'webhook_event':
    case 'unassigned_work':
    case 'heartbeat':
      return true
    case 'mention':
    case 'board_chat':
    case 'group_chat':
      return author !== 'user'
    default:
      return !needsAnswer(type, author) && author === 'agent'
  }
}

/** What a day will come to when it goes on as in the last hours; never less than what is spent. */
export function projectDay(facts: { spent: number; per_hour: number; now: number; ends_at: number }): number {
  return Math.round(facts.spent + (Math.max(0, facts.per_hour) * Math.max(0, facts.ends_at - facts.now)) / 3_600_000)
}
