/** What the API is made of, and the shape of its handlers. */
import type { Settings } from '../contract/entities.ts'
import type { BodyOf, OperationId, Operations, ParamsOf, QueryOf, ResponseOf } from '../contract/operations.ts'
import type { Delivery, Notifier } from '../delivery/types.ts'
import type { ExecApprovals } from '../gateway/exec-approvals.ts'
import type { GatewayToken } from '../lifecycle/gateway-token.ts'
import type { GatewayConnection } from '../gateway/types.ts'
import type { RunMeter } from '../lifecycle/run-meter.ts'
import type { AgentLifecycle } from '../lifecycle/types.ts'
import type { ContentFiles } from '../platform/content-files.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { DataPaths } from '../platform/paths.ts'
import type { LogStore } from '../platform/log-store.ts'
import type { AgentRow } from '../store/agents.ts'
import type { RecurringScheduler } from '../heartbeat/recurring-scheduler.ts'
import type { HeartbeatRow } from '../store/heartbeats.ts'
import type { Store } from '../store/store.ts'
import type { LiveState } from './live-state.ts'
import type { Internal } from './wire.ts'

export interface HeartbeatStats {
  running: boolean
  scheduled: number
  next_at: number | null
}

/** The machine around us, as the Doctor and the measurements need it. */
export interface Machine {
  readonly paths: DataPaths
  /** OpenClaw's configuration file. */
  readonly configPath: string
  /** The process that supervises us; null when nobody does. */
  readonly hostPid: number | null
  /** OpenClaw's own word on its configuration or on another file, by its command line; null when it could not be asked. */
  readonly validateConfig?: (
    openclaw: { entry: string; nodePath: string },
    file?: string,
  ) => Promise<{ ok: boolean; output: string } | null>
}

export interface ApiDeps {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly lifecycle: AgentLifecycle
  readonly delivery: Delivery
  readonly notifier: Notifier
  readonly heartbeat: { stats(): HeartbeatStats; beatNow(agent: AgentRow): HeartbeatRow }
  readonly recurring: Pick<RecurringScheduler, 'plan' | 'poke' | 'runNow'>
  readonly connection: Pick<GatewayConnection, 'state' | 'request' | 'onEvent'>
  readonly gatewayToken: GatewayToken
  readonly execApprovals: ExecApprovals
  readonly runMeter: Pick<RunMeter, 'look'>
  readonly attachmentFiles: ContentFiles
  readonly live: LiveState
  readonly machine: Machine
  readonly logs: LogStore
  readonly settings: () => Settings
  readonly version: string
  readonly demo: boolean
  readonly startedAt: number
  readonly operatorToken: string
  /** Keys the session cookies. */
  readonly installKey: string
  readonly staticDir: string | null
  /** The folder that holds `agent/`. */
  readonly resourcesDir: string
  /** Address that the server is bound to, and its port once it listens. */
  readonly host: string
  readonly port: () => number
}

interface BaseRequest {
  readonly requestId: string
  /** Sets a header of the answer. */
  setHeader(name: string, value: string): void
  /** The session cookie of the request; null without one. */
  readonly cookie: string | null
  readonly address: string
  /** For operations that read the body themselves (`raw` in the table). */
  readonly raw: Request
  /** Aborted when the caller has gone away. */
  readonly signal: AbortSignal
}

export type ApiRequest<Id extends OperationId> = BaseRequest & {
  readonly params: ParamsOf<Id>
  readonly query: QueryOf<Id>
  readonly body: BodyOf<Id>
} & (Operations[Id]['auth'] extends 'agent' ? { readonly agent: AgentRow } : object)

type Answer<Id extends OperationId> = Operations[Id] extends { streams: true } ? Response : Internal<ResponseOf<Id>>

/** Answers an operation, or throws an `AppError`. Times in the answer are milliseconds. */
export type Handler<Id extends OperationId> = (request: ApiRequest<Id>) => Answer<Id> | Promise<Answer<Id>>

/** A handler for every operation: one that is missing does not compile. */
export type Handlers = { readonly [Id in OperationId]: Handler<Id> }
export type HandlerGroup<Ids extends OperationId> = Pick<Handlers, Ids>
