/**
 * Reads what the gateway says about tokens and money: messages of a run, prices in its configuration, totals of a day.
 * Versions differ in detail, so nothing here throws: what is not understood is left out.
 */
import type { CataloguePrice, Tokens } from '../domain/usage-price.ts'
import type { GatewayEvent } from './types.ts'

type Json = Record<string, unknown>
const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {})
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const amount = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0)
const micros = (dollars: unknown): number => Math.round(amount(dollars) * 1_000_000)

export interface UsageMessage {
  session_key: string
  gateway_agent_id: string | null
  run_id: string | null
  message_id: string | null
  provider: string | null
  model: string | null
  tokens: Tokens
  cost_micros: number
}

/** The usage in a message that a model wrote; null for everything else. */
export function readUsageMessage({ event, payload }: GatewayEvent): UsageMessage | null {
  if (event !== 'session.message') return null
  const session_key = text(payload['sessionKey'])
  const message = object(payload['message'])
  const usage = object(message['usage'])
  if (session_key === null || message['role'] !== 'assistant' || message['usage'] === undefined) return null
  const about = object(message['__openclaw'])
  const session = object(payload['session'])
  return {
    session_key,
    gateway_agent_id: text(payload['agentId']),
    run_id: text(about['runId']) ?? text(message['runId']) ?? text(payload['runId']),
    message_id: text(payload['messageId']) ?? text(about['id']),
    provider: text(message['provider']) ?? text(session['modelProvider']),
    model: text(message['model']) ?? text(session['model']),
    tokens: {
      input_tokens: amount(usage['input']),
      output_tokens: amount(usage['output']),
      cache_read_tokens: amount(usage['cacheRead']),
      cache_write_tokens: amount(usage['cacheWrite']),
    },
    cost_micros: micros(object(usage['cost'])['total']),
  }
}

export interface RunSign {
  session_key: string
  gateway_agent_id: string | null
  run_id: string
  /** Null while it goes on. */
  ended: 'ok' | 'failed' | 'aborted' | null
}

/** What an event says of the life of a run. Its end may be told more than once. */
export function readRunSign({ event, payload }: GatewayEvent): RunSign | null {
  const run_id = text(payload['runId'])
  const session_key = text(payload['sessionKey'])
  if (run_id === null || session_key === null) return null
  const sign = (ended: RunSign['ended']): RunSign => ({ session_key, run_id, gateway_agent_id: text(payload['agentId']), ended })
  if (event === 'chat') {
    const ends: Record<string, RunSign['ended']> = { final: 'ok', aborted: 'aborted', error: 'failed' }
    return sign(ends[String(payload['state'])] ?? null)
  }
  if (event !== 'agent') return null
  const data = object(payload['data'])
  if (payload['stream'] === 'lifecycle' && data['phase'] === 'end') return sign(data['aborted'] === true ? 'aborted' : 'ok')
  if (payload['stream'] === 'lifecycle' && data['phase'] === 'error' && data['executionSettled'] === true) return sign('failed')
  return sign(null)
}

/** Prices and models in the answer of `config.get`. */
export function readModelCatalogue(answer: unknown): {
  prices: CataloguePrice[]
  default_model: string | null
  agent_models: Record<string, string>
} {
  const whole = object(answer)
  const config = object(whole['sourceConfig'] ?? whole['parsed'] ?? whole['config'])
  const agents = object(config['agents'])
  const modelOf = (value: unknown): string | null => text(value) ?? text(object(value)['primary'])
  const prices = Object.entries(object(object(config['models'])['providers'])).flatMap(([provider, entry]) =>
    list(object(entry)['models']).flatMap((raw) => {
      const model = object(raw)
      const id = text(model['id'])
      const cost = object(model['cost'])
      if (id === null || typeof cost['input'] !== 'number' || typeof cost['output'] !== 'number') return []
      const cache = (name: string): number | null => (typeof cost[name] === 'number' ? cost[name] : null)
      return [
        {
          provider,
          model: id,
          input: amount(cost['input']),
          output: amount(cost['output']),
          cache_read: cache('cacheRead'),
          cache_write: cache('cacheWrite'),
        },
      ]
    }),
  )
  const entries = [
    ...Object.entries(object(agents['entries'])),
    ...list(agents['list']).map((entry) => [text(object(entry)['id']) ?? '', entry] as const),
  ]
  const agent_models = Object.fromEntries(
    entries.flatMap(([id, entry]) => {
      const model = modelOf(object(entry)['model'])
      return model === null || id === '' ? [] : [[id, model]]
    }),
  )
  return { prices, default_model: modelOf(object(agents['defaults'])['model']), agent_models }
}

export interface DayTotals {
  total_tokens: number
  /** Null: none of it has a price. */
  cost_micros: number | null
  /** Whether everything is counted; the gateway answers at once and counts what it has not read yet in the background. */
  complete: boolean
  /** When it counted (ms epoch): it gives the same answer for half a minute. Null: it does not tell. */
  counted_at: number | null
}

/** The answer of `usage.cost` for one day; null when it does not tell. */
export function readDayTotals(answer: unknown): DayTotals | null {
  const whole = object(answer)
  const totals = object(whole['totals'])
  if (typeof totals['totalTokens'] !== 'number') return null
  const priced = amount(totals['totalCost']) > 0 || amount(totals['missingCostEntries']) === 0
  const status = text(object(whole['cacheStatus'])['status'])
  return {
    total_tokens: Math.round(amount(totals['totalTokens'])),
    cost_micros: priced ? micros(totals['totalCost']) : null,
    complete: status === null || status === 'fresh',
    counted_at: amount(whole['updatedAt']) || null,
  }
}
