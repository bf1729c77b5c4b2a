/** What the stream carries only while somebody asks for it: lines of the log, and the runs of one session. */
import type { EventFrames } from '../../../native-services/contract/events.ts'
import type { SessionFrame } from '../../../native-services/contract/sessions.ts'
import type { LiveStore } from './store.ts'

/** Going back and forth between pages should not reopen the stream each time. */
const keepMs = 20_000
/** The Logs page keeps its own; these are for the glimpses elsewhere. */
const maxLogLines = 2000

/** @param reopen Opens the stream anew when it is open, with what is asked for then. */
export function createWants(store: LiveStore, reopen: () => void) {
  let logsWanted = 0
  const logListeners = new Set<(frame: EventFrames['log']) => void>()
  let openedWithLogs = false
  let logsTimer: ReturnType<typeof setTimeout> | undefined
  let session: { key: string; listener: (frame: SessionFrame) => void } | null = null
  let openedWithSession: string | null = null
  let sessionTimer: ReturnType<typeof setTimeout> | undefined

  return {
    /** As the query of a stream that is opened now. */
    query(): string {
      openedWithLogs = logsWanted > 0
      openedWithSession = session?.key ?? null
      const following = openedWithSession === null ? '' : `&session=${encodeURIComponent(openedWithSession)}`
      return `logs=${openedWithLogs}${following}`
    },
    /** The stream carries lines from now on; there may be a gap before them. */
    begun: () => (openedWithLogs ? { logs: [], logsSince: Date.now() } : {}),
    onLog(data: EventFrames['log']): void {
      for (const listener of logListeners) listener(data)
      // Who listens keeps its own lines.
      if (logListeners.size === logsWanted) return
      store.setState((state) => {
        const logs = [...state.logs, ...data.lines]
        return { logs: logs.length > maxLogLines ? logs.slice(-maxLogLines) : logs }
      })
    },
    onSession(data: SessionFrame): void {
      if (data.session_key === session?.key) session.listener(data)
    },
    logs(listener?: (frame: EventFrames['log']) => void): () => void {
      logsWanted += 1
      if (listener) logListeners.add(listener)
      clearTimeout(logsTimer)
      if (!openedWithLogs) reopen()
      let released = false
      return () => {
        if (released) return
        released = true
        if (listener) logListeners.delete(listener)
        logsWanted -= 1
        clearTimeout(logsTimer)
        logsTimer = setTimeout(() => {
          if (logsWanted > 0 || !openedWithLogs) return
          store.setState({ logs: [] })
          reopen()
        }, keepMs)
      }
    },
    session(key: string, listener: (frame: SessionFrame) => void): () => void {
      const mine = { key, listener }
      session = mine
      clearTimeout(sessionTimer)
      if (openedWithSession !== key) reopen()
      return () => {
        if (session !== mine) return
        session = null
        sessionTimer = setTimeout(() => {
          if (session === null && openedWithSession !== null) reopen()
        }, keepMs)
      }
    },
    stop(): void {
      clearTimeout(logsTimer)
      clearTimeout(sessionTimer)
    },
  }
}
