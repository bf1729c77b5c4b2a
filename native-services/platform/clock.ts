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
