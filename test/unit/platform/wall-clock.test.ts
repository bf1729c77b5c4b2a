import { expect, it } from 'vitest'
import { createWallClock } from '../../../native-services/platform/clock.ts'
import { createManualClock } from '../../support/manual-clock.ts'

it('moments that passed while the machine slept run after a resync, once, and the rest keep their time', async () => {
  const base = createManualClock()
  const clock = createWallClock({ now: base.now, setTimer: (ms, run) => base.setTimer(ms + slept, run) })
  // A sleeping machine: the time of day goes on, the system's timers do not.
  let slept = 0
  const ran: string[] = []
  slept = 60_000
  clock.setTimer(10_000, () => ran.push('short'))
  clock.setTimer(90_000, () => ran.push('long'))
  clock.setTimer(20_000, () => ran.push('cancelled')).cancel()
  await base.advance(60_000)
  expect(ran).toEqual([])
  slept = 0
  clock.resync()
  await base.advance(0)
  expect(ran).toEqual(['short'])
  await base.advance(30_000)
  expect(ran).toEqual(['short', 'long'])
  await base.advance(200_000)
  expect(ran).toEqual(['short', 'long'])
})
