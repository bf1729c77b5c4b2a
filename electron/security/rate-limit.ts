/** A sliding window: at most `limit` in `windowMs`. Enough for the few things a page could flood a person with. */
export interface RateLimit {
  /** True when it may happen; counts it then. */
  take(): boolean
}

export function createRateLimit(options: { limit: number; windowMs: number; now?: () => number }): RateLimit {
  const now = options.now ?? Date.now
  let taken: number[] = []
  return {
    take() {
      const at = now()
      taken = taken.filter((moment) => at - moment < options.windowMs)
      if (taken.length >= options.limit) return false
      taken.push(at)
      return true
    },
  }
}
