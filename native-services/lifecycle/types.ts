/** What the API, the heartbeat scheduler and the composition root may ask of the agent lifecycle. */
import type { AgentDocuments } from './agent-documents.ts'
import type { AgentImport } from './agent-import.ts'
import type { AgentPatch, AgentRow } from '../store/agents.ts'
import type { Credential } from '../contract/gateway-security.ts'
import type { JobRow } from '../store/jobs.ts'
import type { Stored } from '../store/rows.ts'

export interface SyncOptions {
  include_main: boolean
  lead_only: boolean
  reset_sessions: boolean
  rotate_tokens: boolean
  force_bootstrap: boolean
  overwrite: boolean
  /** Wake everybody who was updated, at the end. */
  wake?: boolean
  board_id: string | null
}

export interface NewAgentInput {
  gateway_id: string
  board_id: string | null
  name: string
  role: AgentRow['role']
  heartbeat_config: AgentRow['heartbeat_config']
  identity_profile: AgentRow['identity_profile']
  /** It is in the gateway already, under these names: nothing of it is made or changed there. */
  existing?: Pick<AgentRow, 'gateway_agent_id' | 'openclaw_session_id' | 'workspace_path'>
}

export interface CredentialControl {
  /** Every copy of every credential of a gateway and its agents, as fingerprints. */
  report(gatewayId: string): Stored<Credential>[]
  /** @param subject An agent's id, or `gateway`. */
  mend(subject: string): Promise<{ mended: boolean; message: string }>
  /** Ends a sync at its next safe point. Throws `conflict` when it has ended or cannot be ended. */
  cancelJob(jobId: string): JobRow
}

export interface AgentLifecycle {
  /** The files that reach the agents' prompts. */
  readonly documents: AgentDocuments
  readonly imports: AgentImport
  start(): void
  /** Stops taking up work and waits for what is under way, at most until `deadlineAt` (ms epoch). */
  stop(deadlineAt: number): Promise<void>

  /** Writes the row (ids, session key and workspace path are derived here). Throws `conflict` for a taken name or a second lead. Does not contact the gateway. */
  create(input: NewAgentInput): AgentRow
  /** Begins provisioning, then wakes; returns at once, progress is in the row and in activity. Durable: continues after a restart. */
  provision(agentId: string): AgentRow
  /** Begins a new cycle of wakes; returns at once. */
  wake(agentId: string): AgentRow
  /** The agent called `POST /agent/heartbeat` with its own token. Idempotent. */
  checkIn(agentId: string): AgentRow
  /** Any authenticated call of an agent: counts as seen, at most every 30 s. Never resets a wake cycle by itself. */
  touch(agentId: string): void
  pause(agentId: string): AgentRow
  resume(agentId: string): AgentRow
  /** Cosmetic edits: neither token nor session are touched. */
  rename(agentId: string, patch: Pick<AgentPatch, 'name' | 'heartbeat_config' | 'identity_profile'>): AgentRow
  /** Removes it from the gateway, then here. Throws `gateway_error` when the gateway refuses; the row stays. */
  remove(agentId: string): Promise<void>

  /** Who holds this token; also accepts the previous one until the new one is first used. Constant-time. */
  authenticate(token: string): AgentRow | undefined

  /** Starts `templates/sync` as a job; one at a time per gateway (`conflict` otherwise). `done` resolves with the finished job. */
  sync(gatewayId: string, options: SyncOptions): { job: JobRow; done: Promise<JobRow> }

  readonly credentials: CredentialControl

  /** For `/health`. */
  stats(): { running: boolean; pending: number; next_at: number | null }
}
