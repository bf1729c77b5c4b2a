import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHeartbeatScheduler, type HeartbeatScheduler, nextBeat, staggerMs } from '../../../native-services/heartbeat/scheduler.ts'
import type { AgentRow } from '../../../native-services/store/agents.ts'
import { createDeliveryWorld, type DeliveryWorld, silentLog } from '../../support/delivery-world.ts'

const minute = 60_000
let world: DeliveryWorld
let scheduler: HeartbeatScheduler
let unlisten: () => void

function create(): HeartbeatScheduler {
  return createHeartbeatScheduler({ store: world.store, clock: world.clock, log: silentLog, settings: world.store.settings.get })
}
beforeEach(() => {
  world = createDeliveryWorld()
  scheduler = create()
  unlisten = world.store.onCommit(() => scheduler.poke())
})
afterEach(async () => {
  scheduler.stop()
  unlisten()
  await world.close()
})

const beats = (agent: AgentRow) => world.store.heartbeats.list(agent.id, 100).toReversed()
const outcomes = (agent: AgentRow): string[] => beats(agent).map((beat) => `${beat.outcome}${beat.reason ? ` ${beat.reason}` : ''}`)
/** Answers what waits, as the delivery and a good agent would. */
function answerAll(): void {
  world.store.write(() => {
    for (const row of world.outbox().filter((entry) => entry.state === 'queued')) {
      world.store.notifications.finish(row.id, { state: 'delivered' })
      world.store.heartbeats.seen(row.agent_id)
    }
  })
}

describe('the rhythm', () => {
  it('never drifts and never comes twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10 ** 9 }),
        fc.integer({ min: 1, max: 10 ** 7 }),
        fc.integer({ min: 0, max: 2 * 10 ** 9 }),
        (planned, every, now) => {
          const next = nextBeat(planned, every, now)
          expect(next).toBeGreaterThan(Math.min(now, next - 1))
          expect((next - planned) % every).toBe(0)
          expect(next - Math.max(now, planned)).toBeLessThanOrEqual(every)
        },
      ),
    )
  })

  it('is staggered by id within two minutes or 40 % of the interval', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 10_000, max: 10 * 3_600_000 }), (id, every) => {
        expect(staggerMs(id, every)).toBe(staggerMs(id, every))
        expect(staggerMs(id, every)).toBeLessThanOrEqual(Math.min(0.4 * every, 120_000))
      }),
    )
    const places = new Set(Array.from({ length: 50 }, (_, index) => staggerMs(`019abcde-0000-7000-8000-0000000000${index}`, 10 * minute)))
    expect(places.size).toBeGreaterThan(45)
  })
})

describe('the scheduler', () => {
  it('sends a beat every interval to the main session, with the tasks of the agent', async () => {
    const max = world.agent('Max', { every_ms: 2 * minute })
    const task = world.task('Write the post')
    world.store.write(() => {
      world.store.tasks.setAssignees(task.id, [max.id])
      world.store.tasks.update(task.id, { status: 'in_progress' })
    })
    scheduler.start()
    await world.clock.advance(minute)
    const [row] = world.outbox()
    expect(row).toMatchObject({ type: 'heartbeat', session_key: 'agent:mc-max:main', task_id: null })
    expect(row?.body).toMatch(/^Mission Control heartbeat/)
    expect(row?.body).toContain('#1 (in_progress) Write the post')
    for (let round = 0; round < 5; round += 1) {
      answerAll()
      await world.clock.advance(2 * minute)
    }
    expect(outcomes(max)).toEqual(['seen', 'seen', 'seen', 'seen', 'seen', 'sent'])
    const times = beats(max).map((beat) => beat.expected_at)
    expect(times.slice(1).every((at, index) => at - (times[index] ?? 0) === 2 * minute)).toBe(true)
    expect(scheduler.stats()).toEqual({ running: true, scheduled: 1, next_at: (times.at(-1) ?? 0) + 2 * minute })
  })

  it.each(['paused', 'deleting', 'failed', 'provisioning', 'waking'] as const)('skips an agent that is %s', async (status) => {
    const max = world.agent('Max', { every_ms: 2 * minute, status })
    scheduler.start()
    await world.clock.advance(minute)
    expect(outcomes(max)).toEqual([`skipped agent_${status}`])
    expect(world.outbox()).toEqual([])
  })

  it('skips while the board is paused, while the previous beat is undelivered, and everything while heartbeats are paused', async () => {
    const max = world.agent('Max', { every_ms: 2 * minute })
    world.store.write(() => world.store.boards.update(world.board.id, { paused: true }))
    scheduler.start()
    await world.clock.advance(minute)
    world.store.write(() => world.store.boards.update(world.board.id, { paused: false }))
    await world.clock.advance(4 * minute)
    expect(outcomes(max)).toEqual(['skipped board_paused', 'missed It did not check in.', 'skipped previous_undelivered'])
    world.store.write(() => world.store.settings.update({ heartbeats_paused: true }))
    await world.clock.advance(20 * minute)
    expect(outcomes(max)).toHaveLength(3)
    answerAll()
    world.store.write(() => world.store.settings.update({ heartbeats_paused: false }))
    await world.clock.advance(2 * minute)
    expect(outcomes(max).slice(3)).toContain('sent')
  })

  it('marks a beat that is not answered as missed', async () => {
    const max = world.agent('Max', { every_ms: 10 * minute })
    scheduler.start()
    await world.clock.advance(2 * minute + minute)
    expect(outcomes(max)).toEqual(['missed It did not check in.'])
  })

  it('keeps its plan over a restart, and makes no burst after a long sleep', async () => {
    const agents = ['A', 'B', 'C'].map((name) => world.agent(name, { every_ms: 10 * minute }))
    scheduler.start()
    await world.clock.advance(3 * minute)
    answerAll()
    const planned = agents.map((agent) => world.store.agents.get(agent.id)?.next_heartbeat_at ?? 0)
    scheduler.stop()
    world.clock.dropTimers()
    // Shortly after: the same plan.
    scheduler = create()
    scheduler.start()
    await world.settle()
    expect(agents.map((agent) => world.store.agents.get(agent.id)?.next_heartbeat_at)).toEqual(planned)
    // Eight hours and a bit, to stand in the middle of everybody's interval.
    world.clock.skip(8 * 60 * minute + Math.max(...planned) - world.clock.now() + 7 * minute)
    scheduler.poke()
    await world.settle()
    expect(world.outbox().filter((row) => row.state === 'queued')).toEqual([])
    expect(agents.map((agent) => outcomes(agent).slice(1))).toEqual([['skipped overslept'], ['skipped overslept'], ['skipped overslept']])
    agents.forEach((agent, index) =>
      expect(((world.store.agents.get(agent.id)?.next_heartbeat_at ?? 0) - (planned[index] ?? 0)) % (10 * minute)).toBe(0),
    )
    await world.clock.advance(5 * minute)
    expect(world.outbox().filter((row) => row.state === 'queued')).toHaveLength(3)
  })

  it('follows a change of the interval, and stops with it', async () => {
    const max = world.agent('Max', { every_ms: 3 * minute })
    scheduler.start()
    await world.clock.advance(90_000)
    answerAll()
    world.store.write(() => world.store.agents.update(max.id, { heartbeat_every_ms: minute }))
    await world.settle()
    expect(world.store.agents.get(max.id)?.next_heartbeat_at).toBeLessThanOrEqual(world.clock.now() + minute)
    world.store.write(() => world.store.agents.update(max.id, { heartbeat_every_ms: 0 }))
    await world.settle()
    expect(world.store.agents.get(max.id)?.next_heartbeat_at).toBeNull()
    expect(scheduler.stats()).toMatchObject({ scheduled: 0, next_at: null })
  })

  it('a beat that cannot be sent ends quietly: the silence of the agent is what shows', async () => {
    world.agent('Max', { every_ms: 60 * minute })
    world.responses.onRun = (run) => run.fail('failed')
    world.delivery.start()
    scheduler.start()
    await world.clock.advance(10 * minute)
    expect(world.outbox()).toMatchObject([{ state: 'skipped', attempts: 3, last_error_code: 'failed' }])
    expect(world.activity('delivery_failed')).toEqual([])
  })
})
