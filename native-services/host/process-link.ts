/** The host link over `child_process` IPC: the same `LinkPort` on both ends. */
import type { ChildProcess } from 'node:child_process'
import type { LinkPort } from '../contract/host-link.ts'

interface IpcEnd {
  send?(message: unknown): boolean
  readonly connected?: boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
  disconnect?(): void
}

function linkOver(end: IpcEnd): LinkPort {
  return {
    post(message) {
      if (end.connected) end.send?.(message)
    },
    onMessage: (listener) => void end.on('message', listener),
    onClose: (listener) => void end.on('disconnect', listener),
    close() {
      if (end.connected) end.disconnect?.()
    },
  }
}

export function linkToChild(child: ChildProcess): LinkPort {
  // A send that fails because the other end has just gone is reported by its exit.
  child.on('error', () => undefined)
  return linkOver(child as IpcEnd)
}

/** For the services host when it was forked by a headless host. Null when nobody forked it. */
export function linkToParent(): LinkPort | null {
  return process.send ? linkOver(process as unknown as IpcEnd) : null
}
