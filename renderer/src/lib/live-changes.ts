/** Changes on their way into the store: some of them at once, held back while a snapshot is being fetched. */
import type { ChangeFrame } from '../../../native-services/contract/events.ts'
import { applyChanges } from './entities.ts'
import type { LiveStore } from './store.ts'

export interface ChangeQueue {
  add(frame: ChangeFrame): void
  /** What waits is of before a gap. */
  clear(): void
  /** From here on changes wait for a snapshot. */
  hold(): void
  /** The snapshot is there: what waited is applied on top of it. */
  release(): void
  /** There will be no snapshot: what waited is dropped. */
  drop(): void
  stop(): void
}

/** @param onApplied Called after changes were applied. */
export function createChangeQueue(store: LiveStore, onApplied: (frames: readonly ChangeFrame[]) => void): ChangeQueue {
  let queue: ChangeFrame[] = []
  /** Non-null while a snapshot is being fetched: frames wait here. */
  let held: ChangeFrame[] | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  /** How long the last changes took to be applied and rendered. */
  let applyMs = 0

  function apply(frames: readonly ChangeFrame[]): void {
    if (frames.length === 0) return
    const settings = frames.findLast((frame) => frame.entity === 'settings' && frame.data !== null)
    store.setState((state) => {
      const maps = applyChanges(state.maps, frames)
      let replies = state.replies
      for (const frame of frames) {
        const source = frame.entity === 'comment' ? frame.data?.source_notification_id : null
        if (source && replies[source]) {
          const { [source]: _gone, ...rest } = replies
          replies = rest
        }
      }
      return { maps, replies, ...(settings?.entity === 'settings' && settings.data ? { settings: settings.data } : {}) }
    })
    onApplied(frames)
  }

  function flush(): void {
    timer = undefined
    const frames = queue
    queue = []
    const began = performance.now()
    if (held) held.push(...frames)
    else apply(frames)
    applyMs = performance.now() - began
  }

  return {
    add(frame) {
      queue.push(frame)
      // A change that costs much to show is shown less often, yet within a tenth of a second.
      timer ??= setTimeout(flush, Math.min(90, Math.max(16, 3 * applyMs)))
    },
    clear() {
      queue = []
    },
    hold() {
      held = []
    },
    release() {
      const waiting = held ?? []
      held = null
      apply(waiting)
    },
    drop() {
      held = null
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
