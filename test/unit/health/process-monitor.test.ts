import { expect, it } from 'vitest'
import { createProcessMonitor } from '../../../native-services/api/process-monitor.ts'
import type { TreeUse } from '../../../native-services/platform/process-metrics.ts'
import { silentLog } from '../../support/delivery-world.ts'
import { createManualClock } from '../../support/manual-clock.ts'

it('counts CPU from one look to the next, and says nothing where more than there is seems to have been used', async () => {
  const clock = createManualClock()
  let host: TreeUse = { rss: 1, cpu_ms: 1000, processes: 1 }
  const monitor = createProcessMonitor({
    clock,
    log: silentLog,
    pids: () => ({ gateway: null, host: 42 }),
    cheap: true,
    read: async () => new Map([[42, host]]),
  })
  const cpuAfter = async (ms: number, use: Partial<TreeUse>): Promise<number | null | undefined> => {
    host = { ...host, ...use }
    await clock.advance(ms)
    await monitor.sample()
    return monitor.metrics().samples.at(-1)?.host?.cpu
  }
  expect(await cpuAfter(1, {})).toBeNull()
  expect(await cpuAfter(10_000, { cpu_ms: 6000 })).toBe(0.5)
  // A gateway that is going away is in the tree for a moment, with the hour that it has worked.
  expect(await cpuAfter(10_000, { cpu_ms: 3_606_000, processes: 5 })).toBeNull()
  expect(await cpuAfter(10_000, { cpu_ms: 6500, processes: 1 })).toBe(0)
  expect(await cpuAfter(10_000, { cpu_ms: 7500 })).toBe(0.1)
})
