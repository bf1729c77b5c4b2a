/**
 * Notices as messages of the desktop. Only what is new in this process is told, each subject at most once in a while, and many at once become
 * one message: a desktop that rings for everything is a desktop that is muted.
 */
import type { Clock, TimerHandle } from '../platform/clock.ts'
import type { NoticeRow } from '../store/notices.ts'
import type { Store } from '../store/store.ts'

/** What happens within this time is told together. */
const gatherMs = 1000
const mostAtOnce = 3
/** The same subject rings again only after this long. */
const quietMs = 5 * 60_000

export function createDesktopNotices(options: {
  store: Store
  clock: Clock
  notify: (message: { title: string; body: string; link: string }) => void
}) {
  const { store, clock } = options
  const waiting = new Map<string, NoticeRow>()
  const rangAt = new Map<string, number>()
  let timer: TimerHandle | null = null

  function flush(): void {
    timer = null
    const now = clock.now()
    for (const [subject, at] of rangAt) if (at <= now - quietMs) rangAt.delete(subject)
    const wanted = store.notices.preferences()
    // Whoever looks at the thread has read it by now.
    const rows = [...waiting.keys()]
      .flatMap((id) => store.notices.get(id) ?? [])
      .filter((row) => row.read_at === null && wanted[row.kind].desktop && !rangAt.has(row.subject))
    waiting.clear()
    for (const row of rows) rangAt.set(row.subject, now)
    if (rows.length > mostAtOnce) {
      const [first] = rows
      return options.notify({
        title: `${rows.length} new notifications`,
        body: rows
          .slice(0, mostAtOnce)
          .map((row) => row.title)
          .join('\n'),
        link: rows.every((row) => row.link === first?.link) ? (first?.link ?? '/') : '/',
      })
    }
    for (const row of rows) options.notify({ title: row.title, body: row.body, link: row.link })
  }

  const unsubscribe = store.onCommit((changes) => {
    for (const change of changes) {
      if (change.entity !== 'operator_notice' || change.deleted) continue
      const row = store.notices.get(change.entity_id)
      if (row && row.read_at === null) waiting.set(row.id, row)
    }
    if (waiting.size > 0) timer ??= clock.setTimer(gatherMs, flush)
  })

  return {
    stop() {
      unsubscribe()
      timer?.cancel()
    },
  }
}
