import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addDays, daysBetween, localDay, nextMidnight } from '../../../native-services/domain/local-day.ts'
import { costMicros, costOf, demoProvider, fitsModel, priceOf } from '../../../native-services/domain/usage-price.ts'
import { tokensOf } from '../../../native-services/delivery/run-record.ts'
import { readDayTotals, readModelCatalogue, readRunSign, readUsageMessage } from '../../../native-services/gateway/usage-reader.ts'

const tokens = { input_tokens: 1000, output_tokens: 200, cache_read_tokens: 5000, cache_write_tokens: 100 }

describe('the price of a run', () => {
  it('is tokens times dollars per million, in millionths of a dollar', () => {
    expect(costMicros(tokens, { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 })).toBe(3000 + 3000 + 1500 + 375)
    // Without prices of their own, cached tokens cost what others do.
    expect(costMicros(tokens, { input: 1, output: 1 })).toBe(6300)
  })

  it('fits patterns with stars, against the model and against provider/model', () => {
    expect(fitsModel('gpt-*', 'openai', 'gpt-5')).toBe(true)
    expect(fitsModel('openai/*', 'openai', 'gpt-5')).toBe(true)
    expect(fitsModel('*-mini', 'openai', 'GPT-5-Mini')).toBe(true)
    expect(fitsModel('*opus*4*', 'anthropic', 'claude-opus-4-1')).toBe(true)
    expect(fitsModel('gpt-5', 'openai', 'gpt-5-mini')).toBe(false)
    expect(fitsModel('a*a', '', 'a')).toBe(false)
    expect(fitsModel('*', '', 'anything')).toBe(true)
  })

  it("comes from the catalogue, then from the operator's table; zeros are believed of the demo model only", () => {
    const catalogue = [
      { provider: 'custom', model: 'local', input: 0, output: 0 },
      { provider: demoProvider, model: 'demo-1', input: 0, output: 0 },
      { provider: 'acme', model: 'big', input: 2, output: 8 },
    ]
    const table = [
      { pattern: 'big', input: 99, output: 99 },
      { pattern: 'acme/small', input: 1, output: 1 },
    ]
    const sources = { catalogue, table }
    expect(priceOf('acme', 'big', sources)?.price.input).toBe(2)
    expect(priceOf('acme', 'small', sources)).toEqual({ price: table[1], source: 'table' })
    expect(priceOf('custom', 'local', sources)).toBeNull()
    expect(priceOf(demoProvider, 'demo-1', sources)?.price.input).toBe(0)
    expect(priceOf('', '', sources)).toBeNull()
    expect(costOf({ provider: 'custom', model: 'local', tokens, reported_micros: 0 }, sources)).toBeNull()
    expect(costOf({ provider: demoProvider, model: 'demo-1', tokens, reported_micros: null }, sources)).toEqual({
      cost_micros: 0,
      price_source: 'catalogue',
    })
    expect(costOf({ provider: 'acme', model: 'big', tokens, reported_micros: 77 }, sources)?.cost_micros).toBe(77)
    expect(costOf({ provider: 'acme', model: 'big', tokens: null, reported_micros: null }, sources)).toBeNull()
  })

  it('does not count cached tokens twice', () => {
    expect(tokensOf({ input_tokens: 1000, output_tokens: 5, cache_read_tokens: 900, cache_write_tokens: 50 })).toEqual({
      input_tokens: 50,
      output_tokens: 5,
      cache_read_tokens: 900,
      cache_write_tokens: 50,
    })
  })
})

describe('what the gateway says', () => {
  const payload = {
    sessionKey: 'agent:mc-ada:main',
    agentId: 'mc-ada',
    messageId: 'm1',
    message: {
      role: 'assistant',
      model: 'big',
      provider: 'acme',
      usage: { input: 10, output: 4, cacheRead: 7, cacheWrite: 0, totalTokens: 21, cost: { total: 0.000111 } },
      __openclaw: { runId: 'r1' },
    },
  }
  it('is read from messages of the model and from nothing else', () => {
    expect(readUsageMessage({ event: 'session.message', payload })).toEqual({
      session_key: 'agent:mc-ada:main',
      gateway_agent_id: 'mc-ada',
      run_id: 'r1',
      message_id: 'm1',
      provider: 'acme',
      model: 'big',
      tokens: { input_tokens: 10, output_tokens: 4, cache_read_tokens: 7, cache_write_tokens: 0 },
      cost_micros: 111,
    })
    expect(
      readUsageMessage({ event: 'session.message', payload: { ...payload, message: { ...payload.message, role: 'user' } } }),
    ).toBeNull()
    expect(readUsageMessage({ event: 'chat', payload })).toBeNull()
    for (const odd of [
      {},
      { sessionKey: 'x' },
      { sessionKey: 'x', message: 'text' },
      { sessionKey: 'x', message: { role: 'assistant', usage: 'no' } },
    ])
      expect(() => readUsageMessage({ event: 'session.message', payload: odd })).not.toThrow()
  })

  it('tells the end of a run', () => {
    const run = { sessionKey: 's', runId: 'r' }
    expect(readRunSign({ event: 'chat', payload: { ...run, state: 'delta' } })?.ended).toBeNull()
    expect(readRunSign({ event: 'chat', payload: { ...run, state: 'final' } })?.ended).toBe('ok')
    expect(readRunSign({ event: 'agent', payload: { ...run, stream: 'lifecycle', data: { phase: 'end', aborted: true } } })?.ended).toBe(
      'aborted',
    )
    // One that is not settled may be tried again with another model.
    expect(readRunSign({ event: 'agent', payload: { ...run, stream: 'lifecycle', data: { phase: 'error' } } })?.ended).toBeNull()
    expect(readRunSign({ event: 'agent', payload: { sessionKey: 's' } })).toBeNull()
  })

  it('has prices and models in its configuration', () => {
    const sourceConfig = {
      models: { providers: { acme: { models: [{ id: 'big', cost: { input: 2, output: 8, cacheRead: 0.2 } }, { id: 'bare' }] } } },
      agents: { defaults: { model: { primary: 'acme/big' } }, entries: { 'mc-ada': { model: 'acme/small' }, 'mc-max': {} } },
    }
    expect(readModelCatalogue({ sourceConfig })).toEqual({
      prices: [{ provider: 'acme', model: 'big', input: 2, output: 8, cache_read: 0.2, cache_write: null }],
      default_model: 'acme/big',
      agent_models: { 'mc-ada': 'acme/small' },
    })
    expect(readModelCatalogue(null)).toEqual({ prices: [], default_model: null, agent_models: {} })
    expect(readDayTotals({ totals: { totalTokens: 120, totalCost: 0.5 } })).toEqual({
      total_tokens: 120,
      cost_micros: 500_000,
      complete: true,
      counted_at: null,
    })
    expect(
      readDayTotals({
        totals: { totalTokens: 120, totalCost: 0, missingCostEntries: 3 },
        cacheStatus: { status: 'partial' },
        updatedAt: 5,
      }),
    ).toEqual({ total_tokens: 120, cost_micros: null, complete: false, counted_at: 5 })
    expect(readDayTotals({})).toBeNull()
  })
})

describe('local days', () => {
  let before: string | undefined
  beforeEach(() => {
    before = process.env['TZ']
    process.env['TZ'] = 'Europe/Berlin'
  })
  afterEach(() => {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  })

  it('are 23 and 25 hours long when the clocks change', () => {
    const spring = Date.parse('2026-03-28T23:00:00Z')
    expect(localDay(spring)).toBe('2026-03-29')
    expect(nextMidnight(spring) - spring).toBe(23 * 3_600_000)
    const autumn = Date.parse('2026-10-24T22:00:00Z')
    expect(localDay(autumn)).toBe('2026-10-25')
    expect(nextMidnight(autumn) - autumn).toBe(25 * 3_600_000)
  })

  it('end at local midnight, not at that of Greenwich', () => {
    const late = Date.parse('2026-07-01T21:59:59.999Z')
    expect(localDay(late)).toBe('2026-07-01')
    expect(localDay(late + 1)).toBe('2026-07-02')
    expect(nextMidnight(late)).toBe(late + 1)
    expect(nextMidnight(late + 1)).toBe(late + 1 + 24 * 3_600_000)
  })

  it('are counted without regard to the clocks', () => {
    expect(addDays('2026-03-28', 2)).toBe('2026-03-30')
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
    expect(daysBetween('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
  })
})
