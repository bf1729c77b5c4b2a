/** The services host as the supervisor sees it. It is ready when it says so over the link, and well while its API answers. */
import type { LinkPort } from '../contract/host-link.ts'
import { servicesToHost, type HostToServices, type ServicesToHost } from '../contract/host-link.ts'
import type { Clock } from '../platform/clock.ts'
import { canListen } from '../platform/free-port.ts'
import type { Log } from '../platform/log.ts'
import { portOwner } from '../platform/process-identity.ts'
import { createOutputBuffer, type OutputLine } from '../supervision/output-lines.ts'
import type { Child, Program } from '../supervision/supervisor.ts'
import type { ForkServices } from './host-types.ts'

export interface ServicesProgramOptions {
  readonly fork: ForkServices
  readonly clock: Clock
  readonly log: Log
  readonly host: string
  readonly port: number
  readonly stopWithinMs: number
  readonly init: () => HostToServices
  readonly onMessage: (message: ServicesToHost) => void
  readonly onLine: (line: OutputLine) => void
}

export interface ServicesProgram extends Program {
  post(message: HostToServices): void
  /** Where it listens; null while it is not ready. */
  readonly apiPort: number | null
}

export function createServicesProgram(options: ServicesProgramOptions): ServicesProgram {
  let link: LinkPort | null = null
  let apiPort: number | null = null
  const output = createOutputBuffer({ scope: 'services', now: () => options.clock.now(), onLine: options.onLine })

  function fork(): Child {
    output.reset()
    apiPort = null
    const child = options.fork()
    link = child.link
    child.onOutput((text) => output.push(text))
    child.link.onMessage((raw) => {
      const parsed = servicesToHost.safeParse(raw)
      if (!parsed.success) {
        options.log.warn('services.unknown_message', {
          error: parsed.error.issues[0]?.message,
          field: parsed.error.issues[0]?.path.join('.'),
        })
        return
      }
      if (parsed.data.type === 'ready') apiPort = parsed.data.port
      options.onMessage(parsed.data)
    })
    child.onExit(() => {
      if (link !== child.link) return
      link = null
      apiPort = null
    })
    child.link.post(options.init())
    return {
      get pid() {
        return child.pid
      },
      onExit: (listener) => child.onExit(listener),
      signal: (signal) => child.kill(signal),
    }
  }

  return {
    name: 'services',
    get apiPort() {
      return apiPort
    },
    post: (message) => link?.post(message),
    async prepare() {
      const { host, port } = options
      if (port === 0 || (await canListen(port, host === 'localhost' ? '127.0.0.1' : host))) return { kind: 'spawn' }
      const owner = await portOwner(port)
      const who = owner?.program ? `${owner.program} (process ${owner.pid ?? 'unknown'})` : 'another program'
      return {
        kind: 'refused',
        fault: { reason: `Port ${port} is taken by ${who}.`, remedy: 'End that program, or choose another port with --port.' },
      }
    },
    spawn: fork,
    isReady: () => Promise.resolve(apiPort !== null),
    async probe() {
      const host = options.host.includes(':') ? `[${options.host}]` : options.host === '0.0.0.0' ? '127.0.0.1' : options.host
      const response = await fetch(`http://${host}:${apiPort ?? options.port}/healthz`, { signal: AbortSignal.timeout(4000) })
      await response.body?.cancel()
      return { ok: response.ok, silent: false, reason: response.ok ? null : `Its API answers ${response.status}.` }
    },
    drain(child) {
      options.log.info('services.shutdown')
      link?.post({ type: 'shutdown', deadline_at: options.clock.now() + options.stopWithinMs })
      return new Promise((resolve) => child.onExit(() => resolve()))
    },
    explainExit(exit) {
      const first = output.errors()[0] ?? output.lastLines().at(-1) ?? null
      const how = exit.signal ? `It was ended by ${exit.signal}.` : `It exited with code ${exit.code ?? 'unknown'}.`
      const said = exit.signal === null ? (first?.replace(/^error: /, '') ?? null) : null
      // 78 (EX_CONFIG): it says itself that trying again would not help, for example a database from a newer version; a sentence, and what to do.
      if (exit.code === 78 && said !== null) {
        const [, reason = said, remedy = null] = /^(.+?[.!])\s+(.+)$/.exec(said) ?? []
        return { fatal: true, fault: { reason, remedy } }
      }
      return { fatal: exit.code === 78, fault: { reason: said === null ? how : `${how} ${said}`, remedy: null } }
    },
  }
}
