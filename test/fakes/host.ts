/** A host without children, behind the real `Host` interface: it starts, reports, obeys commands and stops. */
import type { HostCommand, ServicesState } from '../../native-services/contract/host-link.ts'
import type { Host, HostOptions, HostView } from '../../native-services/host/host-types.ts'

export function hostView(): HostView {
  return {
    services: { status: 'running', pid: 1, reason: null, remedy: null },
    gateway: {
      state: 'running',
      reason: null,
      remedy: null,
      pid: 2,
      port: 18_789,
      owned: true,
      version: '2026.9.6',
      since_at: 0,
      retry_at: null,
      restarts: 0,
      port_owner: null,
      suggested_port: null,
      last_lines: [],
    },
    runtime: {
      installed: true,
      source: 'managed',
      version: '2026.9.6',
      path: null,
      node_path: null,
      node_version: null,
      problem: null,
      managed_version: '2026.9.6',
    },
    apiUrl: null,
    servicesState: null,
  }
}

export interface FakeHost extends Host {
  readonly commands: HostCommand[]
  readonly powerEvents: string[]
  readonly logs: string[]
  /** How it was asked to stop; empty while it runs. */
  readonly stops: (number | undefined)[]
  started: boolean
  change(change: Partial<HostView>): void
  setState(state: Partial<ServicesState>): void
  say(note: { title: string; body: string; link: string }): void
  /** What the host does when the demo is left; absent where that is refused. */
  readonly leaveDemo: NonNullable<HostOptions['hooks']>['leaveDemo']
}

const defaultState: ServicesState = {
  attention_count: 0,
  attention: [],
  worst_tone: 'good',
  agents_online: 0,
  agents_total: 0,
  deliveries_paused: false,
  close_to_tray: true,
  start_hidden: false,
  stop_gateway_on_quit: true,
  gateway_autostart: true,
  gateway_id: null,
}

export function createFakeHost(
  options: HostOptions,
  behaviour: { startError?: Error; neverStarted?: boolean; stop?: () => Promise<void>; state?: Partial<ServicesState> } = {},
): FakeHost {
  let view: HostView = { ...hostView(), ...(behaviour.state && { servicesState: { ...defaultState, ...behaviour.state } }) }
  const host: FakeHost = {
    commands: [],
    powerEvents: [],
    logs: [],
    stops: [],
    started: false,
    operatorToken: 'operator-token-of-the-fake-host',
    async start() {
      if (behaviour.startError) throw behaviour.startError
      host.started = true
      if (behaviour.neverStarted) {
        host.change({ services: { ...view.services, status: 'starting' } })
        await new Promise(() => undefined)
      }
    },
    async whenReady() {
      return view.apiUrl ?? ''
    },
    async stop(deadlineMs) {
      host.stops.push(deadlineMs)
      await behaviour.stop?.()
      host.started = false
    },
    view: () => view,
    async command(command) {
      host.commands.push(command)
      return { ok: true, message: null }
    },
    power: (event) => void host.powerEvents.push(event),
    log: (level, scope, message) => void host.logs.push(`${level} ${scope} ${message}`),
    change(change) {
      view = { ...view, ...change }
      options.hooks?.onChange?.(view)
    },
    setState(state) {
      host.change({ servicesState: { ...defaultState, ...view.servicesState, ...state } })
    },
    leaveDemo: options.hooks?.leaveDemo,
    say: (note) => options.hooks?.onNotify?.(note),
  }
  return host
}
