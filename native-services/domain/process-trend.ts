/** What an hour of samples says of a process: how its memory moves, and whether it is busy all the time. */

export interface ProcessPoint {
  /** ms epoch */
  readonly at: number
  readonly pid: number
  /** Bytes. */
  readonly rss: number
  /** Cores. */
  readonly cpu: number | null
}

const hotCores = 0.8
const hotForMs = 5 * 60_000
const trendFromMs = 10 * 60_000
const trendFromPoints = 6
/** A process takes what it needs in its first minutes; that is no leak. */
const settleMs = 10 * 60_000
const leakFromMs = 30 * 60_000
const leakMbPerHour = 100
const leakFit = 0.8
const leakGrowth = 1.2
const megabyte = 1024 * 1024

/** The samples since its last restart, oldest first. */
export function ofThisProcess(points: readonly ProcessPoint[]): readonly ProcessPoint[] {
  const pid = points.at(-1)?.pid
  const first = points.findLastIndex((point) => point.pid !== pid)
  return points.slice(first + 1)
}

/** Least squares: MB an hour, and how well a line fits (0 to 1). */
function line(points: readonly ProcessPoint[]): { slope: number; fit: number } {
  const n = points.length
  const start = points[0]?.at ?? 0
  const xs = points.map((point) => (point.at - start) / 3_600_000)
  const ys = points.map((point) => point.rss / megabyte)
  const meanX = xs.reduce((sum, x) => sum + x, 0) / n
  const meanY = ys.reduce((sum, y) => sum + y, 0) / n
  let xx = 0
  let xy = 0
  let yy = 0
  for (let index = 0; index < n; index += 1) {
    const dx = (xs[index] ?? 0) - meanX
    const dy = (ys[index] ?? 0) - meanY
    xx += dx * dx
    xy += dx * dy
    yy += dy * dy
  }
  return xx === 0 ? { slope: 0, fit: 0 } : { slope: xy / xx, fit: yy === 0 ? 0 : (xy * xy) / (xx * yy) }
}

const span = (points: readonly ProcessPoint[]): number => (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0)

/** MB an hour; null while there is too little to tell. */
export function memoryTrend(points: readonly ProcessPoint[]): number | null {
  const own = ofThisProcess(points)
  if (own.length < trendFromPoints || span(own) < trendFromMs) return null
  return Math.round(line(own).slope * 10) / 10
}

/** Since when its memory grows steadily: for half an hour at least, and by a fifth; null when it does not. */
export function leakingSince(points: readonly ProcessPoint[]): number | null {
  const own = ofThisProcess(points)
  const begin = own[0]?.at ?? 0
  // A process that was there before our first sample has settled, as far as we know.
  const restarted = own.length < points.length
  const settled = restarted ? own.filter((point) => point.at - begin >= settleMs) : own
  if (settled.length < trendFromPoints || span(settled) < leakFromMs) return null
  const { slope, fit } = line(settled)
  const first = settled[0]?.rss ?? 0
  const last = settled.at(-1)?.rss ?? 0
  return slope >= leakMbPerHour && fit >= leakFit && last >= first * leakGrowth ? (settled[0]?.at ?? null) : null
}

/** Since when it has used most of a core without a pause, when that is five minutes or more; null otherwise. */
export function hotSince(points: readonly ProcessPoint[]): number | null {
  const own = ofThisProcess(points)
  const calm = own.findLastIndex((point) => point.cpu === null || point.cpu < hotCores)
  // A sample tells of the time before it, so the heat begins where the last calm sample was taken.
  const begin = own[Math.max(0, calm)]?.at
  const last = own.at(-1)
  if (begin === undefined || !last || calm === own.length - 1 || last.at - begin < hotForMs) return null
  return begin
}
