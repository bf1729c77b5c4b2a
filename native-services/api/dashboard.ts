/** Figures of a period and of the one before it: work done, how long it took, how often something failed, what was under way. */
import type { Dashboard, DashboardRange } from '../contract/usage.ts'
import type { Store } from '../store/store.ts'
import { where } from '../store/rows.ts'
import type { Internal } from './wire.ts'

type Bucket = 'hour' | 'day' | 'week' | 'month'
const hourMs = 3_600_000
const dayMs = 24 * hourMs

const ranges: Readonly<Record<DashboardRange, { days: number; bucket: Bucket }>> = {
  '24h': { days: 1, bucket: 'hour' },
  '3d': { days: 3, bucket: 'day' },
  '7d': { days: 7, bucket: 'day' },
  '14d': { days: 14, bucket: 'day' },
  '1m': { days: 30, bucket: 'day' },
  '3m': { days: 90, bucket: 'week' },
  '6m': { days: 180, bucket: 'week' },
  '1y': { days: 365, bucket: 'month' },
}

/** The beginning of the period of local time that a moment lies in (ms epoch). */
function periodOf(at: number, bucket: Bucket): number {
  const date = new Date(at)
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()]
  switch (bucket) {
    case 'hour':
      return at - (at % hourMs)
    case 'day':
      return new Date(year, month, day).getTime()
    case 'week':
      // Weeks begin on Monday.
      return new Date(year, month, day - ((date.getDay() + 6) % 7)).getTime()
    case 'month':
      return new Date(year, month, 1).getTime()
  }
}

function nextPeriod(start: number, bucket: Bucket): number {
  const date = new Date(start)
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()]
  if (bucket === 'hour') return start + hourMs
  return new Date(year, bucket === 'month' ? month + 1 : month, bucket === 'month' ? 1 : day + (bucket === 'week' ? 7 : 1)).getTime()
}

function periods(from: number, to: number, bucket: Bucket): number[] {
  const starts: number[] = []
  for (let start = periodOf(from, bucket); start < to; start = nextPeriod(start, bucket)) starts.push(start)
  return starts
}

/** Ids begin with their moment, so that a period is a range of the primary key. */
function idFloor(at: number): string {
  const hex = Math.max(0, Math.floor(at) + 1)
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}

interface Moved {
  at: number
  task_id: string
  from: string | null
  to: string | null
  /** When the work began, for a task that was done. */
  began: number | null
}

export function readDashboard(facts: {
  store: Store
  now: number
  range_key: DashboardRange
  board_id?: string | undefined
  group_id?: string | undefined
}): Internal<Dashboard> {
  const { store, now } = facts
  const { db } = store
  const range = ranges[facts.range_key]
  const length = range.days * dayMs
  const scope = (column: string) =>
    where([
      facts.board_id !== undefined && [`${column} = ?`, facts.board_id],
      facts.group_id !== undefined && [`${column} IN (SELECT id FROM boards WHERE board_group_id = ?)`, facts.group_id],
    ])
  const and = (column: string) => {
    const { sql, values } = scope(column)
    return { sql: sql.replace(/^WHERE/, 'AND'), values }
  }

  const onBoards = scope('board_id')
  const counts = Object.fromEntries(
    (
      db.prepare(`SELECT status, count(*) AS n FROM tasks ${onBoards.sql} GROUP BY status`).all(...onBoards.values) as {
        status: string
        n: number
      }[]
    ).map(({ status, n }) => [status, n]),
  )
  const ofBoards = and('board_id')
  /** Moves and births of tasks since a moment, the newest first. */
  const movedSince = (from: number): Moved[] =>
    db
      .prepare(
        `SELECT a.created_at AS at, a.task_id, iif(a.event_type = 'task.created', NULL, a.data_json ->> '$.from') AS "from",
           iif(a.event_type = 'task.created', a.data_json ->> '$.status', a.data_json ->> '$.to') AS "to", t.in_progress_at AS began
         FROM activity a JOIN tasks t ON t.id = a.task_id
         WHERE a.event_type IN ('task.status_changed', 'task.created') AND a.id > ? ${and('a.board_id').sql} ORDER BY a.id DESC`,
      )
      .all(idFloor(from), ...ofBoards.values) as Moved[]
  const failedShare = (from: number, to: number): number => {
    const row = db
      .prepare(
        `SELECT count(*) AS n, ifnull(sum(event_type LIKE '%failed'), 0) AS failed FROM activity WHERE task_id IS NOT NULL AND id > ? AND id <= ? ${ofBoards.sql}`,
      )
      .get(idFloor(from), idFloor(to), ...ofBoards.values) as { n: number; failed: number }
    return row.n === 0 ? 0 : round((100 * row.failed) / row.n)
  }
  const moves = movedSince(now - 2 * length)
  const doneBetween = (from: number, to: number): Moved[] => moves.filter((move) => move.to === 'done' && move.at > from && move.at <= to)
  const hours = (list: readonly Moved[]): number[] =>
    list.flatMap((move) => (move.began === null || move.began > move.at ? [] : [(move.at - move.began) / hourMs]))

  function series(end: number, name: string) {
    const { bucket } = range
    const from = end - length
    const starts = periods(from, end, bucket)
    const between = (start: number): [number, number] => [Math.max(start, from), Math.min(nextPeriod(start, bucket), end)]
    const make = <Point>(point: (from: number, to: number) => Point) => ({
      range: name,
      bucket,
      points: starts.map((start) => ({ period: new Date(start).toISOString(), ...point(...between(start)) })),
    })
    return {
      throughput: make((a, b) => ({ value: doneBetween(a, b).length })),
      cycle_time: make((a, b) => ({ value: round(mean(hours(doneBetween(a, b)))) })),
      error_rate: make((a, b) => ({ value: failedShare(a, b) })),
      wip: make((_, b) => wipAt(b)),
    }
  }

  /** How many tasks had which status: what is now, with everything that came after taken back. */
  function wipAt(at: number) {
    const then: Record<string, number> = { ...counts }
    for (const move of moves) {
      if (move.at <= at) break
      if (move.to !== null) then[move.to] = (then[move.to] ?? 0) - 1
      if (move.from !== null) then[move.from] = (then[move.from] ?? 0) + 1
    }
    const n = (status: string): number => Math.max(0, then[status] ?? 0)
    return { inbox: n('inbox') + n('assigned'), in_progress: n('in_progress'), review: n('review'), done: n('done') }
  }

  const primary = series(now, facts.range_key)
  const comparison = series(now - length, `previous_${facts.range_key}`)
  const pair = <Key extends keyof typeof primary>(key: Key) => ({ primary: primary[key], comparison: comparison[key] })
  const week = length >= 3.5 * dayMs ? moves : movedSince(now - 7 * dayMs)
  const active = and('board_id')
  const approvals = and('board_id')
  const pending = db
    .prepare(
      `SELECT id AS approval_id, board_id, action_type, task_id, created_at FROM approvals WHERE status = 'pending' ${approvals.sql} ORDER BY created_at DESC`,
    )
    .all(...approvals.values) as Internal<Dashboard['pending_approvals']['items'][number]>[]

  return {
    range: facts.range_key,
    generated_at: now,
    kpis: {
      active_agents: db
        .prepare(`SELECT count(*) FROM agents WHERE status = 'online' ${active.sql}`)
        .pluck()
        .get(...active.values) as number,
      tasks_in_progress: counts['in_progress'] ?? 0,
      inbox_tasks: (counts['inbox'] ?? 0) + (counts['assigned'] ?? 0),
      in_progress_tasks: counts['in_progress'] ?? 0,
      review_tasks: counts['review'] ?? 0,
      done_tasks: counts['done'] ?? 0,
      error_rate_pct: failedShare(now - length, now),
      median_cycle_time_hours_7d: median(hours(week.filter((move) => move.to === 'done' && move.at > now - 7 * dayMs))),
    },
    throughput: pair('throughput'),
    cycle_time: pair('cycle_time'),
    error_rate: pair('error_rate'),
    wip: pair('wip'),
    pending_approvals: { total: pending.length, items: pending.slice(0, 10) },
  }
}

const round = (value: number): number => Math.round(value * 100) / 100
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const high = sorted[middle] ?? 0
  return round(sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2)
}
