/**
 * Runs durable timers: rows with a due time. One timer in memory waits for the earliest; a row stays until its handler has moved or
 * removed it, so that a crash at any instant repeats the work instead of losing it. Handlers must therefore be safe to repeat.
 */
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import type { Store } from '../store/store.ts'
import type { TimerRow } from '../store/timers.ts'

export type TimerHandler = (timer: TimerRow) => Promise<void> | void
/** One that only reads and writes the store. */
export type QuickTimerHandler = (timer: TimerRow) => undefined | void

export interface TimerLoop {
  start(): void
  /** Takes up nothing more; resolves when what runs is done, at the latest at `deadlineAt` (ms epoch). */
  stop(deadlineAt: number): Promise<void>
  /** Rows changed: look again. */
  poke(): void
  /** Removes the row, unless it was set anew for a later generation in the meantime. */
  finish(timer: TimerRow): void
  stats(): { running: boolean; pending: number; next_at: number | null }
}

const maxParallel = 16
/** Quick ones that share a transaction: a thousand deadlines of one moment are then a matter of tens of commits. */
const quickBatch = 64
const errorBackoffMs = { base: 10_000, max: 120_000 }

export function createTimerLoop(options: {
  store: Store
  clock: Clock
  log: Log
  random: () => number
  handlers: Readonly<Record<string, TimerHandler>>
  /** Kinds whose handlers never wait for anything. */
  quick?: Readonly<Record<string, QuickTimerHandler>>
}): TimerLoop {
  const { store, clock, log, handlers } = options
  const quick = options.quick ?? {}
  const kinds = [...Object.keys(handlers), ...Object.keys(quick)]
  const marks = kinds.map(() => '?').join(', ')
  // Other kinds may share the table; they are not ours to wake up for.
  const earliest = store.db.prepare(`SELECT id, kind, subject_id, due_at FROM timers WHERE kind IN (${marks}) ORDER BY due_at LIMIT ?`)
  const quickDue = store.db.prepare(
    `SELECT kind, subject_id FROM timers WHERE kind IN (${Object.keys(quick)
      .map(() => '?')
      .join(', ')}) AND due_at <= ? ORDER BY due_at LIMIT ?`,
  )
  const count = store.db.prepare(`SELECT count(*) AS n FROM timers WHERE kind IN (${marks})`)
  const inFlight = new Map<string, Promise<void>>()
  let active = false
  let timer: TimerHandle | null = null
  let queued = false
  /** The database takes no writes: nothing that is due could be moved on, and would be done again and again. */
  let restUntil = 0

  async function run(row: TimerRow): Promise<void> {
    try {
      await handlers[row.kind]?.(row)
      if (active) slowDownWhenLeft(row)
    } catch (error) {
      // Stopped in the meantime: the store may be closed, and the row is still there for the next start.
      if (active) failedForNow(row, error)
    }
  }

  function failedForNow(row: TimerRow, error: unknown): void {
    try {
      failed(row, error)
    } catch (unwritten) {
      rest(unwritten)
    }
  }

  function rest(error: unknown): void {
    log.error('queue.worker.failed', { error: errorText(error) })
    restUntil = clock.now() + errorBackoffMs.base
  }

  /** A handler that neither moves nor removes its row would be called for ever. That is a fault of ours: slow it down and say so. */
  function slowDownWhenLeft(row: TimerRow): void {
    const after = store.timers.get(row.kind, row.subject_id)
    if (!after || after.due_at !== row.due_at || after.generation !== row.generation || after.due_at > clock.now()) return
    log.error('queue.worker.row_left', { task_type: row.kind })
    store.write(() => store.timers.set({ ...after, due_at: clock.now() + errorBackoffMs.base }))
  }

  function failed(row: TimerRow, error: unknown): void {
    const now = clock.now()
    const current = store.timers.get(row.kind, row.subject_id)
    log.error('queue.worker.failed', { task_type: row.kind, attempt: row.attempts, error: errorText(error) })
    if (!current) return
    const base = Math.min(errorBackoffMs.base * 2 ** current.attempts, errorBackoffMs.max)
    store.write(() =>
      store.timers.set({ ...current, due_at: now + base + Math.round(options.random() * 0.1 * base), attempts: current.attempts + 1 }),
    )
  }

  /** Deadlines that have come: all of them in one transaction, each undone by itself when it fails. True when there were any. */
  function runQuick(): boolean {
    const due = quickDue.all(...Object.keys(quick), clock.now(), quickBatch) as { kind: string; subject_id: string }[]
    if (due.length === 0) return false
    store.write(() => {
      for (const { kind, subject_id } of due) {
        const row = store.timers.get(kind, subject_id)
        if (!row) continue
        try {
          store.write(() => {
            quick[kind]?.(row)
            slowDownWhenLeft(row)
          })
        } catch (error) {
          failed(row, error)
        }
      }
    })
    return true
  }

  function look(): void {
    queued = false
    timer?.cancel()
    timer = null
    if (!active) return
    try {
      // Whatever else waits gets its turn between two batches.
      if (clock.now() >= restUntil && runQuick()) setImmediate(poke)
    } catch (error) {
      // The database is busy or full: nothing was changed, and it is looked at again.
      rest(error)
    }
    if (clock.now() < restUntil) {
      timer = clock.setTimer(restUntil - clock.now(), look)
      return
    }
    const now = clock.now()
    const rows = earliest.all(...kinds, inFlight.size + maxParallel) as { id: string; kind: string; subject_id: string; due_at: number }[]
    for (const row of rows) {
      const key = `${row.kind} ${row.subject_id}`
      if (inFlight.has(key)) continue
      // More of them than fit one batch: their turn comes at once.
      if (row.kind in quick && row.due_at <= now) continue
      if (row.due_at > now) {
        timer = clock.setTimer(row.due_at - now, look)
        return
      }
      if (inFlight.size >= maxParallel) return
      const full = store.timers.get(row.kind, row.subject_id)
      if (!full) continue
      const work = run(full).finally(() => {
        inFlight.delete(key)
        poke()
      })
      inFlight.set(key, work)
    }
  }

  /** Once per turn of the event loop, however often it is asked for; never inside somebody's transaction. */
  function poke(): void {
    if (queued || !active) return
    queued = true
    queueMicrotask(look)
  }

  return {
    start() {
      active = true
      poke()
    },
    async stop(deadlineAt) {
      active = false
      timer?.cancel()
      timer = null
      if (inFlight.size === 0) return
      let limit: TimerHandle | null = null
      await Promise.race([
        Promise.allSettled(inFlight.values()),
        new Promise<void>((resolve) => (limit = clock.setTimer(Math.max(0, deadlineAt - clock.now()), resolve))),
      ])
      ;(limit as TimerHandle | null)?.cancel()
    },
    poke,
    finish(row) {
      const current = store.timers.get(row.kind, row.subject_id)
      if (current && current.generation === row.generation) store.timers.clear(row.kind, row.subject_id)
    },
    stats() {
      const next = (earliest.all(...kinds, 1) as { due_at: number }[])[0]
      return { running: active, pending: (count.get(...kinds) as { n: number }).n, next_at: next?.due_at ?? null }
    },
  }
}
