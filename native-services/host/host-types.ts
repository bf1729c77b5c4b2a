/** What the two hosts (Electron main, `mission-control serve`) and the code that they share say to each other. */
import type { GatewayState, LinkPort, ServicesState } from '../contract/host-link.ts'
import type { HostCommand } from '../contract/host-link.ts'
import type { RuntimeInfo } from '../contract/entities.ts'
import type { SupervisorStatus } from '../contract/states.ts'
import type { HostConfig } from '../platform/config.ts'

export interface ProcessExit {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null
  readonly signal: string | null
}

/** A running services host: `utilityProcess` in the desktop, a forked Node otherwise. */
export interface ServicesProcess {
  /** Undefined until the operating system has told it (`utilityProcess` learns it late). */
  readonly pid: number | undefined
  readonly link: LinkPort
  /** Called once, also when the process is gone already. */
  onExit(listener: (exit: ProcessExit) => void): void
  /** Raw chunks of stdout and stderr. */
  onOutput(listener: (text: string) => void): void
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

/** Starts the services host. It must exit by itself when its link closes. Throws when it cannot be started. */
export type ForkServices = () => ServicesProcess

export interface HostHooks {
  /** Anything in `Host.view()` changed: redraw the tray. */
  onChange?(view: HostView): void
  /** OpenClaw is being installed: what is done now, step `done` of `total`. */
  onInstall?(progress: { step: string; done: number; total: number }): void
  /** The person leaves a control center that is the demo. Without it that is refused. `restarts`: one's own comes in its place by itself. */
  leaveDemo?: { readonly restarts: boolean; readonly leave: () => void }
  /** The services host wants a person told. `link` is a hash route of the renderer, e.g. `#/agents/…`. */
  onNotify?(notification: { title: string; body: string; link: string }): void
}

export interface HostOptions {
  readonly config: HostConfig
  /** Who holds the data folder, in words for a second instance: `the desktop app`, `mission-control serve`. */
  readonly program: string
  /** Default: `child_process.fork` of `services.ts` (or `services.js` when bundled). */
  readonly forkServices?: ForkServices
  readonly hooks?: HostHooks
  /** Also print the log to stderr. Default false. */
  readonly consoleLog?: boolean
}

export interface ChildView {
  readonly status: SupervisorStatus
  readonly pid: number | null
  readonly reason: string | null
  readonly remedy: string | null
}

/** What a tray needs. Times are milliseconds. */
export interface HostView {
  readonly services: ChildView
  readonly gateway: GatewayState
  readonly runtime: RuntimeInfo
  /** Where the HTTP API listens, e.g. `http://127.0.0.1:8642`; null while the services host is not ready. */
  readonly apiUrl: string | null
  /** Last `state` message of the services host; null before the first. */
  readonly servicesState: ServicesState | null
}

export interface CommandResult {
  readonly ok: boolean
  readonly message: string | null
  /** What was asked for, of the commands that ask. */
  readonly data?: unknown
}
export const done: CommandResult = { ok: true, message: null }
/** @param message Why, and what to do instead, for a person. */
export const refused = (message: string): CommandResult => ({ ok: false, message })

export interface Host {
  /** Resolves as soon as both children are supervised; throws `DataDirLockedError` when another host has the data folder. */
  start(): Promise<void>
  /** Resolves with the API's URL when the services host answers for the first time; throws when it cannot. */
  whenReady(): Promise<string>
  /** Services first (told the deadline), then the gateway when it is ours and the setting says so. Default 10 000 ms. Safe to call twice. */
  stop(deadlineMs?: number): Promise<void>
  view(): HostView
  /** The operator token: for the protocol handler and the command line, never for a page. */
  readonly operatorToken: string
  /** The same commands as the HTTP API gives: start, stop, restart, use-port, install-runtime, set-model-provider. */
  command(command: HostCommand): Promise<CommandResult>
  /** From the desktop's power monitor. Without one the host notices a sleep by its own clock. */
  power(event: 'suspend' | 'resume'): void
  /** Puts lines of the desktop itself in the log that the renderer shows. */
  log(level: 'debug' | 'info' | 'warn' | 'error', scope: string, message: string): void
}
