import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { localDay } from '../../../native-services/domain/local-day.ts'
import type { NewRun } from '../../../native-services/store/usage.ts'
import { createDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts'

let world: DeliveryWorld
beforeEach(() => {
  world = createDeliveryWorld()
})
afterEach(() => world.close())

const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(8))
const anyRun = fc.record({
  agent: fc.nat(2),
  board: fc.nat(2),
  task: fc.nat(3),
  model: fc.constantFrom('cheap', 'dear', 'nobody-knows'),
  kind: fc.constantFrom('delivery', 'heartbeat', 'chat'),
  tokens: fc.option(fc.record({ i: fc.nat(100_000), o: fc.nat(10_000), r: fc.nat(1000), w: fc.nat(100) })),
  outcome: fc.constantFrom('ok', 'failed', 'aborted'),
  hours: fc.nat(24 * 9),
})

const summed = `count(*) AS runs, sum(outcome <> 'ok') AS failed_runs, sum(ifnull(input_tokens, 0)) AS input_tokens, sum(ifnull(output_tokens, 0)) AS output_tokens,
  sum(ifnull(cache_read_tokens, 0)) AS cache_read_tokens, sum(ifnull(cache_write_tokens, 0)) AS cache_write_tokens, sum(ifnull(cost_micros, 0)) AS cost_micros,
  sum(cost_micros IS NOT NULL) AS priced_runs, sum(cost_micros IS NULL AND input_tokens IS NOT NULL) AS unpriced_runs,
  sum(iif(cost_micros IS NULL, ifnull(input_tokens, 0) + ifnull(output_tokens, 0) + ifnull(cache_read_tokens, 0) + ifnull(cache_write_tokens, 0), 0)) AS unpriced_tokens`

describe('the daily totals', () => {
  it('are the sums of the runs, prices that come later included', () => {
    const { store } = world
    fc.assert(
      fc.property(fc.array(anyRun, { maxLength: 60 }), fc.boolean(), (runs, priceDear) => {
        store.write(() => {
          store.db.exec('DELETE FROM runs; DELETE FROM usage_days; DELETE FROM usage_task_days')
          store.usage.setPrices([{ pattern: 'cheap', input: 1, output: 2, cache_read: null, cache_write: 0.5 }])
          for (const [index, run] of runs.entries()) {
            const ended = Date.UTC(2026, 2, 25) + run.hours * 3_600_000
            const row: NewRun = {
              run_id: `run-${index}`,
              kind: run.kind as NewRun['kind'],
              agent_id: ids[run.agent] ?? '',
              board_id: run.board === 2 ? null : (ids[run.board] ?? null),
              task_id: run.task === 3 ? null : (ids[run.task] ?? null),
              notification_id: null,
              session_key: null,
              provider: 'acme',
              model: run.model,
              tokens: run.tokens && {
                input_tokens: run.tokens.i,
                output_tokens: run.tokens.o,
                cache_read_tokens: run.tokens.r,
                cache_write_tokens: run.tokens.w,
              },
              reported_micros: null,
              outcome: run.outcome as NewRun['outcome'],
              started_at: ended - 1000,
              ended_at: ended,
            }
            expect(store.usage.record(row)).toBe(true)
            // The same run told twice is one run.
            expect(store.usage.record(row)).toBe(false)
          }
          if (priceDear) {
            const unpriced = runs.filter((run) => run.model === 'dear' && run.tokens).length
            const cheap = { pattern: 'cheap', input: 1, output: 2, cache_read: null, cache_write: 0.5 }
            expect(store.usage.setPrices([cheap, { pattern: 'd*', input: 10, output: 20, cache_read: 0, cache_write: 0 }])).toBe(unpriced)
          }
        })
        const kept = store.db.prepare('SELECT * FROM usage_days ORDER BY day, agent_id, board_id, provider, model, kind').all()
        const meant = store.db
          .prepare(
            `SELECT day, agent_id, ifnull(board_id, '') AS board_id, provider, model, kind, ${summed} FROM runs GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`,
          )
          .all()
        expect(kept).toEqual(meant)
        expect(store.db.prepare('SELECT * FROM usage_task_days ORDER BY task_id, day, agent_id').all()).toEqual(
          store.db
            .prepare(`SELECT task_id, day, agent_id, ${summed} FROM runs WHERE task_id IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`)
            .all(),
        )
        // Whatever it is grouped by, it is the same sum.
        const period = { from: '2026-03-01', to: '2026-04-30' }
        const total = store.usage.totals(period)
        for (const group of ['agent', 'board', 'model', 'day', 'kind'] as const)
          expect(store.usage.groups(period, group).reduce((sum, row) => sum + row.total_tokens, 0)).toBe(total.total_tokens)
        expect(total.runs).toBe(runs.length)
      }),
      { numRuns: 60 },
    )
  })

  it('stay when the runs are forgotten, and say "unknown" instead of zero', () => {
    const { store, clock } = world
    const run = (model: string, ended_at: number): NewRun => ({
      run_id: null,
      kind: 'delivery',
      agent_id: ids[0] ?? '',
      board_id: null,
      task_id: null,
      notification_id: null,
      session_key: null,
      provider: '',
      model,
      tokens: { input_tokens: 500, output_tokens: 500, cache_read_tokens: 0, cache_write_tokens: 0 },
      reported_micros: null,
      outcome: 'ok',
      started_at: ended_at,
      ended_at,
    })
    store.write(() => store.usage.record(run('nobody-knows', clock.now())))
    const day = localDay(clock.now())
    expect(store.usage.totals({ from: day, to: day })).toMatchObject({ total_tokens: 1000, cost_micros: null, unpriced_tokens: 1000 })
    store.write(() => store.usage.prune(clock.now() + 1))
    expect(store.usage.runs({ limit: 10, offset: 0 }).total).toBe(0)
    expect(store.usage.totals({ from: day, to: day })).toMatchObject({ runs: 1, total_tokens: 1000 })
    // A day on which nothing ran cost nothing.
    expect(store.usage.totals({ from: '2020-01-01', to: '2020-01-01' })).toMatchObject({ runs: 0, cost_micros: 0 })
  })
})
