/** What the parts of the lifecycle share. */
import type { AgentFiles } from '../gateway/agent-files.ts'
import type { GatewayConnection } from '../gateway/types.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { AgentRow } from '../store/agents.ts'
import type { Store } from '../store/store.ts'
import type { AgentTokens } from './agent-token.ts'
import type { KeyedLock } from './keyed-lock.ts'
import type { TimerLoop } from './timer-loop.ts'
import type { CheckToken } from './verify-token.ts'

export const timerKinds = {
  provision: 'agent_provision',
  /** Cosmetic changes are written to the gateway and the workspace; nobody is woken. */
  refresh: 'agent_refresh',
  wake: 'agent_wake',
  reconcile: 'agent_reconcile',
  silence: 'agent_silence',
  remove: 'agent_remove',
  /** The gateway has been away for a while: nobody is online any more. */
  gatewayAbsence: 'gateway_absence',
} as const

/** Names of the tasks in the log, as operators know them. */
export const taskType = 'agent_lifecycle_reconcile'

export interface LifecycleContext {
  store: Store
  clock: Clock
  log: Log
  gateway: GatewayConnection
  files: AgentFiles
  tokens: AgentTokens
  locks: KeyedLock
  loop(): TimerLoop
  random(): number
  baseUrl(): string
  resourcesDir: string
  checkToken: CheckToken
  /** The gateway is connected and the host says that it is ready. */
  gatewayUp(): boolean
}

/** Changes the row and tells about it, in the transaction under way. */
export function recordAgentEvent(
  context: LifecycleContext,
  agent: AgentRow,
  event: { event_type: string; message: string; level?: 'info' | 'warning' | 'error'; data?: Record<string, unknown> },
): void {
  context.store.activity.record({ ...event, agent_id: agent.id, board_id: agent.board_id, gateway_id: agent.gateway_id })
}

/** When the gateway is away, work waits for it; this only bounds the wait in case its return was missed. */
export const gatewayWaitMs = 60_000
/** Connected, but the host does not call it ready yet: that takes a moment only. */
export const notReadyMs = 500
