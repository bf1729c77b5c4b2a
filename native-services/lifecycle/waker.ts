/** Waking agents, and judging at the deadline whether they came. All of it in rows: a restart goes on where it was. */
import { beginWake, judgeSilence, reconcile, type WakeOutcome, wakeSent } from '../domain/agent-status.ts'
import { GatewayError, type GatewayEvent } from '../gateway/types.ts'
import { redact } from '../platform/redact.ts'
import type { AgentRow } from '../store/agents.ts'
import type { TimerRow } from '../store/timers.ts'
import { gatewayWaitMs, type LifecycleContext, notReadyMs, recordAgentEvent, taskType, timerKinds } from './lifecycle-context.ts'
import type { Provisioner } from './provisioner.ts'
import { commandName } from './workspace-files.ts'

export interface Waker {
  /** In a transaction: a new cycle of wakes. */
  begin(agent: AgentRow, options: { reason: string; delayMs?: number }): void
  onWakeDue(timer: TimerRow): Promise<void>
  onReconcileDue(timer: TimerRow): void
  onSilenceDue(timer: TimerRow): void
  /** In a transaction: the silence of an agent that is online is watched from now on. */
  watchSilence(agent: AgentRow): void
  /** Remembers what became of the runs that our wakes started. */
  onGatewayEvent(event: GatewayEvent): void
}

const wakeKey = 'mc-wake-'
const rejectedRetryMs = 10_000

export function wakeMessage(agent: { name: string }): string {
  return [
    `Mission Control wake: ${agent.name}, check in now.`,
    `Run \`${commandName()} heartbeat\` before anything else.`,
    'Then look at your tasks with the same command (`task list`). Messages about tasks reach you by themselves; start nothing that nobody asked for.',
    'When you have checked in, answer with one short line.',
  ].join('\n')
}

export function createWaker(context: LifecycleContext, provisioner: Provisioner): Waker {
  const { store, clock, gateway, log } = context
  const startedAt = clock.now()

  function drop(timer: TimerRow): void {
    store.write(() => context.loop().finish(timer))
  }

  /** The row that a handler was called for may have been dealt with while it waited for the gateway. */
  function stillWanted(timer: TimerRow): boolean {
    return store.timers.get(timer.kind, timer.subject_id)?.generation === timer.generation
  }

  function enqueueWake(
    agent: AgentRow,
    wake: { generation: number; delayMs: number; attempt: number; payload?: Record<string, unknown> },
  ): void {
    store.timers.set({
      kind: timerKinds.wake,
      subject_id: agent.id,
      due_at: clock.now() + wake.delayMs,
      generation: wake.generation,
      payload: wake.payload ?? {},
    })
    log.info('lifecycle.queue.enqueued', {
      agent_id: agent.id,
      generation: wake.generation,
      delay_seconds: wake.delayMs / 1000,
      attempt: wake.attempt,
    })
  }

  function begin(agent: AgentRow, { reason, delayMs = 0 }: { reason: string; delayMs?: number }): void {
    const patch = beginWake(agent, reason)
    store.agents.update(agent.id, patch)
    for (const kind of [timerKinds.provision, timerKinds.reconcile, timerKinds.silence]) store.timers.clear(kind, agent.id)
    enqueueWake(agent, { generation: patch.lifecycle_generation ?? 0, delayMs, attempt: 1 })
  }

  function wait(timer: TimerRow, reason: string, delayMs: number): void {
    store.write(() => {
      if (!stillWanted(timer)) return
      const agent = store.agents.get(timer.subject_id)
      if (!agent || agent.lifecycle_generation !== timer.generation || agent.status !== 'waking') return context.loop().finish(timer)
      if (agent.status_reason !== reason) store.agents.update(agent.id, { status_reason: reason })
      store.timers.set({ ...timer, due_at: clock.now() + delayMs })
    })
  }

  /** The gateway said no to the wake itself. That costs an attempt: waiting would not change its mind. */
  function rejected(timer: TimerRow, agent: AgentRow, error: GatewayError): void {
    const { max_wake_attempts: max } = store.settings.get()
    const attempt = agent.wake_attempts + 1
    const text = redact(error.message)
    store.write(() => {
      if (/unknown agent|not found|no such agent/i.test(text) && timer.payload['reprovisioned'] !== true) {
        context.loop().finish(timer)
        recordAgentEvent(context, agent, {
          event_type: 'agent.wakeup.failed',
          level: 'warning',
          message: `The gateway does not know ${agent.name} any more; setting it up again.`,
        })
        provisioner.begin(agent, { payload: { reprovisioned: true } })
        return
      }
      const last = attempt >= max
      recordAgentEvent(context, agent, {
        event_type: 'agent.wakeup.failed',
        level: last ? 'error' : 'warning',
        message: `The gateway refused to wake ${agent.name}: ${text}`,
        data: { attempt },
      })
      if (last) {
        store.agents.update(agent.id, {
          status: 'offline',
          status_reason: `The gateway refused its wakes: ${text}`,
          wake_attempts: attempt,
          last_provision_error: text,
        })
        context.loop().finish(timer)
      } else {
        store.agents.update(agent.id, { wake_attempts: attempt, status_reason: `Wake ${attempt} of ${max} was refused: ${text}` })
        store.timers.set({ ...timer, due_at: clock.now() + rejectedRetryMs })
      }
    })
  }

  function sent(timer: TimerRow): void {
    const settings = store.settings.get()
    store.write(() => {
      if (!stillWanted(timer)) return
      context.loop().finish(timer)
      const agent = store.agents.get(timer.subject_id)
      // It may have checked in before the acknowledgement arrived: then there is nothing to wait for.
      const patch =
        agent &&
        wakeSent(agent, {
          generation: timer.generation,
          now: clock.now(),
          deadlineMs: settings.checkin_deadline_ms,
          maxAttempts: settings.max_wake_attempts,
        })
      if (!agent || !patch) return
      store.agents.update(agent.id, patch)
      store.timers.set({
        kind: timerKinds.reconcile,
        subject_id: agent.id,
        due_at: patch.checkin_deadline_at ?? clock.now(),
        generation: timer.generation,
        payload: { run_id: runId(timer, agent) },
      })
      recordAgentEvent(context, agent, {
        event_type: 'agent.wakeup.sent',
        message: `Woke ${agent.name}, attempt ${patch.wake_attempts} of ${settings.max_wake_attempts}.`,
        data: { attempt: patch.wake_attempts, generation: timer.generation },
      })
      log.info('lifecycle.queue.enqueued', {
        agent_id: agent.id,
        generation: timer.generation,
        delay_seconds: settings.checkin_deadline_ms / 1000,
        attempt: patch.wake_attempts,
      })
    })
  }

  /** The same for every repetition of one attempt, so that the gateway runs it once. */
  function runId(timer: TimerRow, agent: AgentRow): string {
    return `${wakeKey}${agent.id}-${timer.generation}-${agent.wake_attempts + 1}`
  }

  function silenceFloors() {
    const { late_floor_ms: lateMs, offline_floor_ms: offlineMs } = store.settings.get()
    return { lateMs, offlineMs }
  }

  return {
    begin,

    async onWakeDue(timer) {
      const agent = store.agents.get(timer.subject_id)
      if (!agent) {
        log.info('lifecycle.reconcile.skip_missing_agent', { agent_id: timer.subject_id })
        return drop(timer)
      }
      if (agent.lifecycle_generation !== timer.generation || agent.status !== 'waking') return drop(timer)
      if (!context.gatewayUp())
        return wait(
          timer,
          `Waiting for the gateway: ${gateway.state().reason ?? 'it is not ready.'}`,
          gateway.state().connected ? notReadyMs : gatewayWaitMs,
        )
      try {
        await gateway.request('chat.send', {
          sessionKey: agent.openclaw_session_id,
          message: wakeMessage(agent),
          idempotencyKey: runId(timer, agent),
        })
        sent(timer)
        log.info('queue.worker.success', { task_type: timerKinds.wake, agent_id: agent.id, attempt: agent.wake_attempts + 1 })
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error
        log.warn('queue.worker.failed', {
          task_type: timerKinds.wake,
          agent_id: agent.id,
          attempt: agent.wake_attempts + 1,
          error: error.message,
        })
        if (error.failure === 'rejected' || error.failure === 'failed') {
          const now = store.agents.get(agent.id)
          if (now && now.lifecycle_generation === timer.generation && now.status === 'waking') return rejected(timer, now, error)
          return drop(timer)
        }
        // Nobody's fault: whether it took effect or not, the same key is used again.
        wait(timer, `Waiting for the gateway: ${error.message}`, error.retryAfterMs ?? (context.gatewayUp() ? 5000 : gatewayWaitMs))
      }
    },

    onReconcileDue(timer) {
      const agent = store.agents.get(timer.subject_id)
      if (!agent) {
        log.info('lifecycle.reconcile.skip_missing_agent', { agent_id: timer.subject_id })
        return drop(timer)
      }
      const settings = store.settings.get()
      const now = clock.now()
      const verdict = reconcile(agent, {
        generation: timer.generation,
        now,
        maxAttempts: settings.max_wake_attempts,
        gatewayUp: context.gatewayUp(),
        outcome: { ...outcomeOf(timer), drifted: agent.token_status === 'drifted' },
        baseUrl: context.baseUrl(),
      })
      switch (verdict.verdict) {
        case 'skip_stale_generation':
          log.info('lifecycle.reconcile.skip_stale_generation', {
            agent_id: agent.id,
            queued_generation: timer.generation,
            current_generation: agent.lifecycle_generation,
          })
          drop(timer)
          break
        case 'skip_not_stuck':
          log.info('lifecycle.reconcile.skip_not_stuck', { agent_id: agent.id, status: agent.status })
          drop(timer)
          break
        case 'skip_deleting':
          log.info('lifecycle.reconcile.skip_deleting', { agent_id: agent.id })
          drop(timer)
          break
        case 'wait_for_gateway':
          store.write(() => {
            store.agents.update(agent.id, { status_reason: `Waiting for the gateway: ${gateway.state().reason ?? 'it is not ready.'}` })
            store.timers.set({ ...timer, due_at: now + (gateway.state().connected ? notReadyMs : gatewayWaitMs) })
          })
          return
        case 'deferred':
          log.info('lifecycle.reconcile.deferred', { agent_id: agent.id, delay_seconds: verdict.delayMs / 1000 })
          store.write(() => store.timers.set({ ...timer, due_at: now + verdict.delayMs }))
          return
        case 'max_attempts_reached':
          log.warn('lifecycle.reconcile.max_attempts_reached', {
            agent_id: agent.id,
            wake_attempts: agent.wake_attempts,
            max_attempts: settings.max_wake_attempts,
          })
          store.write(() => {
            context.loop().finish(timer)
            store.agents.update(agent.id, verdict.patch)
            recordAgentEvent(context, agent, {
              event_type: 'lifecycle.reconcile.max_attempts_reached',
              level: 'error',
              message: `${agent.name} is offline. ${verdict.patch.status_reason ?? ''}`.trim(),
              data: { wake_attempts: agent.wake_attempts, max_attempts: settings.max_wake_attempts },
            })
          })
          break
        case 'retriggered':
          log.info('lifecycle.reconcile.retriggered', { agent_id: agent.id, generation: timer.generation })
          store.write(() => {
            context.loop().finish(timer)
            store.agents.update(agent.id, verdict.patch)
            enqueueWake(agent, { generation: timer.generation, delayMs: 0, attempt: agent.wake_attempts + 1, payload: {} })
            recordAgentEvent(context, agent, {
              event_type: 'lifecycle.reconcile.retriggered',
              level: 'warning',
              message: `${agent.name} did not check in after wake ${agent.wake_attempts} of ${settings.max_wake_attempts}; waking it again.`,
              data: { wake_attempts: agent.wake_attempts, generation: timer.generation },
            })
          })
          break
      }
      log.info('queue.worker.success', { task_type: taskType, agent_id: agent.id, attempt: timer.attempts + 1 })
    },

    onSilenceDue(timer) {
      const agent = store.agents.get(timer.subject_id)
      if (!agent) return drop(timer)
      const paused =
        store.settings.get().heartbeats_paused || (agent.board_id !== null && store.boards.get(agent.board_id)?.paused === true)
      const { patch, nextAt } = judgeSilence(agent, {
        now: clock.now(),
        expected: !paused && context.gatewayUp(),
        // Beats that were left out on purpose (nothing to do, quiet hours) were not expected to be answered.
        reachableSince: Math.max(startedAt, gateway.state().since_at, store.heartbeats.excusedUntil(agent.id) ?? 0),
        floors: silenceFloors(),
      })
      store.write(() => {
        if (patch) {
          store.agents.update(agent.id, patch)
          if (patch.status === 'late' || patch.status === 'offline')
            recordAgentEvent(context, agent, {
              event_type: `agent.${patch.status}`,
              level: 'warning',
              message: `${agent.name} is ${patch.status}. ${patch.status_reason ?? ''}`.trim(),
            })
        }
        if (nextAt === null) context.loop().finish(timer)
        else store.timers.set({ ...timer, due_at: Math.max(nextAt, clock.now() + 1000) })
      })
    },

    watchSilence(agent) {
      const { nextAt } = judgeSilence(
        { ...agent, status: 'online', last_seen_at: clock.now() },
        { now: clock.now(), expected: true, reachableSince: 0, floors: silenceFloors() },
      )
      if (nextAt === null) store.timers.clear(timerKinds.silence, agent.id)
      else store.timers.set({ kind: timerKinds.silence, subject_id: agent.id, due_at: nextAt, generation: agent.lifecycle_generation })
    },

    onGatewayEvent({ event, payload }) {
      if (event !== 'chat') return
      const run = payload['runId']
      const state = payload['state']
      if (typeof run !== 'string' || !run.startsWith(wakeKey) || (state !== 'final' && state !== 'error')) return
      const agentId = run.slice(wakeKey.length, wakeKey.length + 36)
      const timer = store.timers.get(timerKinds.reconcile, agentId)
      if (!timer || timer.payload['run_id'] !== run) return
      const text = payload['errorMessage']
      const error = state === 'error' ? redact(typeof text === 'string' ? text : 'the run failed').slice(0, 500) : null
      store.write(() =>
        store.timers.set({ ...timer, payload: { ...timer.payload, reply: state === 'final' ? 'answered' : 'failed', error } }),
      )
    },
  }
}

function outcomeOf(timer: TimerRow): WakeOutcome {
  const { reply, error } = timer.payload
  return { reply: reply === 'answered' || reply === 'failed' ? reply : 'none', error: typeof error === 'string' ? error : null }
}
