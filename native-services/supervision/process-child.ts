/** Processes as the supervisor sees them: one that we spawned, or one that runs already. */
import { type ChildProcess, execFile } from 'node:child_process'
import type { Clock } from '../platform/clock.ts'
import { isSameProcess } from '../platform/process-identity.ts'
import type { Child, ChildExit } from './supervisor.ts'

/**
 * Signals a whole process group (the child was started with `detached: true`, so its id is the group's).
 * Windows has no signals: there the tree is ended, for which the work must have been finished before.
 */
export function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    execFile('taskkill', ['/T', '/F', '/PID', String(pid)], { windowsHide: true }, () => undefined)
    return
  }
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** A process of ours, started `detached`. What it leaves behind in its group when it ends is ended too. */
export function spawnedChild(child: ChildProcess): Child {
  let exit: ChildExit | null = null
  const listeners: ((exit: ChildExit) => void)[] = []
  const finish = (value: ChildExit): void => {
    if (exit) return
    exit = value
    if (child.pid !== undefined && process.platform !== 'win32') {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // Nothing was left.
      }
    }
    for (const listener of listeners) listener(value)
  }
  child.once('exit', (code, signal) => finish({ code, signal }))
  // `error` comes instead of `exit` when the program could not be started at all.
  child.once('error', () => {
    if (child.pid === undefined) finish({ code: null, signal: null })
  })
  return {
    get pid() {
      return child.pid
    },
    onExit(listener) {
      if (exit) listener(exit)
      else listeners.push(listener)
    },
    signal(signal) {
      if (child.pid !== undefined && !exit) signalGroup(child.pid, signal)
    },
  }
}

/**
 * A process that we did not start in this life. Its end is noticed by looking twice a second (its exit code stays unknown),
 * and before each signal it is checked to be the same process still.
 */
export function foundChild(options: { pid: number; startTime: string; clock: Clock; everyMs?: number }): Child {
  const { pid, startTime, clock } = options
  let ended = false
  const listeners: ((exit: ChildExit) => void)[] = []
  const look = async (): Promise<void> => {
    if (await isSameProcess({ pid, startTime })) {
      clock.setTimer(options.everyMs ?? 500, () => void look())
      return
    }
    ended = true
    for (const listener of listeners) listener({ code: null, signal: null })
  }
  void look()
  return {
    pid,
    onExit(listener) {
      if (ended) listener({ code: null, signal: null })
      else listeners.push(listener)
    },
    signal(signal) {
      void isSameProcess({ pid, startTime }).then((same) => {
        if (same) signalGroup(pid, signal)
      })
    },
  }
}
