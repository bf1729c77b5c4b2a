/** `UtilityProcess` → `ServicesProcess`: the shape in which the host supervises its services. */
import { StringDecoder } from 'node:string_decoder'
import type { ProcessExit, ServicesProcess } from '../../native-services/host/host-types.ts'

interface OutputLike {
  on(event: 'data', listener: (chunk: Buffer) => void): unknown
}

/** The members of `UtilityProcess` that are used. */
export interface UtilityProcessLike {
  readonly pid: number | undefined
  readonly stdout: unknown
  readonly stderr: unknown
  postMessage(message: unknown): void
  kill(): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
}

function isOutput(value: unknown): value is OutputLike {
  return typeof value === 'object' && value !== null && 'on' in value
}

export function adaptUtilityProcess(
  child: UtilityProcessLike,
  killPid: (pid: number, signal: 'SIGKILL') => void = process.kill,
): ServicesProcess {
  let exit: ProcessExit | null = null
  let linkClosed = false
  const exitListeners: ((exit: ProcessExit) => void)[] = []
  const closeListeners: (() => void)[] = []
  const messageListeners: ((message: unknown) => void)[] = []

  function closeLink(): void {
    if (linkClosed) return
    linkClosed = true
    for (const listener of closeListeners) listener()
  }

  child.on('message', (message) => {
    if (!linkClosed) for (const listener of messageListeners) listener(message)
  })
  child.on('exit', (code) => {
    // Electron reports one number; on POSIX it is the status from waitpid, and a signal shows as a value above 128 or below 0.
    exit = { code, signal: null }
    closeLink()
    for (const listener of exitListeners) listener(exit)
  })

  return {
    get pid() {
      return child.pid
    },
    link: {
      post(message) {
        if (!linkClosed) child.postMessage(message)
      },
      onMessage: (listener) => void messageListeners.push(listener),
      onClose(listener) {
        if (linkClosed) listener()
        else closeListeners.push(listener)
      },
      close: closeLink,
    },
    onExit(listener) {
      if (exit) listener(exit)
      else exitListeners.push(listener)
    },
    onOutput(listener) {
      for (const stream of [child.stdout, child.stderr]) {
        if (!isOutput(stream)) continue
        // Chunks end anywhere, also in the middle of a character.
        const decoder = new StringDecoder('utf8')
        stream.on('data', (chunk) => listener(decoder.write(chunk)))
      }
    },
    kill(signal) {
      if (exit) return
      // `UtilityProcess.kill` is SIGTERM; a process that ignores it needs the real thing.
      if (signal === 'SIGKILL' && child.pid !== undefined) {
        try {
          killPid(child.pid, 'SIGKILL')
          return
        } catch {
          // Already gone, or Windows refused: fall through to Electron's own way.
        }
      }
      child.kill()
    },
  }
}
