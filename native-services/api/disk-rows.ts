/** What the disk and the database put into Needs attention. */
import { statfs } from 'node:fs/promises'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import type { Store } from '../store/store.ts'
import type { AttentionRow } from './attention.ts'

const lookEveryMs = 15_000
/** Below this SQLite and the gateway still work, and a burst of logs would end it. */
const littleBytes = 500_000_000
const hardlyAnyBytes = 100_000_000

export interface DiskRows {
  rows(): AttentionRow[]
  stop(): void
}

/** @param freeBytes Bytes that we may still write; null when the system does not say. */
export function createDiskRows(options: {
  clock: Clock
  store: Pick<Store, 'trouble'>
  folder: string
  freeBytes?: (folder: string) => Promise<number | null>
}): DiskRows {
  const { clock, store, folder, freeBytes = freeOn } = options
  let free: number | null = null
  let littleSince: number | null = null
  let timer: TimerHandle | null = null
  let stopped = false

  async function look(): Promise<void> {
    free = await freeBytes(folder)
    littleSince = free !== null && free < littleBytes ? (littleSince ?? clock.now()) : null
    if (!stopped) timer = clock.setTimer(lookEveryMs, () => void look())
  }
  void look()

  return {
    rows() {
      const row = (key: string, tone: AttentionRow['tone'], title: string, reason: string, since: number): AttentionRow => ({
        key,
        tone,
        title,
        reason,
        since_at: since,
        link: '/doctor',
        fix: { label: 'Run the Doctor', action: 'open', target_id: null },
      })
      const rows: AttentionRow[] = []
      const trouble = store.trouble()
      if (trouble) rows.push(row('database', 'bad', 'Nothing can be written to the database', trouble.message, trouble.since_at))
      if (free !== null && littleSince !== null) {
        // Coarse: a row that changes with every look would be told to every page each time.
        const left = `About ${Math.floor(free / 50_000_000) * 50} MB are left on the disk of the data folder.`
        rows.push(
          row(
            'disk',
            free < hardlyAnyBytes ? 'bad' : 'warning',
            'The disk is almost full',
            `${left} When it is full, nothing that you or the agents write is kept. Make room on it.`,
            littleSince,
          ),
        )
      }
      return rows
    },
    stop() {
      stopped = true
      timer?.cancel()
    },
  }
}

async function freeOn(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return null
  }
}
