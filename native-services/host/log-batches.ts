/** Log lines on their way to the services host: in batches of at most ten a second, and bounded when nobody takes them. */
import type { HostToServices } from '../contract/host-link.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'

export type HostLogLine = Extract<HostToServices, { type: 'log' }>['lines'][number]

const everyMs = 100
const perBatch = 500
const atMost = 2000

export interface LogBatches {
  add(line: HostLogLine): void
  /** While false (nobody listens) lines are kept, up to a bound. */
  setOpen(open: boolean): void
  stop(): void
}

export function createLogBatches(options: { clock: Clock; send: (lines: HostLogLine[]) => void }): LogBatches {
  let waiting: HostLogLine[] = []
  let dropped = 0
  let open = false
  let timer: TimerHandle | null = null

  function schedule(): void {
    if (!timer && open && waiting.length > 0) timer = options.clock.setTimer(everyMs, flush)
  }

  function flush(): void {
    timer = null
    if (!open) return
    const lines = waiting.slice(0, perBatch)
    waiting = waiting.slice(perBatch)
    if (dropped > 0) {
      lines.unshift({
        at: options.clock.now(),
        level: 'warn',
        source: 'host',
        scope: 'log',
        message: `${dropped} lines were dropped: they came faster than they could be shown`,
      })
      dropped = 0
    }
    if (lines.length > 0) options.send(lines)
    schedule()
  }

  return {
    add(line) {
      if (waiting.length >= atMost) {
        waiting.shift()
        dropped += 1
      }
      waiting.push(line)
      schedule()
    },
    setOpen(value) {
      open = value
      schedule()
    },
    stop: () => timer?.cancel(),
  }
}
