/** Lines that came and are not shown yet. Nobody reads a flood line by line: it is shown a few times a second, and not at all while nobody sees it. */
import type { LogLine } from '../../../../native-services/contract/entities.ts'
import type { EventFrames } from '../../../../native-services/contract/events.ts'
import { mostEntries } from './log-window.ts'

export interface WaitingLines {
  readonly lines: readonly LogLine[]
  readonly gap: { readonly from: number; readonly to: number } | null
  readonly repeats: EventFrames['log']['repeats']
  /** What the lines were chosen by. */
  readonly fits: (line: LogLine) => boolean
}

const showMs = 200
const hiddenMs = 2000

/** @param show gets what came since the last time; at most five times a second */
export function createLogQueue(show: (frames: readonly WaitingLines[]) => void): { add(frame: WaitingLines): void; stop(): void } {
  let waiting: WaitingLines[] = []
  let lines = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let shownAt = -Infinity
  const run = () => {
    timer = undefined
    if (document.hidden) {
      timer = setTimeout(run, hiddenMs)
      return
    }
    shownAt = performance.now()
    const frames = waiting
    waiting = []
    lines = 0
    show(frames)
  }
  return {
    add(frame) {
      waiting.push(frame)
      lines += frame.lines.length
      // What comes after them fills the window: they would be dropped from it at once.
      for (let first = waiting[0]; first && lines - first.lines.length >= mostEntries; first = waiting[0]) {
        waiting.shift()
        lines -= first.lines.length
      }
      timer ??= setTimeout(run, Math.max(0, shownAt + showMs - performance.now()))
    },
    stop: () => clearTimeout(timer),
  }
}
