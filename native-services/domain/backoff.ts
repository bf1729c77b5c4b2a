/**
 * Exponential backoff with full jitter: uniformly between 1 ms and `min(max_ms, base_ms · 2^(attempt − 1))`, so that many
 * messages that failed together do not come back together.
 * @param retry.attempt How often it was tried, from 1.
 * @param retry.random Uniform in [0, 1).
 * @returns Milliseconds to wait, an integer ≥ 1.
 */
export function backoffMs(retry: { attempt: number; base_ms: number; max_ms: number; random: number }): number {
  const ceiling = Math.min(retry.max_ms, retry.base_ms * 2 ** Math.min(Math.max(0, retry.attempt - 1), 52))
  return Math.floor(retry.random * ceiling) + 1
}
