/**
 * The states of an agent as pure transitions: facts in, fields out. Nobody else decides what an agent's status is.
 *
 *   paused → provisioning → waking (1..max) → online ⇄ late → offline
 *                 ↓ 5 tries        ↓ max unanswered
 *               failed          offline
 *
 * Two rules stand above the rest. An agent is online only by its own check-in: we never write a sign of life on its behalf.
 * And the clock of a wake runs only while the gateway does: a gateway that is down costs an agent nothing.
 */
import type { AgentStatus } from '../contract/states.ts'
import { type SilenceLimits, silenceLimits } from './agent-interval.ts'

/** The part of an agent that decides about its status. Times are milliseconds. */
export interface AgentVitals {
  status: AgentStatus
  lifecycle_generation: number
  wake_attempts: number
  last_wake_sent_at: number | null
  checkin_deadline_at: number | null
  last_seen_at: number | null
  last_provision_error: string | null
  heartbeat_every_ms: number
}

export interface StatusPatch {
  status?: AgentStatus
  status_reason?: string | null
  lifecycle_generation?: number
  wake_attempts?: number
  last_wake_sent_at?: number | null
  checkin_deadline_at?: number | null
  last_seen_at?: number | null
  last_provision_error?: string | null
  provision_step?: string | null
}

export const maxAttemptsError = 'Agent did not check in after wake; max wake attempts reached'

/** A new cycle of provisioning. What was under way for an older generation is void from here on. */
export function beginProvision(agent: AgentVitals): StatusPatch {
  return {
    status: 'provisioning',
    status_reason: 'Its workspace and credentials are about to be written.',
    lifecycle_generation: agent.lifecycle_generation + 1,
    wake_attempts: 0,
    checkin_deadline_at: null,
    last_provision_error: null,
    provision_step: 'queued',
  }
}

/** A new cycle of wakes, with all its attempts. */
export function beginWake(agent: AgentVitals, reason: string): StatusPatch {
  return {
    status: 'waking',
    status_reason: reason,
    lifecycle_generation: agent.lifecycle_generation + 1,
    wake_attempts: 0,
    checkin_deadline_at: null,
    last_provision_error: null,
    provision_step: null,
  }
}

/** Provisioned; the wakes that follow belong to the same operation and keep its generation. */
export function provisioned(): StatusPatch {
  return {
    status: 'waking',
    status_reason: 'Set up; about to be woken.',
    wake_attempts: 0,
    checkin_deadline_at: null,
    last_provision_error: null,
    provision_step: null,
  }
}

export const maxProvisionAttempts = 5

/** A try of provisioning failed through no fault of the gateway's absence. `attempts` counts this one. */
export function provisionFailed(attempts: number, error: string): { patch: StatusPatch; final: boolean } {
  const final = attempts >= maxProvisionAttempts
  return {
    final,
    patch: final
      ? { status: 'failed', status_reason: error, last_provision_error: error, provision_step: null }
      : { status_reason: `Try ${attempts} of ${maxProvisionAttempts} failed: ${error}`, last_provision_error: error },
  }
}

/** The gateway acknowledged the wake: only now the attempt counts and the clock starts. Null when it is not wanted any more. */
export function wakeSent(
  agent: AgentVitals,
  sent: { generation: number; now: number; deadlineMs: number; maxAttempts: number },
): StatusPatch | null {
  if (agent.lifecycle_generation !== sent.generation || agent.status !== 'waking') return null
  const attempt = agent.wake_attempts + 1
  return {
    wake_attempts: attempt,
    last_wake_sent_at: sent.now,
    checkin_deadline_at: sent.now + sent.deadlineMs,
    status_reason: `Woken, attempt ${attempt} of ${sent.maxAttempts}; waiting for its check-in.`,
  }
}

export type ReconcileVerdict =
  | { verdict: 'skip_stale_generation' }
  | { verdict: 'skip_not_stuck' }
  | { verdict: 'skip_deleting' }
  | { verdict: 'wait_for_gateway' }
  | { verdict: 'deferred'; delayMs: number }
  | { verdict: 'max_attempts_reached'; patch: StatusPatch }
  | { verdict: 'retriggered'; patch: StatusPatch }

export interface WakeOutcome {
  /** What became of the run that the wake started, as far as it was seen. */
  reply: 'none' | 'answered' | 'failed'
  /** The token in its workspace is known to be wrong: then that is the reason, whatever else was seen. */
  drifted?: boolean
  error: string | null
}

/** The deadline of a wake came. The order of the checks is part of the contract. */
export function reconcile(
  agent: AgentVitals,
  due: { generation: number; now: number; maxAttempts: number; gatewayUp: boolean; outcome: WakeOutcome; baseUrl: string },
): ReconcileVerdict {
  if (agent.lifecycle_generation !== due.generation) return { verdict: 'skip_stale_generation' }
  // Being seen is not enough: a call with its token proves the token, only a check-in ends the wake.
  if (agent.status !== 'waking' && agent.status !== 'deleting') return { verdict: 'skip_not_stuck' }
  if (agent.status === 'deleting') return { verdict: 'skip_deleting' }
  if (!due.gatewayUp) return { verdict: 'wait_for_gateway' }
  if (agent.checkin_deadline_at !== null && due.now < agent.checkin_deadline_at)
    return { verdict: 'deferred', delayMs: agent.checkin_deadline_at - due.now }
  if (agent.wake_attempts >= due.maxAttempts) {
    const why = outcomeText(due.outcome, due.baseUrl)
    return {
      verdict: 'max_attempts_reached',
      patch: {
        status: 'offline',
        status_reason: why ?? `It did not check in after ${agent.wake_attempts} wakes.`,
        checkin_deadline_at: null,
        last_provision_error: why ? `${maxAttemptsError}: ${why}` : maxAttemptsError,
      },
    }
  }
  return {
    verdict: 'retriggered',
    patch: {
      checkin_deadline_at: null,
      status_reason: `No check-in after wake ${agent.wake_attempts} of ${due.maxAttempts}; about to be woken again.`,
    },
  }
}

/** Answers the question that a person has next: did it run at all? */
function outcomeText(outcome: WakeOutcome, baseUrl: string): string | null {
  if (outcome.drifted) return 'The token in its workspace is not the one we know, so its check-ins are refused. Re-sync its token.'
  if (outcome.reply === 'answered')
    return `It answers its wakes but its check-in never arrives. It may not be able to reach ${baseUrl}, or its workspace lacks the mc command. Re-sync its token, or provision it again.`
  if (outcome.reply === 'failed') return `The gateway could not run it: ${outcome.error ?? 'no reason given'}`
  return null
}

/** Its own check-in, with its own token. */
export function checkedIn(agent: AgentVitals, now: number): StatusPatch {
  // Paused and leaving agents are seen and stay what they are; one that is being provisioned is woken afterwards and checks in then.
  const keeps = agent.status === 'paused' || agent.status === 'deleting' || agent.status === 'provisioning'
  return {
    last_seen_at: now,
    wake_attempts: 0,
    checkin_deadline_at: null,
    last_provision_error: null,
    ...(!keeps && { status: 'online' as const, status_reason: null, provision_step: null }),
  }
}

export interface SilenceVerdict {
  patch: StatusPatch | null
  /** When to look again; null: not while things are as they are. */
  nextAt: number | null
}

/**
 * How long it has been silent, not counting the time before `reachableSince`, when it could not have spoken to us (we or the gateway
 * were away). `expected` is false while nobody asks it to speak (paused board, paused heartbeats, gateway down).
 */
export function judgeSilence(
  agent: AgentVitals,
  look: { now: number; expected: boolean; reachableSince: number; floors?: SilenceLimits },
): SilenceVerdict {
  const limits = silenceLimits(agent.heartbeat_every_ms, look.floors)
  if (!limits || (agent.status !== 'online' && agent.status !== 'late') || agent.last_seen_at === null) return { patch: null, nextAt: null }
  if (!look.expected) return { patch: null, nextAt: look.now + limits.lateMs }
  const heardAt = Math.max(agent.last_seen_at, look.reachableSince)
  const silentMs = look.now - heardAt
  if (silentMs >= limits.offlineMs) {
    return {
      patch: {
        status: 'offline',
        status_reason: `Silent for ${minutes(silentMs)}; it should check in every ${minutes(agent.heartbeat_every_ms)}.`,
      },
      nextAt: null,
    }
  }
  if (silentMs >= limits.lateMs) {
    const patch =
      agent.status === 'late'
        ? null
        : { status: 'late' as const, status_reason: `It missed a check-in: it should check in every ${minutes(agent.heartbeat_every_ms)}.` }
    return { patch, nextAt: heardAt + limits.offlineMs }
  }
  // Seen again by another call than a check-in: late is over.
  return { patch: agent.status === 'late' ? { status: 'online', status_reason: null } : null, nextAt: heardAt + limits.lateMs }
}

function minutes(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`
}

/** The gateway is connected. Whether this agent must be woken to be online again without a person. */
export function needsWakeAfterConnect(agent: AgentVitals, gateway: { bootAt: number | null }): boolean {
  if (
    agent.status === 'waking' ||
    agent.status === 'provisioning' ||
    agent.status === 'failed' ||
    agent.status === 'paused' ||
    agent.status === 'deleting'
  )
    return false
  // Offline without an error is what the loss of the gateway left behind.
  if (agent.status === 'offline' && agent.last_provision_error === null) return true
  return gateway.bootAt !== null && (agent.last_seen_at === null || agent.last_seen_at < gateway.bootAt)
}
