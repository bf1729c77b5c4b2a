/**
 * Repeats in a row become one row that counts. Two lines are the same when nothing differs but the time it took and the time of day;
 * a number that could be an id, a port or a count keeps them apart, so that nothing a person may look for is lost.
 */
import type { NewLogLine } from './log-lines.ts'

/** A line that comes back later than this is news again. */
export const foldWithinMs = 30_000
/** A flood that goes on longer begins a new row, so that a row's time says something. */
export const foldLongestMs = 3_600_000

const varying: readonly RegExp[] = [
  /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g,
  /\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b/g,
  /(?<=_ms=)\d+(?:\.\d+)?/g,
  /\b\d+(?:\.\d+)?(?= ?(?:ms|s|sec|seconds)\b)/g,
]

export function foldKey(line: NewLogLine): string {
  let message = line.message
  // Most lines have no digit, or are too long to be a flood.
  if (message.length <= 2000 && /\d/.test(message)) for (const pattern of varying) message = message.replace(pattern, '#')
  return [line.level, line.scope, line.agent_id ?? '', line.request_id ?? '', line.run_id ?? '', message].join('\u0001')
}
