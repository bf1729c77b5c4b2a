/**
 * Quitting takes two steps: the first `before-quit` is held back while the host drains, the second goes through.
 * `running → draining → drained`; a session that ends (log-off, shutdown) takes the short way and holds nothing back.
 */
import type { AppPort } from '../ports.ts'

export type QuitPhase = 'running' | 'draining' | 'drained'

export interface Quit {
  /** True from the first moment of quitting on: a window's `close` must then close. */
  quitting(): boolean
  phase(): QuitPhase
  /** Asks for the end; same as Electron's own `quit`. */
  request(): void
  /** The system ends the session: drain as far as the moment allows, hold nothing back. */
  sessionEnds(): void
}

export interface QuitOptions {
  readonly app: Pick<AppPort, 'quit' | 'exit'> & {
    on(event: 'before-quit', listener: (event: { preventDefault(): void }) => void): unknown
  }
  readonly onBeforeQuitForUpdate: (listener: () => void) => void
  /** Stops everything, within the given time. May be asked before anything was started. */
  readonly drain: (deadlineMs: number) => Promise<void>
  readonly onDraining?: () => void
  readonly onError: (error: unknown) => void
  readonly deadlineMs?: number
  readonly setTimer?: (callback: () => void, ms: number) => void
}

const sessionEndDeadlineMs = 2000
/** What the watchdog gives on top of the deadline before it ends the process without asking. */
const graceMs = 3000

export function createQuit(options: QuitOptions): Quit {
  const deadlineMs = options.deadlineMs ?? 10_000
  const setTimer = options.setTimer ?? ((callback, ms) => void setTimeout(callback, ms).unref())
  let phase: QuitPhase = 'running'
  let updating = false
  let draining: Promise<void> | null = null

  function drain(deadline: number): Promise<void> {
    if (draining) return draining
    phase = 'draining'
    options.onDraining?.()
    setTimer(() => options.app.exit(1), deadline + graceMs)
    draining = options
      .drain(deadline)
      .catch(options.onError)
      .then(() => {
        phase = 'drained'
      })
    return draining
  }

  options.app.on('before-quit', (event) => {
    if (phase === 'drained') return
    event.preventDefault()
    // Asked a second time while draining: the first one is on its way.
    if (draining) return
    void drain(deadlineMs).then(() => options.app.quit())
  })
  options.onBeforeQuitForUpdate(() => {
    updating = true
  })

  return {
    quitting: () => phase !== 'running' || updating,
    phase: () => phase,
    request: () => options.app.quit(),
    sessionEnds() {
      void drain(sessionEndDeadlineMs)
      // The system will not wait: a quit that follows is let through at once.
      phase = 'drained'
    },
  }
}
