/** Time as a dependency, so that deadlines and backoffs can be tested without waiting for them. */
export interface TimerHandle {
  cancel(): void
}

export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number
  /** Runs `run` once after `ms` milliseconds. The timer does not keep the process alive. */
  setTimer(ms: number, run: () => void): TimerHandle
}

/** Node's timers overflow above this many milliseconds; a later moment is reached in several steps. */
const longestTimer = 2_000_000_000

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), longestTimer))
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** A clock whose timers follow the time of day: after the machine slept, `resync` sets each to what is left of it. */
export interface WallClock extends Clock {
  /** Timers of the system stand still while the machine sleeps; moments that passed meanwhile run now. */
  resync(): void
}

export function createWallClock(base: Clock = systemClock): WallClock {
  interface Waiting {
    readonly at: number
    readonly run: () => void
    handle: TimerHandle
  }
  const waiting = new Set<Waiting>()
  const arm = (timer: Waiting): TimerHandle =>
    base.setTimer(timer.at - base.now(), () => {
      waiting.delete(timer)
      timer.run()
    })
  return {
    now: () => base.now(),
    setTimer(ms, run) {
      const timer: Waiting = { at: base.now() + Math.max(0, ms), run, handle: { cancel: () => undefined } }
      timer.handle = arm(timer)
      waiting.add(timer)
      return {
        cancel() {
          waiting.delete(timer)
          timer.handle.cancel()
        },
      }
    },
    resync() {
      for (const timer of waiting) {
        timer.handle.cancel()
        timer.handle = arm(timer)
      }
    },
  }
}
