/** Short messages about what just happened. Failures stay until they are read. */
import { notifications } from '@mantine/notifications'
import { createElement } from 'react'
import { UndoMessage } from '../ui/undo-message.tsx'
import { ApiError } from '../../../native-services/contract/client.ts'
import { explain } from './api.ts'

export function toast(message: string): void {
  notifications.show({ message, autoClose: 3500, withBorder: true })
}

let undoCount = 0

let lastInSlot: string | null = null

/**
 * Says what was done and offers to take it back, as long as that is likely to be wanted.
 * @param slot of those with one, only the last is shown: somebody who moves ten cards is not told ten times
 */
export function toastUndo(message: string, undo: () => Promise<void>, slot?: 'move'): void {
  undoCount += 1
  const id = `undo-${undoCount}`
  if (slot) {
    if (lastInSlot !== null) notifications.hide(lastInSlot)
    lastInSlot = id
  }
  const onUndo = () => {
    notifications.hide(id)
    void undo()
  }
  notifications.show({ id, message: createElement(UndoMessage, { message, onUndo }), autoClose: 10_000, withBorder: true })
}

/** @param title what did not happen, e.g. `The task was not moved` */
export function toastError(title: string, error: unknown): void {
  // The login page says it better.
  if (error instanceof ApiError && error.status === 401) return
  notifications.show({ title, message: explain(error), color: 'red', autoClose: 10_000, withBorder: true })
}

/** Runs it; says what went wrong. Resolves to null on failure. */
export async function attempt<Result>(work: () => Promise<Result>, words: { failed: string; done?: string }): Promise<Result | null> {
  try {
    const result = await work()
    if (words.done) toast(words.done)
    return result
  } catch (error) {
    toastError(words.failed, error)
    return null
  }
}
