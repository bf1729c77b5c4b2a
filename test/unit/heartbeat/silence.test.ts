import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHeartbeatScheduler, type HeartbeatScheduler } from '../../../native-services/heartbeat/scheduler.ts'
import { createLifecycleBench, type LifecycleBench } from '../../support/lifecycle-bench.ts'
import { silentLog } from '../../support/delivery-world.ts'
import { settle } from '../../support/manual-clock.ts'

const minute = 60_000
let bench: LifecycleBench
let scheduler: HeartbeatScheduler
let unlisten: () => void

beforeEach(() => {
  bench = createLifecycleBench()
  scheduler = createHeartbeatScheduler({ store: bench.store, clock: bench.clock, log: silentLog, settings: bench.store.settings.get })
  unlisten = bench.store.onCommit(() => scheduler.poke())
})
afterEach(async () => {
  scheduler.stop()
  unlisten()
  await bench.stop()
})

const reasons = (id: string): (string | null)[] =>
  bench.store.heartbeats
    .list(id, 100)
    .map((beat) => beat.reason ?? beat.outcome)
    .toReversed()

describe('the rhythm and the judgement of silence agree', () => {
  it('an idle agent that is alive is online all day; one that died is late after its next real beat, and then offline', async () => {
    bench.lifecycle().start()
    bench.gateway.up()
    const { id } = bench.newAgent('Ada', { heartbeat_config: { every: '10m', target: 'none' } })
    bench.lifecycle().provision(id)
    await bench.clock.advance(minute)
    expect(bench.agent(id).status).toBe('online')
    scheduler.start()
    await settle()

    let alive = true
    const statuses = new Set<string>()
    const run = async (minutes: number): Promise<void> => {
      for (let passed = 0; passed < minutes; passed += 1) {
        await bench.clock.advance(minute)
        statuses.add(bench.agent(id).status)
        const waiting = bench.store.notifications.list({ agent_id: id, state: 'queued', limit: 10, offset: 0 }).items
        for (const row of waiting) {
          bench.store.write(() => bench.store.notifications.finish(row.id, { state: 'delivered' }))
          if (alive) bench.checkIn(id)
        }
      }
    }
    await run(8 * 60)
    expect([...statuses]).toEqual(['online'])
    expect(reasons(id).filter((reason) => reason === 'seen').length).toBeGreaterThanOrEqual(8)
    expect(reasons(id).filter((reason) => reason === 'nothing_to_do').length).toBeGreaterThan(30)

    alive = false
    await run(60 + 15 + 1)
    expect(bench.agent(id).status).not.toBe('online')
    await run(30)
    expect(bench.agent(id).status).toBe('offline')
    expect(reasons(id)).toContain('no_answer')
  })

  it('after quiet hours an agent has its whole interval to speak again', async () => {
    bench.lifecycle().start()
    bench.gateway.up()
    const time = (ms: number): string => new Date(ms).toISOString().slice(11, 16)
    const quiet_hours = { from: time(bench.clock.now() + 5 * minute), to: time(bench.clock.now() + 9 * 60 * minute), timezone: 'UTC' }
    const { id } = bench.newAgent('Ada', { heartbeat_config: { every: '10m', target: 'none', quiet_hours, skip_when_idle: false } })
    bench.lifecycle().provision(id)
    await bench.clock.advance(minute)
    expect(bench.agent(id).status).toBe('online')
    bench.store.write(() => bench.store.agents.update(id, { next_heartbeat_at: bench.clock.now() + 6 * minute }))
    scheduler.start()
    for (let passed = 0; passed < 9 * 60 + 10; passed += 1) {
      await bench.clock.advance(minute)
      expect(bench.agent(id).status).toBe('online')
    }
    expect(reasons(id)).toEqual(['quiet_hours', expect.stringMatching(/sent|no_answer/)])
  })
})
