/** What the host tells us and nobody stores: the gateway's state, the runtime, the model provider. Also the way back: commands to the host. */
import type { GatewayRuntime, ModelProvider, RuntimeInfo } from '../contract/entities.ts'
import { AppError } from '../contract/errors.ts'
import type { GatewayState, HostCommand } from '../contract/host-link.ts'
import { updateRemedy } from '../domain/gateway-version.ts'
import type { GatewayConnectionState } from '../gateway/types.ts'
import type { Stored } from '../store/rows.ts'

export interface CommandOutcome {
  ok: boolean
  /** A sentence for a person. */
  message: string | null
  /** What was asked for. */
  data?: unknown
}

export interface LiveState {
  gateway(): Stored<GatewayRuntime>
  /** The gateway answers and is of a version that we do not use: why. */
  unsupported(): string | null
  runtime(): RuntimeInfo
  modelProvider(): ModelProvider
  setGateway(state: GatewayState): void
  setRuntime(runtime: RuntimeInfo): void
  setModelProvider(provider: ModelProvider): void
  onChange(listener: (what: 'gateway' | 'runtime' | 'model-provider') => void): () => void
  /** The gateway connection changed: the runtime that we show contains it. */
  connectionChanged(): void
  /** Asks the host to do something and waits for its answer. Throws `gateway_unavailable` when there is no host to ask. */
  command(command: HostCommand): Promise<CommandOutcome>
}

export function createLiveState(options: {
  port: number
  now: () => number
  connection: () => Pick<GatewayConnectionState, 'connected' | 'latency_ms' | 'version' | 'reason' | 'unsupported'>
  send: ((command: HostCommand) => Promise<CommandOutcome>) | null
}): LiveState {
  const listeners = new Set<(what: 'gateway' | 'runtime' | 'model-provider') => void>()
  let gateway: GatewayState = {
    state: 'stopped',
    reason: 'The host has not said anything about the gateway yet.',
    remedy: null,
    pid: null,
    port: options.port,
    owned: false,
    version: null,
    since_at: options.now(),
    retry_at: null,
    restarts: 0,
    port_owner: null,
    suggested_port: null,
    last_lines: [],
  }
  let runtime: RuntimeInfo = {
    installed: false,
    source: 'none',
    version: null,
    path: null,
    node_path: null,
    node_version: null,
    problem: null,
    managed_version: '',
  }
  let provider: ModelProvider = { kind: 'none', base_url: null, model: null, key_hint: null }
  const tell = (what: 'gateway' | 'runtime' | 'model-provider'): void => listeners.forEach((listener) => listener(what))

  return {
    gateway() {
      const { connected, latency_ms, version, unsupported } = options.connection()
      const shown = { ...gateway, connected, latency_ms, version: version ?? gateway.version }
      return unsupported ? { ...shown, reason: unsupported, remedy: updateRemedy } : shown
    },
    unsupported: () => options.connection().unsupported ?? null,
    runtime: () => runtime,
    modelProvider: () => provider,
    setGateway(state) {
      gateway = state
      tell('gateway')
    },
    setRuntime(next) {
      runtime = next
      tell('runtime')
    },
    setModelProvider(next) {
      provider = next
      tell('model-provider')
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    connectionChanged: () => tell('gateway'),
    command(command) {
      if (!options.send)
        throw new AppError(
          'gateway_unavailable',
          'Nobody supervises the gateway here: the services run without their host. Start it with `mission-control serve`.',
        )
      return options.send(command)
    },
  }
}
