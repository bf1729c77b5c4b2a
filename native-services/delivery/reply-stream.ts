/** The words of replies while they are written, at most every 50 ms per reply. */
import type { ReplyStream } from '../contract/events.ts'
import { errorText, type Log } from '../platform/log.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import type { NotificationRow } from '../store/notifications.ts'

const betweenFramesMs = 50
/** Of a long reply its end is shown while it is written; the comment has all of it. */
export const shownWhileWritten = 20_000

/** The end of what was written so far. */
export function newestWords(text: string): string {
  return text.length > shownWhileWritten ? `…${text.slice(-shownWhileWritten).toWellFormed()}` : text
}

export interface OpenReply {
  /** The whole text so far; a frame has `shownWhileWritten` characters of it. */
  write(text: string): void
  /** Always called once, also after a failure: what was shown is over. */
  close(): void
}

export function createReplyStreams({ clock, log }: { clock: Clock; log: Log }) {
  const listeners = new Set<(reply: ReplyStream) => void>()

  function emit(reply: ReplyStream): void {
    for (const listener of listeners) {
      try {
        listener(reply)
      } catch (error) {
        log.error('delivery.reply_listener_failed', { error: errorText(error) })
      }
    }
  }

  return {
    onReply(listener: (reply: ReplyStream) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    open(row: Pick<NotificationRow, 'id' | 'task_id' | 'agent_id'>): OpenReply {
      const frame = (text: string, done: boolean): ReplyStream => ({
        notification_id: row.id,
        task_id: row.task_id,
        agent_id: row.agent_id,
        text: newestWords(text),
        done,
      })
      let latest = ''
      let shown = ''
      let shownAt = Number.NEGATIVE_INFINITY
      let timer: TimerHandle | null = null
      function show(): void {
        timer = null
        shown = latest
        shownAt = clock.now()
        emit(frame(latest, false))
      }
      return {
        write(text) {
          if (text === '' || text === latest) return
          latest = text
          if (timer) return
          const wait = shownAt + betweenFramesMs - clock.now()
          if (wait <= 0) show()
          else timer = clock.setTimer(wait, show)
        },
        close() {
          timer?.cancel()
          timer = null
          // A reply that was never shown needs no end.
          if (shown !== '' || latest !== '') emit(frame(latest, true))
        },
      }
    },
  }
}
