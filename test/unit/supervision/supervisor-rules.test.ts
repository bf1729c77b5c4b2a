/** The supervisor under any order of events, against a program whose every answer the test decides. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLog } from '../../../native-services/platform/log.ts'
import { backoffMs, defaultLimits, type SupervisorLimits } from '../../../native-services/supervision/machine.ts'
import { createManualClock, type ManualClock, settle } from '../../support/manual-clock.ts'
import { type Child, type ChildExit, type Preparation, type Program, Supervisor } from '../../../native-services/supervision/supervisor.ts'

interface Fake {
  program: Program
  live: Set<number>
  mostLive: () => number
  spawned: () => number
  /** Ends the newest child that lives. */
  exit(exit?: Partial<ChildExit> & { fatal?: boolean }): void
  ready: boolean
  well: boolean
  /** Says at least that it is not well. */
  answers: boolean
  drains: boolean
  obeysTerm: boolean
  preparation: 'spawn' | 'found-own' | 'found-other' | 'refused' | 'error'
  signalled: { pid: number; signal: string }[]
  endFound(): void
}

function fakeProgram(): Fake {
  let pid = 100
  let most = 0
  let spawns = 0
  let fatal = false
  const live = new Set<number>()
  const exits = new Map<number, (exit: ChildExit) => void>()
  let found: number | null = null

  function child(ours: boolean): Child {
    const id = (pid += 1)
    const listeners: ((exit: ChildExit) => void)[] = []
    if (ours) live.add(id)
    most = Math.max(most, live.size)
    const end = (exit: ChildExit): void => {
      live.delete(id)
      exits.delete(id)
      for (const listener of listeners.splice(0)) listener(exit)
    }
    exits.set(id, end)
    return {
      pid: id,
      onExit: (listener) => void listeners.push(listener),
      signal(signal) {
        fake.signalled.push({ pid: id, signal })
        if (signal === 'SIGKILL' || fake.obeysTerm)
          end({ code: signal === 'SIGKILL' ? null : 0, signal: signal === 'SIGKILL' ? signal : null })
      },
    }
  }

  const fake: Fake = {
    live,
    mostLive: () => most,
    spawned: () => spawns,
    ready: true,
    well: true,
    answers: false,
    drains: true,
    obeysTerm: true,
    preparation: 'spawn',
    signalled: [],
    exit(exit = {}) {
      const newest = [...live].at(-1)
      fatal = exit.fatal ?? false
      if (newest !== undefined) exits.get(newest)?.({ code: exit.code ?? 1, signal: exit.signal ?? null })
      fatal = false
    },
    endFound() {
      if (found !== null) exits.get(found)?.({ code: null, signal: null })
    },
    program: {
      name: 'fake',
      prepare() {
        const kind = fake.preparation
        if (kind === 'error') return Promise.reject(new Error('not now'))
        let answer: Preparation = { kind: 'spawn' }
        if (kind === 'refused') answer = { kind: 'refused', fault: { reason: 'port taken', remedy: 'use another' } }
        // A running one can only be found while none of ours lives.
        if ((kind === 'found-own' || kind === 'found-other') && live.size === 0) {
          const one = child(kind === 'found-own')
          found = one.pid ?? null
          answer = { kind: 'found', owned: kind === 'found-own', child: one }
        }
        return Promise.resolve(answer)
      },
      spawn() {
        spawns += 1
        return child(true)
      },
      isReady: () => Promise.resolve(fake.ready),
      probe: () => Promise.resolve({ ok: fake.well, silent: !fake.well && !fake.answers, reason: fake.well ? null : 'does not answer' }),
      drain: () => (fake.drains ? Promise.resolve() : new Promise(() => undefined)),
      explainExit: (exit) => ({ fatal, fault: { reason: `exit ${exit.code ?? exit.signal ?? 'unknown'}`, remedy: null } }),
    },
  }
  return fake
}

function setUp(random = 0.5, limits: Partial<SupervisorLimits> = {}): { fake: Fake; clock: ManualClock; supervisor: Supervisor } {
  const fake = fakeProgram()
  const clock = createManualClock()
  const supervisor = new Supervisor({ program: fake.program, clock, log: createLog({ scope: 'test' }), random: () => random, limits })
  return { fake, clock, supervisor }
}

const actions = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('start', 'stop', 'restart', 'suspend', 'resume') },
  { weight: 3, arbitrary: fc.constantFrom('exit', 'exit-fatal', 'end-found') },
  { weight: 2, arbitrary: fc.constantFrom('ready', 'not-ready', 'well', 'unwell', 'drains', 'hangs', 'obeys', 'ignores-term') },
  { weight: 2, arbitrary: fc.constantFrom('find-own', 'find-other', 'refuse', 'cannot-prepare', 'free') },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 90_000 }).map((ms) => ({ advance: ms })) },
)

test('in any order of events there are never two live children, backoff stays below its cap, and no state is stuck', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(actions, { maxLength: 40 }), fc.double({ min: 0, max: 0.999, noNaN: true }), async (list, random) => {
      const { fake, clock, supervisor } = setUp(random)
      for (const action of list) {
        if (typeof action === 'object') await clock.advance(action.advance)
        else perform(action, fake, supervisor)
        await settle()
        const snapshot = supervisor.snapshot
        expect(fake.mostLive()).toBeLessThanOrEqual(1)
        if (snapshot.retryAt !== null) expect(snapshot.retryAt - clock.now()).toBeLessThanOrEqual(defaultLimits.backoffCapMs)
        if (snapshot.status === 'stopped' || snapshot.status === 'failed' || snapshot.status === 'backing-off')
          expect(fake.live.size).toBe(0)
        if (snapshot.status === 'failed') expect(snapshot.reason).toBeTruthy()
      }
      // Awake, with a program that behaves: whatever came before, it comes to rest.
      Object.assign(fake, { ready: true, well: true, drains: true, obeysTerm: true, preparation: 'spawn' })
      supervisor.resume()
      await clock.advance(10 * 60_000)
      expect(['stopped', 'running', 'adopted', 'failed']).toContain(supervisor.snapshot.status)
      void supervisor.stop()
      await clock.advance(60_000)
      expect(['stopped', 'failed']).toContain(supervisor.snapshot.status)
      expect(fake.live.size).toBe(0)
      supervisor.start()
      await clock.advance(1000)
      expect(supervisor.snapshot.status).toBe('running')
    }),
    { numRuns: 150 },
  )
}, 60_000)

function perform(action: string, fake: Fake, supervisor: Supervisor): void {
  const does: Record<string, () => void> = {
    start: () => supervisor.start(),
    stop: () => void supervisor.stop(),
    restart: () => supervisor.restart(),
    suspend: () => supervisor.suspend(),
    resume: () => supervisor.resume(),
    exit: () => fake.exit(),
    'exit-fatal': () => fake.exit({ code: 78, fatal: true }),
    'end-found': () => fake.endFound(),
    ready: () => void (fake.ready = true),
    'not-ready': () => void (fake.ready = false),
    well: () => void (fake.well = true),
    unwell: () => void (fake.well = false),
    drains: () => void (fake.drains = true),
    hangs: () => void (fake.drains = false),
    obeys: () => void (fake.obeysTerm = true),
    'ignores-term': () => void (fake.obeysTerm = false),
    'find-own': () => void (fake.preparation = 'found-own'),
    'find-other': () => void (fake.preparation = 'found-other'),
    refuse: () => void (fake.preparation = 'refused'),
    'cannot-prepare': () => void (fake.preparation = 'error'),
    free: () => void (fake.preparation = 'spawn'),
  }
  does[action]?.()
}

test('the ceiling doubles from one second to a minute, with full jitter', () => {
  expect([0, 1, 2, 5, 6, 60].map((attempt) => backoffMs(attempt, 0.999_999, defaultLimits))).toEqual([
    999, 1999, 3999, 31_999, 59_999, 59_999,
  ])
  expect(backoffMs(6, 0, defaultLimits)).toBe(100)
})

test('what worked and died once is started again at once; the fifth exit in five minutes trips the breaker', async () => {
  const { fake, clock, supervisor } = setUp()
  supervisor.start()
  await clock.advance(1000)
  expect(supervisor.snapshot.status).toBe('running')
  for (let exits = 1; exits <= 4; exits += 1) {
    fake.exit()
    await settle()
    expect(supervisor.snapshot.status).not.toBe('failed')
    await clock.advance(10_000)
    expect(supervisor.snapshot).toMatchObject({ status: 'running', restarts: exits })
  }
  fake.exit()
  await settle()
  expect(supervisor.snapshot).toMatchObject({ status: 'failed', pid: null })
  expect(supervisor.snapshot.reason).toContain('exit 1')
  expect(supervisor.snapshot.remedy).toBeTruthy()
  const spawns = fake.spawned()
  await clock.advance(3_600_000)
  expect(fake.spawned()).toBe(spawns)
  supervisor.start()
  await clock.advance(1000)
  expect(supervisor.snapshot.status).toBe('running')
})

test('a minute of health makes the next exit a first one again', async () => {
  const { fake, clock, supervisor } = setUp()
  supervisor.start()
  await clock.advance(1000)
  for (let round = 0; round < 4; round += 1) {
    fake.exit()
    await settle()
    expect(supervisor.snapshot.retryAt ?? clock.now()).toBeLessThanOrEqual(clock.now())
    await clock.advance(80_000)
    expect(supervisor.snapshot.status).toBe('running')
  }
})

test('a fatal exit and a refusal are not tried again', async () => {
  const { fake, clock, supervisor } = setUp()
  fake.ready = false
  supervisor.start()
  await settle()
  fake.exit({ code: 78, fatal: true })
  await clock.advance(600_000)
  expect(supervisor.snapshot).toMatchObject({ status: 'failed', reason: 'exit 78' })
  expect(fake.spawned()).toBe(1)

  fake.preparation = 'refused'
  supervisor.start()
  await clock.advance(600_000)
  expect(supervisor.snapshot).toMatchObject({ status: 'failed', reason: 'port taken', remedy: 'use another' })
  expect(fake.spawned()).toBe(1)
})

test('what is never ready is ended at the deadline and tried again later', async () => {
  const { fake, clock, supervisor } = setUp()
  fake.ready = false
  supervisor.start()
  await clock.advance(59_000)
  expect(supervisor.snapshot.status).toBe('starting')
  await clock.advance(1100)
  expect(fake.signalled.at(-1)?.signal).toBe('SIGKILL')
  await clock.advance(1000)
  expect(fake.spawned()).toBe(2)
})

test('stop lets it finish, then asks, then ends it', async () => {
  const { fake, clock, supervisor } = setUp()
  supervisor.start()
  await clock.advance(1000)
  Object.assign(fake, { drains: false, obeysTerm: false })
  const stopped = supervisor.stop()
  await clock.advance(defaultLimits.drainMs - 1)
  expect(fake.signalled).toEqual([])
  await clock.advance(2)
  expect(fake.signalled.map(({ signal }) => signal)).toEqual(['SIGTERM'])
  await clock.advance(defaultLimits.killAfterMs)
  expect(fake.signalled.map(({ signal }) => signal)).toEqual(['SIGTERM', 'SIGKILL'])
  await stopped
  expect(supervisor.snapshot.status).toBe('stopped')
})

test('what we did not start is used, never signalled, and replaced by our own when it dies', async () => {
  const { fake, clock, supervisor } = setUp()
  fake.preparation = 'found-other'
  supervisor.start()
  await clock.advance(1000)
  expect(supervisor.snapshot).toMatchObject({ status: 'adopted', owned: false })
  supervisor.restart()
  await clock.advance(1000)
  expect(supervisor.snapshot.status).toBe('adopted')

  fake.preparation = 'spawn'
  fake.endFound()
  await clock.advance(1000)
  expect(supervisor.snapshot).toMatchObject({ status: 'running', owned: true })

  await Promise.all([supervisor.stop(), clock.advance(10_000)])
  fake.preparation = 'found-other'
  supervisor.start()
  await clock.advance(1000)
  const before = fake.signalled.length
  await supervisor.stop()
  expect(supervisor.snapshot.status).toBe('stopped')
  expect(fake.signalled).toHaveLength(before)
})

test('one of ours from an earlier life counts as ours', async () => {
  const { fake, clock, supervisor } = setUp()
  fake.preparation = 'found-own'
  supervisor.start()
  await clock.advance(1000)
  expect(supervisor.snapshot).toMatchObject({ status: 'running', owned: true })
  expect(fake.spawned()).toBe(0)
  await Promise.all([supervisor.stop(), clock.advance(10_000)])
  expect(fake.signalled.map(({ signal }) => signal)).toEqual(['SIGTERM'])
})

test('it is degraded while its probe fails and running again when it succeeds', async () => {
  const { fake, clock, supervisor } = setUp()
  supervisor.start()
  await clock.advance(1000)
  fake.well = false
  await clock.advance(6000)
  expect(supervisor.snapshot).toMatchObject({ status: 'degraded', reason: 'does not answer' })
  fake.well = true
  await clock.advance(6000)
  expect(supervisor.snapshot).toMatchObject({ status: 'running', reason: null })
})

test('asleep nothing is tried; on waking a waiting restart happens at once', async () => {
  const { fake, clock, supervisor } = setUp(0.9)
  fake.ready = false
  supervisor.start()
  await settle()
  for (let exits = 0; exits < 3; exits += 1) {
    fake.exit()
    if (exits < 2) await clock.advance(10_000)
  }
  await settle()
  expect(supervisor.snapshot.status).toBe('backing-off')
  supervisor.suspend()
  const spawns = fake.spawned()
  await clock.advance(3_600_000)
  expect(fake.spawned()).toBe(spawns)
  fake.ready = true
  supervisor.resume()
  await clock.advance(300)
  expect(supervisor.snapshot.status).toBe('running')
})

test('what hangs for too long is ended and started again, when that was asked for', async () => {
  const { fake, clock, supervisor } = setUp(0.5, { restartSilentMs: 30_000 })
  supervisor.start()
  await clock.advance(1000)
  fake.well = false
  await clock.advance(25_000)
  expect(supervisor.snapshot.status).toBe('degraded')
  expect(fake.spawned()).toBe(1)
  await clock.advance(10_000)
  expect(fake.signalled.at(-1)?.signal).toBe('SIGKILL')
  fake.well = true
  await clock.advance(10_000)
  expect(supervisor.snapshot.status).toBe('running')
  expect(fake.spawned()).toBe(2)
})

test('what answers that it is not ready is left alone, however long; only silence counts', async () => {
  const { fake, clock, supervisor } = setUp(0.5, { restartSilentMs: 30_000 })
  supervisor.start()
  await clock.advance(1000)
  Object.assign(fake, { well: false, answers: true })
  await clock.advance(3_600_000)
  expect(supervisor.snapshot.status).toBe('degraded')
  expect(fake.spawned()).toBe(1)
  fake.answers = false
  await clock.advance(20_000)
  // One word in between, and the time counts anew.
  fake.answers = true
  await clock.advance(6000)
  fake.answers = false
  await clock.advance(20_000)
  expect(fake.spawned()).toBe(1)
  await clock.advance(25_000)
  expect(fake.spawned()).toBe(2)
})

test('hours asleep are no silence, also when nobody told of the sleep', async () => {
  const { fake, clock, supervisor } = setUp(0.5, { restartSilentMs: 60_000 })
  supervisor.start()
  await clock.advance(1000)
  clock.skip(8 * 3_600_000)
  fake.well = false
  await clock.advance(20_000)
  expect(supervisor.snapshot.status).toBe('degraded')
  fake.well = true
  await clock.advance(6000)
  expect(supervisor.snapshot.status).toBe('running')
  expect(fake.spawned()).toBe(1)
})

test('what cannot even be tried is tried again for ever, not more than once a minute', async () => {
  const { fake, clock, supervisor } = setUp(0.99)
  fake.preparation = 'error'
  supervisor.start()
  await clock.advance(3_600_000)
  expect(supervisor.snapshot).toMatchObject({ status: 'backing-off', reason: 'not now' })
  fake.preparation = 'spawn'
  await clock.advance(61_000)
  expect(supervisor.snapshot.status).toBe('running')
})
