/**
 * Provisioning as a plan of checked steps. Each step looks first and does only what is missing, so the plan may be run again from
 * the beginning at any time: after a crash of ours, of the gateway, or because a person pressed the button.
 */
import { beginProvision, maxProvisionAttempts, provisioned, provisionFailed } from '../domain/agent-status.ts'
import { GatewayError } from '../gateway/types.ts'
import { errorText } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'
import type { AgentRow } from '../store/agents.ts'
import type { TimerRow } from '../store/timers.ts'
import { type ConfigWriter, createConfigWriter } from './config-writer.ts'
import { gatewayWaitMs, type LifecycleContext, notReadyMs, recordAgentEvent, timerKinds } from './lifecycle-context.ts'
import { newToken, refreshCommand, refreshCredentials, tokenInWorkspace, verifyWorkspaceToken, writeAgentsBlock } from './workspace-sync.ts'
import { commandName } from './workspace-files.ts'

export interface Provisioner {
  /** In a transaction: a new cycle. */
  begin(agent: AgentRow, options?: { delayMs?: number; payload?: Record<string, unknown> }): void
  onDue(timer: TimerRow): Promise<void>
  /** Display name, identity and board facts, written again; no token, no wake. */
  onRefreshDue(timer: TimerRow): Promise<void>
  /** Gateway side only: agent and configuration entry exist. */
  ensureInGateway(agent: AgentRow): Promise<void>
}

const retryMs = { base: 10_000, max: 120_000 }

/** The operation was overtaken: the agent is gone, was paused, or a newer cycle began. */
class OvertakenError extends Error {}

class StepError extends Error {
  readonly step: string
  constructor(step: string, cause: unknown) {
    super(cause instanceof GatewayError ? cause.message : `${step}: ${errorText(cause)}`, { cause })
    this.step = step
  }
}

export function heartbeatPrompt(): string {
  return `Mission Control heartbeat. Run \`${commandName()} heartbeat\`, then look at your tasks. If nothing needs you, answer HEARTBEAT_OK.`
}

export function createProvisioner(context: LifecycleContext): Provisioner {
  const { store, clock, gateway } = context
  const log = context.log
  let creating = 0
  const config: ConfigWriter = createConfigWriter({ gateway, clock, log, moreComing: () => creating > 0 })

  /** The agent as it is now, if this operation is still wanted. */
  function current(timer: TimerRow): AgentRow {
    const agent = store.agents.get(timer.subject_id)
    if (!agent || agent.lifecycle_generation !== timer.generation || agent.status !== 'provisioning') throw new OvertakenError()
    return agent
  }

  async function createInGateway(agent: AgentRow): Promise<void> {
    creating += 1
    try {
      // One at a time: each of these rewrites the configuration file.
      await context.locks.run('agents.create', () => createOne(agent))
    } finally {
      creating -= 1
    }
  }

  async function createOne(agent: AgentRow): Promise<void> {
    const { agents } = (await gateway.request('agents.list', {})) as { agents?: { id?: unknown }[] }
    if (agents?.some((entry) => entry.id === agent.gateway_agent_id)) return
    // It was somebody else's making; a new one of that name would not be the same agent.
    if (agent.imported)
      throw new GatewayError('rejected', `The gateway no longer has the agent ${agent.gateway_agent_id} that was imported.`)
    try {
      const answer = await gateway.request(
        'agents.create',
        { name: agent.gateway_agent_id, workspace: agent.workspace_path },
        { timeoutMs: 60_000 },
      )
      if (answer['agentId'] !== agent.gateway_agent_id)
        throw new GatewayError('rejected', `The gateway made the id ${String(answer['agentId'])} out of ${agent.gateway_agent_id}.`)
    } catch (error) {
      const exists = error instanceof GatewayError && error.failure === 'rejected' && /already exists/i.test(error.message)
      if (!exists) throw error
    }
  }

  async function writeConfig(agent: AgentRow): Promise<void> {
    // The configuration of an imported agent is its owner's.
    if (agent.imported) return
    await config.ensure({
      gateway_agent_id: agent.gateway_agent_id,
      name: agent.name,
      workspace: agent.workspace_path,
      heartbeat_prompt: heartbeatPrompt(),
    })
  }

  /** Gives the agent a token unless the one in its workspace is good. */
  function ensureToken(agent: AgentRow): void {
    const found = tokenInWorkspace(context, agent)
    if (found.state === 'matches' && found.token !== null) {
      refreshCredentials(context, agent, found.token)
      return
    }
    const token = newToken(context, agent)
    token.write()
    if (!token.readBack()) throw new Error('what was written could not be read back')
    token.commit()
  }

  const plan: readonly { step: string; run: (agent: AgentRow) => Promise<unknown> | void }[] = [
    { step: 'create_gateway_agent', run: createInGateway },
    { step: 'write_config', run: writeConfig },
    { step: 'write_credentials', run: (agent) => ensureToken(agent) },
    { step: 'write_command', run: (agent) => void refreshCommand(context, agent) },
    { step: 'write_agents_block', run: (agent) => writeAgentsBlock(context, agent) },
    {
      step: 'verify',
      run: async (agent) => {
        const check = await verifyWorkspaceToken(context, agent)
        if (!check.ok) throw new Error(check.message)
      },
    },
  ]

  async function runPlan(timer: TimerRow): Promise<void> {
    for (const { step, run } of plan) {
      const agent = current(timer)
      store.write(() =>
        store.agents.update(agent.id, {
          provision_step: step,
          ...(timer.attempts === 0 && { status_reason: `Provisioning: ${step.replaceAll('_', ' ')}.` }),
        }),
      )
      try {
        await run(agent)
      } catch (error) {
        throw error instanceof OvertakenError ? error : new StepError(step, error)
      }
    }
  }

  function waitForGateway(timer: TimerRow, reason: string, delayMs = gatewayWaitMs): void {
    store.write(() => {
      const agent = store.agents.get(timer.subject_id)
      if (!agent || agent.lifecycle_generation !== timer.generation || agent.status !== 'provisioning') return context.loop().finish(timer)
      store.agents.update(agent.id, { status_reason: reason })
      store.timers.set({ ...timer, due_at: clock.now() + delayMs })
    })
  }

  function failed(timer: TimerRow, error: StepError): void {
    const attempts = timer.attempts + 1
    const text = redact(error.message)
    const agent = store.agents.get(timer.subject_id)
    if (!agent || agent.lifecycle_generation !== timer.generation || agent.status !== 'provisioning')
      return store.write(() => context.loop().finish(timer))
    const { patch, final } = provisionFailed(attempts, text)
    const base = Math.min(retryMs.base * 2 ** (attempts - 1), retryMs.max)
    const delay = base + Math.round(context.random() * 0.1 * base)
    log.warn('queue.worker.failed', {
      task_type: timerKinds.provision,
      agent_id: agent.id,
      attempt: attempts,
      step: error.step,
      error: text,
    })
    store.write(() => {
      store.agents.update(agent.id, patch)
      recordAgentEvent(context, agent, {
        event_type: 'agent.provision.failed',
        level: final ? 'error' : 'warning',
        message: final
          ? `${agent.name} could not be set up: ${text}`
          : `Setting up ${agent.name} failed (try ${attempts} of ${maxProvisionAttempts}): ${text}`,
        data: { step: error.step, attempt: attempts, final },
      })
      if (final) context.loop().finish(timer)
      else store.timers.set({ ...timer, due_at: clock.now() + delay, attempts })
    })
  }

  function onError(timer: TimerRow, error: unknown): void {
    if (error instanceof OvertakenError) {
      store.write(() => context.loop().finish(timer))
      return
    }
    const step = error instanceof StepError ? error : new StepError('provision', error)
    const cause = step.cause
    if (cause instanceof GatewayError) {
      // The gateway's absence costs no try; neither does its asking for patience.
      if (cause.failure === 'unavailable' || cause.failure === 'timeout')
        return waitForGateway(timer, `Waiting for the gateway: ${cause.message}`, context.gatewayUp() ? 5000 : gatewayWaitMs)
      if (cause.failure === 'rate_limited') return waitForGateway(timer, 'The gateway asked for a pause.', cause.retryAfterMs ?? 60_000)
    }
    failed(timer, step)
  }

  return {
    begin(agent, { delayMs = 0, payload = {} } = {}) {
      const patch = beginProvision(agent)
      store.agents.update(agent.id, patch)
      for (const kind of [timerKinds.wake, timerKinds.reconcile, timerKinds.silence]) store.timers.clear(kind, agent.id)
      store.timers.set({
        kind: timerKinds.provision,
        subject_id: agent.id,
        due_at: clock.now() + delayMs,
        generation: patch.lifecycle_generation ?? 0,
        payload,
      })
      recordAgentEvent(context, agent, { event_type: 'agent.provision.start', message: `Setting up ${agent.name}.` })
      log.info('lifecycle.queue.enqueued', {
        agent_id: agent.id,
        generation: patch.lifecycle_generation,
        delay_seconds: delayMs / 1000,
        attempt: 0,
        task_type: timerKinds.provision,
      })
    },

    async onDue(timer) {
      if (!store.agents.get(timer.subject_id)) {
        log.info('lifecycle.reconcile.skip_missing_agent', { agent_id: timer.subject_id })
        store.write(() => context.loop().finish(timer))
        return
      }
      if (!context.gatewayUp())
        return waitForGateway(
          timer,
          `Waiting for the gateway: ${gateway.state().reason ?? 'it is not ready.'}`,
          gateway.state().connected ? notReadyMs : gatewayWaitMs,
        )
      try {
        await context.locks.run(timer.subject_id, () => runPlan(timer))
        const agent = current(timer)
        store.write(() => {
          store.agents.update(agent.id, provisioned())
          context.loop().finish(timer)
          store.timers.set({
            kind: timerKinds.wake,
            subject_id: agent.id,
            due_at: clock.now(),
            generation: timer.generation,
            payload: timer.payload,
          })
          recordAgentEvent(context, agent, { event_type: 'agent.provision.success', message: `${agent.name} is set up.` })
        })
        log.info('queue.worker.success', { task_type: timerKinds.provision, agent_id: agent.id, attempt: timer.attempts + 1 })
      } catch (error) {
        onError(timer, error)
      }
    },

    async onRefreshDue(timer) {
      const agent = store.agents.get(timer.subject_id)
      if (!agent || agent.status === 'deleting' || agent.token_hash === null) {
        store.write(() => store.timers.clear(timer.kind, timer.subject_id))
        return
      }
      if (!context.gatewayUp()) {
        store.write(() => store.timers.set({ ...timer, due_at: clock.now() + gatewayWaitMs }))
        return
      }
      await context.locks.run(agent.id, async () => {
        await writeConfig(agent)
        await writeAgentsBlock(context, agent)
      })
      store.write(() => store.timers.clear(timer.kind, timer.subject_id))
    },

    async ensureInGateway(agent) {
      await createInGateway(agent)
      await writeConfig(agent)
    },
  }
}
