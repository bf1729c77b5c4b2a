import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { localDay } from '../../../native-services/domain/local-day.ts'
import { createRunMeter } from '../../../native-services/lifecycle/run-meter.ts'
import { openStore } from '../../../native-services/store/store.ts'
import { createGatewaySwitch, silentLog } from '../../support/delivery-world.ts'
import { createManualClock } from '../../support/manual-clock.ts'

/** A gateway as OpenClaw 2026.9.6: it answers from what it has, counts behind the answer, and repeats itself for half a minute and once more. */
it("the gateway's totals of the day are kept when they are whole, not before", async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mc-totals-'))
  const clock = createManualClock()
  const store = openStore({ file: join(dir, 'mc.db'), clock })
  const begin = clock.now()
  const asked: number[] = []
  let cached = { tokens: 0, fresh: false, at: -1 }
  const meter = createRunMeter({
    store,
    clock,
    log: silentLog,
    gateway: {
      ...createGatewaySwitch(),
      onEvent: () => () => {},
      request(method) {
        if (method !== 'usage.cost') return Promise.resolve({})
        asked.push(clock.now() - begin)
        const now = clock.now()
        if (cached.at < 0) cached = { tokens: 40, fresh: false, at: now }
        const answer = cached
        if (now - cached.at >= 30_000) cached = { tokens: 120, fresh: true, at: now }
        return Promise.resolve({
          totals: { totalTokens: answer.tokens, totalCost: 0.5 },
          cacheStatus: { status: answer.fresh ? 'fresh' : 'refreshing' },
          updatedAt: answer.at,
        })
      },
    },
  })
  try {
    meter.start()
    meter.look()
    await clock.advance(0)
    const kept = () => store.usage.gatewayDay(localDay(begin))
    expect(kept()).toBeUndefined()
    await clock.advance(60_000)
    expect(kept()).toMatchObject({ total_tokens: 120, cost_micros: 500_000 })
    expect(asked).toEqual([0, 32_000, 34_000])
  } finally {
    meter.stop()
    store.close()
    rmSync(dir, { recursive: true, force: true })
  }
})
