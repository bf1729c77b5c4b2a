/**
 * The host link: a typed message port between the host process (Electron main, or `mission-control serve`) and the
 * services host. Both ends validate what arrives. Times are integer milliseconds here: this is not the wire.
 */
import { z } from 'zod'
import { gatewayRuntime, modelProvider, runtimeInfo } from './entities.ts'
import { runtimeSwitchState } from './gateway-config.ts'

const ms = z.number().int()

/** What the host knows of the gateway; whether we are connected to it is the services host's to add. */
export const gatewayStateMessage = gatewayRuntime
  .omit({ connected: true, latency_ms: true })
  .extend({ since_at: ms, retry_at: ms.nullable() })
export type GatewayState = z.infer<typeof gatewayStateMessage>

export const modelProviderInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('demo') }),
  z.strictObject({ kind: z.literal('openai'), api_key: z.string().min(8).max(500), model: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal('anthropic'), api_key: z.string().min(8).max(500), model: z.string().min(1).max(200) }),
  z.strictObject({
    kind: z.literal('openai-compatible'),
    base_url: z.url(),
    api_key: z.string().max(500),
    model: z.string().min(1).max(200),
  }),
])
export type ModelProviderInput = z.infer<typeof modelProviderInput>

/** Everything the services host needs to begin. Secrets come this way, never by argv or environment. */
export const initMessage = z.object({
  type: z.literal('init'),
  version: z.string(),
  data_dir: z.string(),
  /** Where the built renderer lies; null when there is none to serve. */
  static_dir: z.string().nullable(),
  resources_dir: z.string(),
  host: z.string(),
  port: ms,
  demo: z.boolean(),
  operator_token: z.string(),
  /** 32 bytes, base64url: keys the hashes of agent tokens. */
  install_key: z.string(),
  gateway: z.object({
    port: z.number().int(),
    /** The gateway's shared token; null until a configuration exists. */
    token: z.string().nullable(),
    workspace_root: z.string(),
    config_path: z.string(),
  }),
})
export type InitMessage = z.infer<typeof initMessage>

/** How an installation is refused while another one runs. */
export const installUnderWay = 'An installation is running already.'

const command = z.discriminatedUnion('action', [
  z.object({ action: z.literal('start') }),
  z.object({ action: z.literal('stop') }),
  z.object({ action: z.literal('restart') }),
  /** Move to another port (a stranger has ours). */
  z.object({ action: z.literal('use-port'), port: z.number().int().min(1024).max(65535) }),
  /** Ours, not the gateway: a restore is prepared, and files change places before they start again. */
  z.object({ action: z.literal('restart-services') }),
  /** Without a version: the one that this release was tested with, made current. With one: beside the others, and only that. */
  z.object({ action: z.literal('install-runtime'), version: z.string().optional() }),
  z.object({ action: z.literal('list-runtimes') }),
  z.object({ action: z.literal('ask-registry') }),
  z.object({ action: z.literal('remove-runtime'), id: z.string() }),
  /** Answered when it has begun; how it goes comes as `runtime-switch`. */
  z.object({ action: z.literal('switch-runtime'), id: z.string(), job_id: z.string() }),
  z.object({ action: z.literal('set-model-provider'), provider: modelProviderInput }),
  /** The model that the demo's took the place of; nothing when another was chosen meanwhile. */
  z.object({ action: z.literal('leave-demo-model') }),
  /** Of a control center that is the demo: end it. */
  z.object({ action: z.literal('leave-demo') }),
  /**
   * The gateway's shared token, in phases, so that a crash at any instant leaves one that works: `remember` keeps it beside the one in
   * use, `commit` makes it the one, `forget` drops it, `reread` takes what stands in the configuration file.
   */
  z.object({
    action: z.literal('gateway-token'),
    phase: z.enum(['remember', 'commit', 'forget', 'reread']),
    token: z.string().min(32).max(200).optional(),
  }),
])
export type HostCommand = z.infer<typeof command>

export const hostToServices = z.discriminatedUnion('type', [
  initMessage,
  z.object({ type: z.literal('gateway-state'), state: gatewayStateMessage }),
  /** The shared token changed (new configuration, rotation): reconnect with this one. */
  z.object({ type: z.literal('gateway-token'), token: z.string().nullable(), port: z.number().int() }),
  z.object({ type: z.literal('runtime-state'), runtime: runtimeInfo }),
  z.object({
    type: z.literal('model-provider'),
    provider: modelProvider,
  }),
  z.object({ type: z.literal('install-progress'), step: z.string(), done: ms, total: ms }),
  z.object({
    type: z.literal('command-result'),
    command_id: z.string(),
    ok: z.boolean(),
    message: z.string().nullable(),
    /** What was asked for, of the commands that ask. */
    data: z.unknown().optional(),
  }),
  /** The switch that runs, or the last one; null when there was none since the host started. Told at every step and after `ready`. */
  z.object({ type: z.literal('runtime-switch'), state: runtimeSwitchState.nullable() }),
  z.object({
    type: z.literal('log'),
    lines: z.array(
      z.object({
        at: ms,
        level: z.enum(['debug', 'info', 'warn', 'error']),
        source: z.enum(['gateway', 'host', 'desktop']),
        scope: z.string(),
        message: z.string(),
      }),
    ),
  }),
  z.object({ type: z.literal('power'), event: z.enum(['suspend', 'resume']) }),
  z.object({ type: z.literal('shutdown'), deadline_at: ms }),
])
export type HostToServices = z.infer<typeof hostToServices>

/** What the host needs for its tray and for its own stop order. */
export const servicesState = z.object({
  attention_count: ms,
  attention: z.array(z.object({ title: z.string(), link: z.string() })).max(10),
  worst_tone: z.enum(['idle', 'good', 'busy', 'warning', 'bad']),
  agents_online: ms,
  agents_total: ms,
  deliveries_paused: z.boolean(),
  close_to_tray: z.boolean(),
  start_hidden: z.boolean(),
  stop_gateway_on_quit: z.boolean(),
  gateway_autostart: z.boolean(),
  /** Id of the local gateway, for re-sync from the tray. */
  gateway_id: z.string().nullable(),
})
export type ServicesState = z.infer<typeof servicesState>

export const servicesToHost = z.discriminatedUnion('type', [
  /** The HTTP API answers. */
  z.object({ type: z.literal('ready'), port: ms, pid: ms }),
  z.object({ type: z.literal('state'), state: servicesState }),
  z.object({ type: z.literal('gateway-command'), command_id: z.string(), command }),
  /** The WebSocket to the gateway authenticated (or was lost): the third part of readiness. */
  z.object({
    type: z.literal('gateway-connection'),
    connected: z.boolean(),
    version: z.string().nullable(),
    reason: z.string().nullable(),
  }),
  z.object({ type: z.literal('notify'), title: z.string(), body: z.string(), link: z.string() }),
  z.object({
    type: z.literal('log'),
    lines: z.array(z.object({ at: ms, level: z.enum(['debug', 'info', 'warn', 'error']), scope: z.string(), message: z.string() })),
  }),
])
export type ServicesToHost = z.infer<typeof servicesToHost>

/** Either end of the link: `child_process` IPC, Electron's `MessagePort`, or a pair in memory for tests. */
export interface LinkPort {
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
  close(): void
}
