/** What the rest of the services host may ask of the gateway. Implementations: `gateway-connection.ts`, `responses-client.ts`. */

/**
 * Why a call failed, in the classes that decide what happens next:
 * `unavailable` (down, starting, draining, connection lost: wait, it is nobody's fault), `unauthorized` (our token: diagnose),
 * `rejected` (4xx, the request itself is wrong: do not repeat), `rate_limited`, `timeout`, `failed` (5xx, the run broke: back off), `aborted` (we did).
 */
export type GatewayFailure = 'unavailable' | 'unauthorized' | 'rejected' | 'rate_limited' | 'timeout' | 'failed' | 'aborted'

export class GatewayError extends Error {
  readonly failure: GatewayFailure
  /** The gateway's own code or HTTP status, for the log. */
  readonly detail: string | null
  readonly retryAfterMs: number | null

  constructor(
    failure: GatewayFailure,
    message: string,
    more: { detail?: string | null; retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'GatewayError'
    this.failure = failure
    this.detail = more.detail ?? null
    this.retryAfterMs = more.retryAfterMs ?? null
  }
}

/** Found out at connect, never guessed from a version number. */
export interface GatewayCapabilities {
  readonly protocol: number
  readonly version: string | null
  /** Granted to this connection; less than asked for means that some buttons cannot work. */
  readonly scopes: readonly string[]
  readonly methods: ReadonlySet<string>
  /** What only questions can tell; null until they were answered. */
  readonly probed?: ProbedCapabilities | null
}

export interface ProbedCapabilities {
  /** Names of agent files that it takes. */
  readonly allowed_files: readonly string[]
  /** How `agents` is written in its configuration. */
  readonly config_shape: 'entries' | 'list' | 'unknown'
}

export interface GatewayConnectionState {
  connected: boolean
  /** Why it is not connected, for a person. */
  reason: string | null
  /** `unauthorized` when the token was refused: a different remedy than "down". */
  failure: GatewayFailure | null
  version: string | null
  /** Changes at every start of the gateway, in-process restarts included. */
  boot_id: string | null
  /** When the gateway started, as far as can be told (ms epoch). Whoever was seen before that has lost its running work. */
  boot_at?: number | null
  /** It answered, and it is a version that we do not use: why, in a sentence. */
  unsupported?: string | null
  /** What this gateway can do; null before the first hello. */
  capabilities?: GatewayCapabilities | null
  /** Round trip of the last ping-like request, milliseconds. */
  latency_ms: number | null
  since_at: number
}

export interface GatewayEvent {
  event: string
  payload: Record<string, unknown>
}

/** One long-lived authenticated WebSocket; it reconnects by itself. */
export interface GatewayConnection {
  start(): void
  stop(): Promise<void>
  /** Connect elsewhere or with another token. */
  setTarget(target: { port: number; token: string | null }): void
  state(): GatewayConnectionState
  onState(listener: (state: GatewayConnectionState) => void): () => void
  onEvent(listener: (event: GatewayEvent) => void): () => void
  /** Calls an RPC method. Rejects with `GatewayError`; at once with `unavailable` while not connected. Default limit 30 s. */
  request(method: string, params: Record<string, unknown>, options?: { timeoutMs?: number }): Promise<Record<string, unknown>>
  /** Waits for the connection; rejects with `unavailable` after `ms`. */
  whenConnected(ms: number): Promise<void>
}

export interface AgentRun {
  /** `/v1/responses` id; equals the `runId` of the gateway's events. */
  run_id: string | null
  /** The final text; empty when the agent said nothing. */
  text: string
  usage: RunUsage | null
}

/** Tokens of a run. `input_tokens` is everything that was read, from a cache or not. */
export interface RunUsage {
  input_tokens: number
  output_tokens: number
  cache_read_tokens?: number
  cache_write_tokens?: number
}

/** What the gateway's events said of a run. */
export interface SeenRun {
  provider: string | null
  model: string | null
  /** Null: nothing was said of tokens. */
  tokens: { input_tokens: number; output_tokens: number; cache_read_tokens: number; cache_write_tokens: number } | null
  cost_micros: number | null
}

/** `POST /v1/responses`, streamed. */
export interface ResponsesClient {
  /**
   * Runs one turn of an agent in a session. `session_key` is the full `agent:<id>:…`. Rejects with `GatewayError`.
   * Aborting `signal` closes the request, which makes the gateway abort the run.
   */
  run(turn: {
    gateway_agent_id: string
    session_key: string
    input: string
    instructions: string
    signal: AbortSignal
    onRunId?: (runId: string) => void
    /** The whole text so far, as it grows. */
    onText?: (text: string) => void
  }): Promise<AgentRun>
  setTarget(target: { port: number; token: string | null }): void
  stop(): Promise<void>
}
