/**
 * The lifecycle in random orders of events: wakes, check-ins, deadlines, a gateway that comes and goes, lost answers, restarts of
 * the process. Whatever the order: no stuck state, no lost deadline, never two live wakes of one agent, never more wakes than allowed.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../native-services/gateway/types.ts'
import { createLifecycleBench, type LifecycleBench } from '../../support/lifecycle-bench.ts'

const second = 1000
const names = ['Ada', 'Ben']

type Step =
  | { do: 'advance'; ms: number }
  | { do: 'provision' | 'wake' | 'check_in' | 'pause' | 'resume' | 'touch'; who: number }
  | { do: 'gateway_down' | 'restart' | 'sync' }
  | { do: 'gateway_up'; sameBoot: boolean }
  | { do: 'responsive' | 'api'; on: boolean }
  | { do: 'fail'; method: string; failure: 'unavailable' | 'timeout' | 'rejected' }
  | { do: 'lose'; method: string }

const who = fc.integer({ min: 0, max: names.length - 1 })
const method = fc.constantFrom('chat.send', 'agents.create', 'config.patch', 'config.get', 'agents.list', 'agents.files.set')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.constantFrom(0, 100, second, 10 * second, 29 * second, 31 * second, 5 * 60 * second),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'provision' as const,
        'wake' as const,
        'check_in' as const,
        'pause' as const,
        'resume' as const,
        'touch' as const,
      ),
      who,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('gateway_down' as const, 'restart' as const, 'sync' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('gateway_up' as const), sameBoot: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('responsive' as const, 'api' as const), on: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      method,
      failure: fc.constantFrom('unavailable' as const, 'timeout' as const, 'rejected' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), method }) },
)

async function apply(bench: LifecycleBench, ids: readonly string[], action: Step): Promise<void> {
  const lifecycle = bench.lifecycle()
  switch (action.do) {
    case 'advance':
      return bench.clock.advance(action.ms)
    case 'gateway_down':
      return bench.gateway.down()
    case 'gateway_up':
      return bench.gateway.up({ sameBoot: action.sameBoot })
    case 'restart':
      return bench.restart()
    case 'responsive':
      bench.responsive = action.on
      return
    case 'api':
      bench.apiUp = action.on
      return
    case 'fail':
      return bench.gateway.failNext(action.method, new GatewayError(action.failure, 'as the model wants it'))
    case 'lose':
      return bench.gateway.loseAnswerOf(action.method)
    case 'sync':
      try {
        void lifecycle
          .sync(bench.local.id, {
            include_main: true,
            lead_only: false,
            reset_sessions: false,
            rotate_tokens: true,
            force_bootstrap: false,
            overwrite: false,
            board_id: null,
          })
          .done.catch(() => undefined)
      } catch {
        // One is running.
      }
      return
    default: {
      const id = ids[action.who] ?? ''
      if (action.do === 'check_in') bench.checkIn(id)
      else if (action.do === 'touch') lifecycle.touch(id)
      else if (action.do === 'wake') {
        if (bench.agent(id).status !== 'paused') lifecycle.wake(id)
      } else lifecycle[action.do](id)
    }
  }
}

/** What must hold between any two events. */
function invariants(bench: LifecycleBench, ids: readonly string[]): void {
  const max = bench.store.settings.get().max_wake_attempts
  for (const id of ids) {
    const agent = bench.agent(id)
    const timer = (kind: string) => bench.store.timers.get(kind, id)
    const what = `${agent.name}: ${JSON.stringify(agent)}`
    if (agent.status === 'provisioning') expect(timer('agent_provision')?.generation, what).toBe(agent.lifecycle_generation)
    if (agent.status === 'waking') {
      const pending = [timer('agent_wake'), timer('agent_reconcile')].filter((row) => row?.generation === agent.lifecycle_generation)
      expect(pending.length, `no stuck state, one live wake; ${what}`).toBe(1)
    }
    if (agent.status === 'online') expect(agent.last_seen_at, what).not.toBeNull()
    if (agent.status !== 'waking') expect(agent.checkin_deadline_at, what).toBeNull()
    expect(agent.wake_attempts, what).toBeLessThanOrEqual(max)
    // Every attempt has one key; the gateway runs each once.
    const runs = bench.gateway.sent.filter((message) => message.idempotencyKey.includes(id))
    const perCycle = new Map<string, number>()
    for (const run of runs) {
      const cycle = run.idempotencyKey.split('-').slice(0, -1).join('-')
      perCycle.set(cycle, (perCycle.get(cycle) ?? 0) + 1)
    }
    for (const [cycle, count] of perCycle) expect(count, `${cycle} ${what}`).toBeLessThanOrEqual(max)
  }
}

describe('the lifecycle in any order', () => {
  it('is never stuck, loses no deadline and wakes nobody twice at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 40 }),
        fc.record({ up: fc.boolean(), answers: fc.boolean() }),
        fc.boolean(),
        async (steps, start, answersInTheEnd) => {
          const bench = createLifecycleBench()
          try {
            const ids = names.map((name) => bench.newAgent(name).id)
            if (start.up) bench.gateway.up()
            bench.responsive = start.answers
            for (const id of ids) bench.lifecycle().provision(id)
            await bench.clock.advance(second)
            for (const action of steps) {
              await apply(bench, ids, action)
              invariants(bench, ids)
            }
            // Whatever happened: with everything well again, each agent ends where its behaviour leads, and without a person.
            bench.gateway.up()
            bench.apiUp = true
            bench.responsive = answersInTheEnd
            for (const id of ids) {
              if (bench.agent(id).status === 'paused') bench.lifecycle().resume(id)
              else if (bench.agent(id).status === 'failed') bench.lifecycle().provision(id)
              else bench.lifecycle().wake(id)
            }
            await bench.clock.advance(15 * 60 * second)
            invariants(bench, ids)
            for (const id of ids) {
              const agent = bench.agent(id)
              expect(['provisioning', 'waking', 'failed'], JSON.stringify(agent)).not.toContain(agent.status)
              if (answersInTheEnd) expect(['online', 'late'], JSON.stringify(agent)).toContain(agent.status)
              else expect(agent.status, JSON.stringify(agent)).toBe('offline')
            }
          } finally {
            await bench.stop()
          }
        },
      ),
      { numRuns: 60, interruptAfterTimeLimit: 60_000 },
    )
  }, 120_000)
})
