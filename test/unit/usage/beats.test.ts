import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHeartbeatScheduler, type HeartbeatScheduler } from '../../../native-services/heartbeat/scheduler.ts'
import { createDeliveryWorld, type DeliveryWorld, silentLog } from '../../support/delivery-world.ts'

let world: DeliveryWorld
let scheduler: HeartbeatScheduler
beforeEach(() => {
  world = createDeliveryWorld()
  const { store, clock } = world
  scheduler = createHeartbeatScheduler({ store, clock, log: silentLog, settings: store.settings.get })
})
afterEach(async () => {
  scheduler.stop()
  await world.close()
})

const every = 600_000

it('beats are left out while a hard cap is reached, and come again when it is raised', async () => {
  const { store, clock } = world
  const ada = world.agent('Ada', { every_ms: every })
  store.write(() => {
    store.tasks.setAssignees(world.task('Write it', { status: 'in_progress' }).id, [ada.id])
    store.usage.setCap(ada.id, { hard_tokens: 0 })
  })
  scheduler.start()
  await clock.advance(2.5 * every)
  const beats = store.heartbeats.list(ada.id, 10)
  expect(beats.length).toBeGreaterThanOrEqual(2)
  expect(new Set(beats.map((beat) => `${beat.outcome} ${beat.reason ?? ''}`))).toEqual(new Set(['skipped daily_cap']))
  expect(world.outbox()).toEqual([])
  // A person is told why, and what to do.
  expect(() => scheduler.beatNow(ada)).toThrow(/daily cap reached .* Raise the cap/)

  store.write(() => store.usage.setCap(ada.id, { hard_tokens: 1000 }))
  await clock.advance(every)
  // Nobody answers it here.
  expect(store.heartbeats.list(ada.id, 1)[0]?.sent_at).toEqual(expect.any(Number))
})

it('a cap of one agent leaves the beats of others alone', async () => {
  const { store, clock } = world
  const [ada, max] = ['Ada', 'Max'].map((name) => world.agent(name, { every_ms: every }))
  if (!ada || !max) throw new Error('no agents')
  store.write(() => {
    store.tasks.setAssignees(world.task('Write it', { status: 'in_progress' }).id, [ada.id, max.id])
    store.usage.setCap(ada.id, { hard_tokens: 0 })
  })
  scheduler.start()
  await clock.advance(every)
  expect(store.heartbeats.list(ada.id, 1)[0]?.reason).toBe('daily_cap')
  expect(store.heartbeats.list(max.id, 1)[0]?.sent_at).toEqual(expect.any(Number))
})
