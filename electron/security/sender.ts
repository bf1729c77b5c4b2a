/** Who may call main: the main frame of our own window, showing our own page. */
import { isAppUrl } from '../app-origin.ts'
import type { IpcEventLike } from '../ports.ts'

/** @param windowContentsId Of the window as it is now; null while there is none. */
export function isTrustedSender(event: IpcEventLike, windowContentsId: number | null): boolean {
  const frame = event.senderFrame
  // A frame that navigated away or was destroyed reads as null: its call has lost its author.
  if (!frame || frame.parent !== null) return false
  return windowContentsId !== null && event.sender.id === windowContentsId && isAppUrl(frame.url)
}
