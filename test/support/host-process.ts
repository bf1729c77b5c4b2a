/** A host in a process of its own, with the stand-in for the services host: for tests that kill things. */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { HostView } from '../../native-services/host/host-types.ts'
import type { HostCommand, HostToServices } from '../../native-services/contract/host-link.ts'

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'fakes', 'serve-with-stand-in.ts')

export interface HostProcess {
  readonly pid: number
  /** The newest view, as the host printed it. */
  view(): HostView | null
  error(): string | null
  /** Resolves with the first view, past views since the last call included, that satisfies `wanted`. */
  waitFor(wanted: (view: HostView) => boolean, timeoutMs?: number): Promise<HostView>
  url(): Promise<string>
  told(): Promise<HostToServices[]>
  command(command: HostCommand): Promise<{ ok: boolean; message: string | null }>
  exited: Promise<number | null>
  signal(signal: 'SIGTERM' | 'SIGKILL'): void
}

export function startHostProcess(options: {
  dataDir: string
  apiPort?: number
  gatewayPort: number
  demo?: boolean
  env?: Record<string, string>
}): HostProcess {
  const child: ChildProcess = spawn(
    process.execPath,
    [script, options.dataDir, String(options.apiPort ?? 0), String(options.gatewayPort), options.demo ? 'demo' : 'plain'],
    {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const views: HostView[] = []
  let error: string | null = null
  let rest = ''
  const listeners = new Set<() => void>()
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const message = JSON.parse(line) as { view?: HostView; error?: string }
      if (message.view) views.push(message.view)
      if (message.error) error = message.error
    }
    for (const listener of listeners) listener()
  })
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      resolve(code)
      for (const listener of listeners) listener()
    })
  })
  let seen = 0

  function wait<Value>(look: () => Value | null, what: string, timeoutMs: number): Promise<Value> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        listeners.delete(check)
        clearTimeout(timer)
      }
      const check = (): void => {
        const value = look()
        if (value === null) return
        done()
        resolve(value)
      }
      const timer = setTimeout(() => {
        done()
        reject(
          new Error(`${what} did not come within ${timeoutMs} ms; error: ${error ?? 'none'}; last view: ${JSON.stringify(views.at(-1))}`),
        )
      }, timeoutMs)
      listeners.add(check)
      check()
    })
  }

  const url = (): Promise<string> => wait(() => views.at(-1)?.apiUrl ?? null, 'the API', 15_000)
  const told = async (): Promise<HostToServices[]> => (await (await fetch(`${await url()}/told`)).json()) as HostToServices[]
  let commands = 0

  return {
    pid: child.pid ?? 0,
    view: () => views.at(-1) ?? null,
    error: () => error,
    url,
    told,
    exited,
    waitFor: (wanted, timeoutMs = 15_000) =>
      wait(
        () => {
          while (seen < views.length) {
            const view = views[seen]
            seen += 1
            if (view && wanted(view)) return view
          }
          return null
        },
        'the view',
        timeoutMs,
      ),
    async command(command) {
      const id = `command-${(commands += 1)}`
      await fetch(`${await url()}/command?id=${id}`, { method: 'POST', body: JSON.stringify(command) })
      for (;;) {
        const result = (await told()).find((message) => message.type === 'command-result' && message.command_id === id)
        if (result?.type === 'command-result') return { ok: result.ok, message: result.message }
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    signal: (signal) => void child.kill(signal),
  }
}
