import { expect, test } from 'vitest'
import { createLogBatches, type HostLogLine } from '../../../native-services/host/log-batches.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const line = (message: string): HostLogLine => ({ at: 1, level: 'info', source: 'gateway', scope: 'x', message })

test('lines wait until somebody listens and go in batches, at most ten a second', async () => {
  const clock = createManualClock()
  const sent: string[][] = []
  const batches = createLogBatches({ clock, send: (lines) => sent.push(lines.map((one) => one.message)) })
  batches.add(line('early'))
  await clock.advance(1000)
  expect(sent).toEqual([])
  batches.setOpen(true)
  for (let count = 0; count < 1200; count += 1) batches.add(line(String(count)))
  await clock.advance(1000)
  expect(sent.map((batch) => batch.length)).toEqual([500, 500, 201])
  expect(sent[0]?.[0]).toBe('early')
})

test('when nobody takes them the oldest are dropped, and that is said', async () => {
  const clock = createManualClock()
  const sent: string[] = []
  const batches = createLogBatches({ clock, send: (lines) => sent.push(...lines.map((one) => one.message)) })
  for (let count = 0; count < 2500; count += 1) batches.add(line(String(count)))
  batches.setOpen(true)
  await clock.advance(2000)
  expect(sent[0]).toContain('500 lines were dropped')
  expect(sent[1]).toBe('500')
  expect(sent.at(-1)).toBe('2499')
})
