/**
 * What the coming and going of the gateway means for agents. While it is away no attempt is spent and no deadline runs; when it is
 * back everybody who needs it is woken, one after the other, and is online again without a person.
 */
import { needsWakeAfterConnect } from '../domain/agent-status.ts'
import type { GatewayConnectionState } from '../gateway/types.ts'
import type { AgentRow } from '../store/agents.ts'
import type { TimerRow } from '../store/timers.ts'
import { type LifecycleContext, recordAgentEvent, timerKinds } from './lifecycle-context.ts'
import type { Provisioner } from './provisioner.ts'
import type { Waker } from './waker.ts'

export interface GatewayPresence {
  onState(state: GatewayConnectionState): void
  /** The gateway has been away for long enough to say so. */
  onAbsenceDue(timer: TimerRow): void
}

/** Between two agents that are woken because the gateway came back: their first runs are the expensive ones. */
const staggerMs = 250
/** A restart takes about ten seconds; a short loss of the connection is nobody's business. */
const absenceMs = 30_000

export function createGatewayPresence(
  context: LifecycleContext,
  parts: { provisioner: Provisioner; waker: Waker; gatewayId: () => string },
): GatewayPresence {
  const { store, clock, log } = context
  let connected: boolean | null = null
  let lostAt: number | null = null

  function shiftDeadline(agent: AgentRow, timer: TimerRow): void {
    const now = clock.now()
    const whole = store.settings.get().checkin_deadline_ms
    // The clock stood still while the gateway was away. After a restart of ours nobody knows for how long: then it starts again.
    const left =
      lostAt === null || agent.checkin_deadline_at === null ? whole : Math.min(whole, Math.max(1000, agent.checkin_deadline_at - lostAt))
    store.agents.update(agent.id, { checkin_deadline_at: now + left })
    store.timers.set({ ...timer, due_at: now + left })
  }

  function resume(agent: AgentRow, boot: { bootAt: number | null; delayMs: number }): boolean {
    const now = clock.now()
    const dueAt = now + boot.delayMs
    switch (agent.status) {
      case 'provisioning': {
        const timer = store.timers.get(timerKinds.provision, agent.id)
        if (timer) store.timers.set({ ...timer, due_at: dueAt })
        else parts.provisioner.begin(agent, { delayMs: boot.delayMs })
        return true
      }
      case 'failed':
        parts.provisioner.begin(agent, { delayMs: boot.delayMs })
        return true
      case 'waking': {
        const waiting = store.timers.get(timerKinds.wake, agent.id)
        if (waiting) {
          store.timers.set({ ...waiting, due_at: dueAt })
          return true
        }
        const deadline = store.timers.get(timerKinds.reconcile, agent.id)
        const lostRun = boot.bootAt !== null && agent.last_wake_sent_at !== null && agent.last_wake_sent_at < boot.bootAt
        if (deadline && !lostRun) {
          shiftDeadline(agent, deadline)
          return false
        }
        // The run that the wake started died with the gateway: begin again with all attempts.
        parts.waker.begin(agent, { reason: 'The gateway restarted; about to be woken again.', delayMs: boot.delayMs })
        return true
      }
      default:
        if (!needsWakeAfterConnect(agent, boot)) return false
        parts.waker.begin(agent, {
          reason:
            agent.status === 'online' || agent.status === 'late'
              ? 'The gateway restarted; about to be woken.'
              : 'The gateway is back; about to be woken.',
          delayMs: boot.delayMs,
        })
        return true
    }
  }

  function onConnected(state: GatewayConnectionState): void {
    let index = 0
    store.write(() => {
      store.timers.clear(timerKinds.gatewayAbsence, parts.gatewayId())
      for (const agent of store.agents.all({ gateway_id: parts.gatewayId() })) {
        if (resume(agent, { bootAt: state.boot_at ?? null, delayMs: index * staggerMs })) index += 1
      }
    })
    log.info('lifecycle.gateway.connected', { version: state.version, boot_id: state.boot_id, agents_resumed: index })
    lostAt = null
    context.loop().poke()
  }

  return {
    onState(state) {
      if (state.connected === connected) return
      const first = connected === null
      connected = state.connected
      if (state.connected) return onConnected(state)
      // At our own start nobody knows how long it has been away.
      lostAt = first ? null : clock.now()
      store.write(() =>
        store.timers.set({ kind: timerKinds.gatewayAbsence, subject_id: parts.gatewayId(), due_at: clock.now() + absenceMs }),
      )
      context.loop().poke()
    },

    onAbsenceDue(timer) {
      if (context.gateway.state().connected) {
        store.write(() => context.loop().finish(timer))
        return
      }
      const reason = `The gateway is not connected: ${context.gateway.state().reason ?? 'it does not answer.'}`
      store.write(() => {
        context.loop().finish(timer)
        for (const agent of store.agents.all({ gateway_id: parts.gatewayId() })) {
          if (agent.status !== 'online' && agent.status !== 'late') continue
          store.agents.update(agent.id, { status: 'offline', status_reason: reason, last_provision_error: null })
          store.timers.clear(timerKinds.silence, agent.id)
          recordAgentEvent(context, agent, {
            event_type: 'agent.offline',
            level: 'warning',
            message: `${agent.name} is offline. ${reason}`,
          })
        }
      })
    },
  }
}
