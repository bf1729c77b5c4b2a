import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHeartbeatScheduler, type HeartbeatScheduler, nextBeat, staggerMs } from '../../../native-services/heartbeat/scheduler.ts'
import { requestResponses } from '../../../native-services/delivery/response-requests.ts'
import { quietUntil } from '../../../native-services/heartbeat/quiet-hours.ts'
import type { AgentRow } from '../../../native-services/store/agents.ts'
import { createDeliveryWorld, type DeliveryWorld, silentLog } from '../../support/delivery-world.ts'

const minute = 60_000
let world: DeliveryWorld
let scheduler: HeartbeatScheduler
let unlisten: () => void

function create(): HeartbeatScheduler {
  return createHeartbeatScheduler({
    store: world.store,
    clock: world.clock,
    log: silentLog,
    settings: world.store.settings.get,
    gatewayUp: () => world.gateway.state().connected,
  })
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
    expect(outcomes(max)).toEqual(['skipped board_paused', 'missed no_answer', 'skipped previous_undelivered'])
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
    expect(outcomes(max)).toEqual(['missed no_answer'])
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

  it('what a beat cost is recorded from the usage of its run', async () => {
    const max = world.agent('Max', { every_ms: 60 * minute })
    world.responses.onRun = (run) => run.answer('HEARTBEAT_OK')
    world.delivery.start()
    scheduler.start()
    await world.clock.advance(3 * minute)
    expect(beats(max)).toMatchObject([{ input_tokens: 1, output_tokens: 1, notification_id: world.outbox()[0]?.id }])
  })
})

describe('an agent with nothing to do', () => {
  const online = (name: string, everyMs: number): AgentRow => {
    const agent = world.agent(name, { every_ms: everyMs })
    world.store.write(() => world.store.agents.update(agent.id, { last_seen_at: world.clock.now() }))
    return agent
  }
  const checkIn = (agent: AgentRow): void => {
    answerAll()
    world.store.write(() => world.store.agents.update(agent.id, { last_seen_at: world.clock.now() }))
  }

  it('is not asked, for up to an hour; then one beat is real', async () => {
    const max = online('Max', 10 * minute)
    scheduler.start()
    for (let passed = 0; passed < 65; passed += 1) {
      await world.clock.advance(minute)
      if (world.outbox().some((row) => row.state === 'queued')) checkIn(max)
    }
    const all = outcomes(max)
    expect(all.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'skipped nothing_to_do'))
    expect(all.filter((outcome) => outcome === 'seen')).toHaveLength(1)
    const real = beats(max).find((beat) => beat.outcome === 'seen')
    expect((real?.expected_at ?? 0) - (beats(max)[0]?.expected_at ?? 0)).toBeLessThanOrEqual(60 * minute)
  })

  it('with an interval of hours rests for at most three of them', async () => {
    const max = online('Max', 120 * minute)
    scheduler.start()
    await world.clock.advance(9 * 60 * minute)
    expect(outcomes(max).slice(0, 3)).toEqual(['skipped nothing_to_do', 'skipped nothing_to_do', 'missed no_answer'])
  })

  it.each([
    ['an assigned task', (agent: AgentRow) => world.assign(world.task('Write'), agent)],
    [
      'a message that waits',
      (agent: AgentRow) =>
        world.store.write(() =>
          world.store.notifications.enqueue({
            type: 'wake',
            agent_id: agent.id,
            board_id: null,
            task_id: null,
            comment_id: null,
            title: 't',
            body: 'b',
            session_key: 'other',
          }),
        ),
    ],
    [
      'its own wish',
      (agent: AgentRow) =>
        world.store.write(() =>
          world.store.agents.update(agent.id, { heartbeat_config: { every: '10m', target: 'none', skip_when_idle: false } }),
        ),
    ],
    ['being late', (agent: AgentRow) => world.store.write(() => world.store.agents.update(agent.id, { status: 'late' }))],
  ])('is asked all the same because of %s', async (_what, cause) => {
    const max = online('Max', 10 * minute)
    cause(max)
    scheduler.start()
    await world.clock.advance(3 * minute)
    expect(outcomes(max)[0]).toMatch(/^(sent|missed)/)
    expect(world.outbox().filter((row) => row.type === 'heartbeat')).toHaveLength(1)
  })

  it('tells a lead of tasks that stand still, until it has asked; a worker hears nothing of it', async () => {
    const ada = world.agent('Ada', { every_ms: 10 * minute, role: 'lead' })
    const max = world.agent('Max', { every_ms: 10 * minute })
    const [standing, waits, moves] = [world.task('Stands still'), world.task('Waits'), world.task('Moves on')]
    for (const task of [standing, waits, moves]) {
      world.store.write(() => {
        world.store.tasks.setAssignees(task.id, [max.id])
        world.store.tasks.update(task.id, { status: 'in_progress' })
      })
    }
    world.store.write(() => world.store.tasks.update(waits.id, { status: 'blocked', blocked_reason: 'no key' }))
    await world.clock.advance(16 * minute)
    world.comment(moves, 'Half of it is done.', { type: 'agent', name: 'Max', agent_id: max.id })
    const bodyOf = async (agent: AgentRow): Promise<string> => {
      const beat = scheduler.beatNow(agent)
      const body = world.store.notifications.get(beat.notification_id ?? '')?.body ?? ''
      answerAll()
      await world.settle()
      return body
    }
    const told = await bodyOf(ada)
    expect(told).toContain('No task is yours at the moment.')
    expect(told).toContain(`- #1 (in_progress) Stands still · ${standing.id} · Max, quiet for 16 min`)
    expect(told).not.toMatch(/Waits|Moves on/)
    expect(await bodyOf(max)).not.toContain('<<<DATA standing>>>')

    world.store.write(() =>
      requestResponses(
        { store: world.store, notifier: world.notifier, now: world.clock.now() },
        { asker: ada, task: standing, named: [{ name: 'Max', agent: max }], message: 'How far is it?' },
      ),
    )
    answerAll()
    await world.clock.advance(30 * minute)
    expect(await bodyOf(ada)).not.toContain('Stands still')
    await world.clock.advance(4 * 60 * minute)
    expect(await bodyOf(ada)).toContain('Stands still')
  })

  it('a lead is not idle while work waits to be given out', async () => {
    const ada = world.agent('Ada', { every_ms: 10 * minute, role: 'lead' })
    world.store.write(() => world.store.agents.update(ada.id, { last_seen_at: world.clock.now() }))
    world.task('Nobody has it')
    scheduler.start()
    await world.clock.advance(3 * minute)
    expect(world.outbox()).toMatchObject([{ type: 'heartbeat', agent_id: ada.id }])
  })

  it('its silence is excused up to the beat that was left out', async () => {
    const max = online('Max', 10 * minute)
    scheduler.start()
    await world.clock.advance(25 * minute)
    const last = beats(max).at(-1)
    expect(last).toMatchObject({ outcome: 'skipped', reason: 'nothing_to_do' })
    expect(world.store.heartbeats.excusedUntil(max.id)).toBeGreaterThanOrEqual(last?.expected_at ?? 0)
    expect(world.clock.now() - (world.store.heartbeats.excusedUntil(max.id) ?? 0)).toBeLessThan(10 * minute)
  })
})

describe('quiet hours', () => {
  it('end when they say, over midnight and over a change of the clocks', () => {
    const night = { from: '22:00', to: '07:00', timezone: 'Europe/Berlin' }
    const until = (iso: string): string | null => {
      const end = quietUntil(night, Date.parse(iso))
      return end === null ? null : new Date(end).toISOString()
    }
    expect(until('2026-07-01T19:59:00Z')).toBeNull()
    expect(until('2026-07-01T20:00:30Z')).toBe('2026-07-02T05:00:00.000Z')
    expect(until('2026-07-02T04:59:59Z')).toBe('2026-07-02T05:00:00.000Z')
    expect(until('2026-07-02T05:00:00Z')).toBeNull()
    // Winter time begins in this night: it lasts an hour longer. And summer time in this one.
    expect(until('2026-10-24T21:00:00Z')).toBe('2026-10-25T06:00:00.000Z')
    expect(until('2026-03-28T22:00:00Z')).toBe('2026-03-29T05:00:00.000Z')
    expect(quietUntil({ from: '12:00', to: '13:00', timezone: 'UTC' }, Date.parse('2026-01-01T12:30:00Z'))).toBe(
      Date.parse('2026-01-01T13:00:00Z'),
    )
  })

  it('always end later than now, and within a day and an hour', () => {
    const time = fc
      .integer({ min: 0, max: 24 * 60 - 1 })
      .map((value) => `${String(Math.floor(value / 60)).padStart(2, '0')}:${String(value % 60).padStart(2, '0')}`)
    fc.assert(
      fc.property(
        time,
        time,
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'),
        fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
        (from, to, timezone, at) => {
          if (from === to) return
          const end = quietUntil({ from, to, timezone }, at)
          if (end === null) return
          expect(end).toBeGreaterThan(at)
          expect(end - at).toBeLessThanOrEqual(25 * 60 * minute)
        },
      ),
    )
  })

  it('one entry for the night, no beat in it, the rhythm goes on in the morning, and nobody is late for it', async () => {
    const max = world.agent('Max', { every_ms: 10 * minute })
    const iso = (ms: number): string => new Date(ms).toISOString().slice(11, 16)
    const now = world.clock.now()
    const quiet = { from: iso(now), to: iso(now + 8 * 60 * minute), timezone: 'UTC' }
    world.store.write(() =>
      world.store.agents.update(max.id, { heartbeat_config: { every: '10m', target: 'none', quiet_hours: quiet }, last_seen_at: now }),
    )
    scheduler.start()
    await world.clock.advance(7 * 60 * minute)
    scheduler.poke()
    await world.settle()
    expect(outcomes(max)).toEqual(['skipped quiet_hours'])
    expect(world.store.heartbeats.excusedUntil(max.id)).toBeGreaterThan(world.clock.now() + 50 * minute)
    await world.clock.advance(75 * minute)
    expect(world.outbox().filter((row) => row.type === 'heartbeat').length).toBeGreaterThan(0)
    const first = beats(max)[1]?.expected_at ?? 0
    expect((first - (beats(max)[0]?.expected_at ?? 0)) % (10 * minute)).toBe(0)
  })

  it('without them the rhythm is back at once', async () => {
    const max = world.agent('Max', { every_ms: 10 * minute })
    const iso = (ms: number): string => new Date(ms).toISOString().slice(11, 16)
    const now = world.clock.now()
    world.store.write(() =>
      world.store.agents.update(max.id, {
        heartbeat_config: {
          every: '10m',
          target: 'none',
          quiet_hours: { from: iso(now), to: iso(now + 8 * 60 * minute), timezone: 'UTC' },
        },
        last_seen_at: now,
      }),
    )
    scheduler.start()
    await world.clock.advance(10 * minute)
    world.store.write(() => world.store.agents.update(max.id, { heartbeat_config: { every: '10m', target: 'none' } }))
    await world.settle()
    expect(world.store.agents.get(max.id)?.next_heartbeat_at).toBeLessThanOrEqual(world.clock.now() + 10 * minute)
    expect(world.store.heartbeats.excusedUntil(max.id)).toBeLessThanOrEqual(world.clock.now())
  })
})

describe('why a beat is missed or left out', () => {
  const beatOf = async (prepare: (agent: AgentRow) => void): Promise<string[]> => {
    const max = world.agent('Max', { every_ms: 10 * minute })
    scheduler.start()
    await world.settle()
    prepare(max)
    await world.clock.advance(3 * minute)
    return outcomes(max)
  }

  it('the gateway is away', async () => {
    expect(await beatOf(() => world.gateway.down())).toEqual(['skipped gateway_down'])
  })
  it('the gateway went away with it', async () => {
    const max = world.agent('Max', { every_ms: 10 * minute })
    scheduler.start()
    await world.settle()
    await world.clock.advance((world.store.agents.get(max.id)?.next_heartbeat_at ?? 0) - world.clock.now() + 1)
    world.gateway.down()
    await world.clock.advance(2 * minute)
    expect(outcomes(max)).toEqual(['missed gateway_down'])
  })
  it('its token is refused', async () => {
    expect(await beatOf((agent) => world.store.write(() => world.store.agents.update(agent.id, { token_status: 'drifted' })))).toEqual([
      'missed token_refused',
    ])
  })
  it('being busy', async () => {
    const outcome = await beatOf((agent) => {
      const row = world.store.write(() =>
        world.store.notifications.enqueue({
          type: 'wake',
          agent_id: agent.id,
          board_id: null,
          task_id: null,
          comment_id: null,
          title: 't',
          body: 'b',
          session_key: agent.openclaw_session_id,
        }),
      )
      world.store.write(() => world.store.notifications.lease(row.id, world.clock.now() + 60 * minute))
    })
    expect(outcome).toEqual(['missed agent_busy'])
  })
})

describe('a beat now', () => {
  it('is sent whatever the rhythm, once, and says why it cannot', () => {
    const max = world.agent('Max', { every_ms: 0 })
    expect(scheduler.beatNow(max)).toMatchObject({ outcome: 'sent', agent_id: max.id })
    expect(() => scheduler.beatNow(max)).toThrow('on its way')
    const ivy = world.agent('Ivy', { every_ms: 0, status: 'paused' })
    expect(() => scheduler.beatNow(ivy)).toThrow('paused')
    world.gateway.down()
    expect(() => scheduler.beatNow(world.agent('Bo', { every_ms: 0 }))).toThrow('not connected')
  })
})
