/** Starts the services host as a forked Node: what headless mode does. The desktop brings its own, over `utilityProcess`. */
import { fork } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { linkToChild } from './process-link.ts'
import type { ForkServices, ProcessExit } from './host-types.ts'

/** `services.ts` beside this folder when the sources run, `services.js` beside the bundle otherwise. */
export function servicesEntry(): string {
  const here = fileURLToPath(import.meta.url)
  return here.endsWith('.ts') ? path.join(path.dirname(here), '..', 'services.ts') : path.join(path.dirname(here), 'services.js')
}

/** The environment of a child of ours: without what would change how its Node or Electron behaves. */
export function childEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !/^(ELECTRON_|NODE_OPTIONS$|NODE_CHANNEL_)/.test(entry[0]),
    ),
  )
}

export function createForkServices(entry: string = servicesEntry()): ForkServices {
  return () => {
    const child = fork(entry, [], {
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
      serialization: 'json',
    })
    let exit: ProcessExit | null = null
    const listeners: ((exit: ProcessExit) => void)[] = []
    child.once('exit', (code, signal) => {
      exit = { code, signal }
      for (const listener of listeners) listener(exit)
    })
    return {
      get pid() {
        return child.pid
      },
      link: linkToChild(child),
      onExit(listener) {
        if (exit) listener(exit)
        else listeners.push(listener)
      },
      onOutput(listener) {
        for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => listener(text))
      },
      kill: (signal) => void child.kill(signal),
    }
  }
}
