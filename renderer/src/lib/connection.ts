/** The page's own live connection, wired to the browser. */
import { api, setUnauthorizedHandler } from './api.ts'
import { createLiveConnection } from './live.ts'
import { useLive } from './store.ts'

export const live = createLiveConnection({ api, store: useLive, open: (url) => new EventSource(url) as never })

const lastBoardKey = 'mission-control-board'

/** The board that a reload will most likely ask for. */
export function rememberBoard(id: string): void {
  localStorage.setItem(lastBoardKey, id)
}

/** Asks for the data; a second call changes nothing. */
export function beginLive(): void {
  live.start()
  // What the address asks for is on its way before the page that shows it; a board that was never here may not exist.
  const board = /^#\/boards\/([^/?]+)/.exec(window.location.hash)?.[1]
  if (board && board === localStorage.getItem(lastBoardKey)) void live.wantBoard(board)
}

/** Keeps the connection while the page is used; returns the undo. */
export function startLive(): () => void {
  setUnauthorizedHandler(() => {
    live.stop()
    useLive.setState({ session: 'out' })
  })
  const nudge = () => {
    if (document.visibilityState === 'visible') live.nudge()
  }
  window.addEventListener('online', nudge)
  document.addEventListener('visibilitychange', nudge)
  beginLive()
  return () => {
    window.removeEventListener('online', nudge)
    document.removeEventListener('visibilitychange', nudge)
    live.stop()
  }
}
