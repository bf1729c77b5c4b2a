/** The gate before the gateway: closed while it is away or refuses us, so that no message is blamed for that. */
import type { Clock } from '../platform/clock.ts'

export type HoldReason = 'unavailable' | 'unauthorized'

export interface Hold {
  why: HoldReason
  message: string
  /** When one message may try, in case nobody tells us that the gateway is back. Milliseconds since the epoch. */
  until: number
}

/** Wait after the n-th failure in a row while the connection still looks up. */
const shortestMs = 1000

export function createGate({ clock, fallbackMs }: { clock: Clock; fallbackMs: number }) {
  let hold: Hold | null = null
  let failures = 0

  return {
    current: (): Hold | null => hold,

    /** True when it was open before. `connected`: the connection says that the gateway is there, so try again soon. */
    close(why: HoldReason, message: string, connected: boolean): boolean {
      const wasOpen = hold === null
      failures += 1
      const wait = connected && why === 'unavailable' ? Math.min(fallbackMs, shortestMs * 2 ** Math.min(failures - 1, 20)) : fallbackMs
      hold = { why, message, until: clock.now() + wait }
      return wasOpen
    },

    /** The gateway is back, or answered. True when it was closed before. */
    open(): boolean {
      const wasClosed = hold !== null
      hold = null
      failures = 0
      return wasClosed
    },

    /** How many may be sent now, of `free`: all, one to try, or none. */
    allow(free: number, underWay: number): number {
      if (hold === null) return free
      return clock.now() >= hold.until && underWay === 0 ? Math.min(free, 1) : 0
    },
  }
}
