/** Short messages about what just happened. Failures stay until they are read. */
import { type NotificationData, notifications, notificationsStore } from '@mantine/notifications'
import { createElement } from 'react'
import { UndoMessage } from '../ui/undo-message.tsx'
import { ApiError } from '../../../native-services/contract/client.ts'
import { words } from '../ui/strings.ts'
import { api, explain, undoTokenOf } from './api.ts'

/** Of more than fit the kit keeps the newest waiting, of all things: here the oldest goes. */
function show(data: NotificationData): void {
  notifications.show(data)
  const { notifications: inSight, queue } = notificationsStore.getState()
  if (queue.length > 0 && inSight[0]?.id) notifications.hide(inSight[0].id)
}

export function toast(message: string): void {
  show({ message, autoClose: 3500, withBorder: true })
}

let undoCount = 0

let lastInSlot: string | null = null

/**
 * Says what was done and, when the answer of the call can be taken back, offers that as long as it is likely to be wanted.
 * @param slot of those with one, only the last is shown: somebody who moves ten cards is not told ten times
 */
export function toastDone(message: string, answer: unknown, slot?: 'move'): void {
  const token = undoTokenOf(answer)
  if (token === undefined) return toast(message)
  undoCount += 1
  const id = `undo-${undoCount}`
  if (slot) {
    if (lastInSlot !== null) notifications.hide(lastInSlot)
    lastInSlot = id
  }
  const onUndo = () => {
    notifications.hide(id)
    // What comes back arrives over the event stream.
    void attempt(() => api.call('undo', { body: { token } }), { failed: words.notTakenBack, done: words.takenBack })
  }
  show({ id, message: createElement(UndoMessage, { message, onUndo }), autoClose: 10_000, withBorder: true })
}

/** @param title what did not happen, e.g. `The task was not moved` */
export function toastError(title: string, error: unknown): void {
  // The login page says it better.
  if (error instanceof ApiError && error.status === 401) return
  show({ title, message: explain(error), color: 'red', autoClose: 10_000, withBorder: true })
}

/** Runs it; says what went wrong, or what was done and, where that is possible, how to take it back. Resolves to null on failure. */
export async function attempt<Result>(work: () => Promise<Result>, said: { failed: string; done?: string }): Promise<Result | null> {
  try {
    const result = await work()
    if (said.done) toastDone(said.done, result)
    return result
  } catch (error) {
    toastError(said.failed, error)
    return null
  }
}
