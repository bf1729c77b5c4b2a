/**
 * What every outbox here has in common: rows stand in lines, the first of each line may be sent, it is leased before it is sent and its end is
 * recorded by whoever sends it. It acts when something was committed and when the next row comes due; it never polls. A lease runs on while
 * its sending does, a run can be called back, and what a process that is gone had leased returns to its line.
 */
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { errorText, type Log } from '../platform/log.ts'
import type { Store } from '../store/store.ts'

/** The database may be busy or full: it is looked at again after so long. */
const againAfterMs = 5000

interface Sending<Row> {
  readonly row: Row
  readonly controller: AbortController
  readonly done: Promise<void>
}

export interface OutboxLoop<Row> {
  start(): void
  /** Stops leasing; what is under way may end until the deadline (ms epoch), then it is aborted. */
  stop(deadlineAt: number): Promise<void>
  /** Looks soon: many commits in a row are looked at once. */
  poke(): void
  underWay(): Row[]
  /** Aborts what has a reason to stop; the reason becomes the signal's. */
  recall(reasonToStop: (row: Row) => string | null): void
}

export function createOutboxLoop<Row extends { id: string; attempts: number }>(options: {
  store: Pick<Store, 'write'>
  clock: Clock
  log: Log
  /** Of its lines in the log. */
  name: string
  leaseMs: number
  outbox: {
    releaseLeases(before: number): number
    renew(id: string, until: number): void
    /** First rows of lines that may be sent now, at most so many. */
    due(now: number, limit: number): Row[]
  }
  lineOf: (row: Row) => string
  /** Leases it, in a transaction. False when it is not to be sent: then the next of its line may be. */
  take: (row: Row) => boolean
  /** Records the end of the row itself. A rejection leaves it leased: it is sent again when the lease has run out. */
  send: (row: Row, signal: AbortSignal) => Promise<void>
  /** How many more may be sent, when so many are under way. */
  room: (underWay: number) => number
  /** When to look again if nothing happens (ms epoch); null for not. */
  nextAt: (underWay: number) => number | null
  /** Before each look; false when nothing is to be sent at present. */
  ready?: () => boolean
  onError?: (message: string) => void
  describe?: (row: Row) => Record<string, string | number | null>
}): OutboxLoop<Row> {
  const { store, clock, log, name, leaseMs, outbox } = options
  const sending = new Map<string, Sending<Row>>()
  let running = false
  let scheduled = false
  let sweptAt = 0
  let timer: TimerHandle | null = null

  function poke(): void {
    if (!running || scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      pass()
    })
  }

  function wakeAt(at: number | null): void {
    timer?.cancel()
    timer = at === null ? null : clock.setTimer(Math.max(0, at - clock.now()), pass)
  }

  function pass(): void {
    if (!running) return
    try {
      if (options.ready?.() === false) return wakeAt(null)
      sweep()
      fill()
      wakeAt(options.nextAt(sending.size))
    } catch (error) {
      // Nothing was sent.
      options.onError?.(errorText(error))
      log.error(`${name}.pass_failed`, { error: errorText(error) })
      wakeAt(clock.now() + againAfterMs)
    }
  }

  /** Leases that ran out although nobody holds them (recording their end failed) return to their line. */
  function sweep(): void {
    if (clock.now() < sweptAt + leaseMs) return
    sweptAt = clock.now()
    // First our own: after a sleep of the machine they may look old.
    for (const id of sending.keys()) outbox.renew(id, clock.now() + leaseMs)
    store.write(() => outbox.releaseLeases(clock.now()))
  }

  /** Takes what may be sent now. A row that is not sent uncovers the next one of its line, so it looks again until nothing is left to take. */
  function fill(): void {
    for (;;) {
      const free = options.room(sending.size)
      if (free <= 0) return
      // What is being called back has its line to the end, although it is no longer leased.
      const busy = new Set([...sending.values()].map((entry) => options.lineOf(entry.row)))
      const due = outbox.due(clock.now(), free + busy.size).filter((row) => !busy.has(options.lineOf(row)))
      due.length = Math.min(due.length, free)
      if (due.length === 0) return
      const taken = store.write(() => due.filter(options.take))
      for (const row of taken) start({ ...row, attempts: row.attempts + 1 })
    }
  }

  function start(row: Row): void {
    const controller = new AbortController()
    let renewal: TimerHandle | null = null
    const renew = (): void => {
      renewal = clock.setTimer(leaseMs / 3, () => {
        try {
          outbox.renew(row.id, clock.now() + leaseMs)
        } catch (error) {
          log.error(`${name}.renew_failed`, { error: errorText(error) })
        }
        renew()
      })
    }
    renew()
    const done = options
      .send(row, controller.signal)
      .catch((error: unknown) => {
        options.onError?.(errorText(error))
        log.error(`${name}.record_failed`, { ...options.describe?.(row), id: row.id, error: errorText(error) })
        // Look again when the lease is sure to have run out.
        clock.setTimer(2 * leaseMs, poke)
      })
      .finally(() => {
        renewal?.cancel()
        sending.delete(row.id)
        poke()
      })
    sending.set(row.id, { row, controller, done })
  }

  return {
    start() {
      running = true
    },
    async stop(deadlineAt) {
      running = false
      wakeAt(null)
      const underWay = [...sending.values()]
      const abortAll = (): void => underWay.forEach(({ controller }) => controller.abort())
      const left = deadlineAt - clock.now()
      const deadline = left > 0 ? clock.setTimer(left, abortAll) : null
      if (!deadline) abortAll()
      await Promise.all(underWay.map(({ done }) => done))
      deadline?.cancel()
    },
    poke,
    underWay: () => [...sending.values()].map(({ row }) => row),
    recall(reasonToStop) {
      for (const { row, controller } of sending.values()) {
        if (controller.signal.aborted) continue
        const why = reasonToStop(row)
        if (why !== null) controller.abort(why)
      }
    },
  }
}
