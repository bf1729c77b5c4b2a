/**
 * One event stream, opened again for ever. Reconnecting is done by hand because the browser's own retry would resume from the
 * URL it was opened with; here every attempt asks for a new one.
 */
import { ApiError } from '../../../native-services/contract/client.ts'
import type { EventFrames, EventName } from '../../../native-services/contract/events.ts'

/** As much of `EventSource` as is used. */
export interface EventStream {
  addEventListener(type: string, listener: (event: { data?: unknown }) => void): void
  close(): void
}

export type FrameHandlers = { [Name in EventName]: (data: EventFrames[Name]) => void }

/** Pings come every 15 s; two missed and a margin mean that nobody is there. */
export const deadAfterMs = 35_000

/** Waits 0.5 s, 1 s, 2 s … 15 s, with a little randomness so that many pages do not return at once. */
export function backoffMs(attempt: number, random: number): number {
  return Math.round(Math.min(15_000, 500 * 2 ** attempt) * (0.75 + random * 0.5))
}

export function createReconnectingStream(options: {
  open: (url: string) => EventStream
  url: () => string
  handlers: FrameHandlers
  /** An ordinary request: an event source does not tell why it failed, this one does (401 ends the session). */
  probe: () => Promise<unknown>
  /** Nothing has been heard yet since the page was opened. */
  isFirst: () => boolean
  onLost: () => void
  /** An attempt that failed, and how many did since it last worked. */
  onFailed: (error: unknown, attempts: number) => void
  onSignedOut: () => void
  random: () => number
}) {
  const { handlers } = options
  let stream: EventStream | null = null
  let stopped = true
  let attempt = 0
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let deadTimer: ReturnType<typeof setTimeout> | undefined

  function heard(): void {
    clearTimeout(deadTimer)
    deadTimer = setTimeout(() => lost(), deadAfterMs)
  }

  function close(): void {
    clearTimeout(deadTimer)
    stream?.close()
    stream = null
  }

  function lost(): void {
    close()
    if (stopped) return
    options.onLost()
    // The first attempt may just not be signed in: an ordinary request tells at once.
    const delay = attempt === 0 && options.isFirst() ? 0 : backoffMs(attempt, options.random())
    attempt += 1
    clearTimeout(retryTimer)
    retryTimer = setTimeout(() => {
      void probe()
    }, delay)
  }

  async function probe(): Promise<void> {
    try {
      await options.probe()
    } catch (error) {
      if (stopped) return
      if (error instanceof ApiError && error.status === 401) {
        end()
        return options.onSignedOut()
      }
      options.onFailed(error, attempt)
      return lost()
    }
    if (!stopped) connect()
  }

  function connect(): void {
    clearTimeout(retryTimer)
    close()
    const current = options.open(options.url())
    stream = current
    heard()
    for (const name of Object.keys(handlers) as EventName[]) {
      current.addEventListener(name, (event) => {
        if (stream !== current || typeof event.data !== 'string') return
        heard()
        const handler = handlers[name] as (data: unknown) => void
        handler(JSON.parse(event.data))
      })
    }
    current.addEventListener('error', () => {
      if (stream === current) lost()
    })
  }

  function end(): void {
    stopped = true
    clearTimeout(retryTimer)
    close()
  }

  return {
    /** Returns whether it was stopped. */
    start(): boolean {
      if (!stopped) return false
      stopped = false
      attempt = 0
      return true
    },
    connect,
    /** What it is asked for has changed: opened anew when it is open, else with the next attempt. */
    reopen(): void {
      if (stream) connect()
    },
    /** It works: the next failure is a first one. */
    works(): void {
      attempt = 0
    },
    lost,
    /** Tries at once instead of waiting for the next attempt. */
    nudge(): void {
      if (stopped || stream !== null) return
      attempt = 0
      clearTimeout(retryTimer)
      void probe()
    },
    stop: end,
  }
}
