/** The system's notifications, few enough to be read: repeats within a minute are dropped, and at most five a minute are shown. */
import type { ElectronPorts } from '../ports.ts'
import { routeFrom } from './deep-link.ts'

export interface DesktopNote {
  readonly title: string
  readonly body: string
  /** A route of ours; anything else is ignored on click. */
  readonly link: string
}

export type NoteVerdict = 'show' | 'repeat' | 'too-many'

const windowMs = 60_000
const perWindow = 5

/** Pure apart from the clock it is given: remembers what it let through. */
export function createNoteFilter(now: () => number = Date.now): (note: DesktopNote) => NoteVerdict {
  let shown: { at: number; key: string }[] = []
  return (note) => {
    const at = now()
    const key = JSON.stringify([note.title, note.body, note.link])
    shown = shown.filter((entry) => at - entry.at < windowMs)
    if (shown.some((entry) => entry.key === key)) return 'repeat'
    if (shown.length >= perWindow) return 'too-many'
    shown.push({ at, key })
    return 'show'
  }
}

export interface Notifications {
  /** What became of it; `unsupported` where the system has no notifications. */
  notify(note: DesktopNote): NoteVerdict | 'unsupported'
}

export function createNotifications(options: {
  ports: Pick<ElectronPorts, 'createNotification' | 'notificationsSupported'>
  onClick: (route: string | null) => void
  now?: () => number
}): Notifications {
  const filter = createNoteFilter(options.now)
  // Without a reference a notification may be collected before it is clicked.
  const alive = new Set<unknown>()
  return {
    notify(note) {
      if (!options.ports.notificationsSupported()) return 'unsupported'
      const verdict = filter(note)
      if (verdict !== 'show') return verdict
      const notification = options.ports.createNotification({ title: note.title, body: note.body })
      alive.add(notification)
      if (alive.size > 20) alive.delete(alive.values().next().value)
      notification.on('click', () => options.onClick(routeFrom(note.link)))
      notification.show()
      return verdict
    },
  }
}
