/** A clock that moves only when it is told to; due timers run in the order of their times. */
import type { Clock } from '../../native-services/platform/clock.ts'

export interface ManualClock extends Clock {
  /** Moves on by `ms`, running every timer on the way and letting promises settle after each. */
  advance(ms: number): Promise<void>
  /** Moves the time without running anything, as when a machine sleeps or a process is gone. */
  skip(ms: number): void
  /** Forgets every timer, as a killed process does. */
  dropTimers(): void
  pending(): number
}

/** Lets everything that is ready run: promises, and the file and socket callbacks behind them. */
export async function settle(turns = 8): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

export function createManualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start
  let timers: { at: number; order: number; run: () => void }[] = []
  let order = 0
  return {
    now: () => now,
    setTimer(ms, run) {
      const timer = { at: now + Math.max(0, ms), order: (order += 1), run }
      timers.push(timer)
      return {
        cancel() {
          timers = timers.filter((entry) => entry !== timer)
        },
      }
    },
    async advance(ms) {
      const end = now + ms
      await settle()
      for (;;) {
        const next = timers.filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at || a.order - b.order)[0]
        if (!next) break
        timers = timers.filter((timer) => timer !== next)
        now = Math.max(now, next.at)
        next.run()
        await settle()
      }
      now = end
      await settle()
    },
    skip(ms) {
      now += ms
    },
    dropTimers() {
      timers = []
    },
    pending: () => timers.length,
  }
}
