/** Removing an agent: from the gateway first, then here. Its workspace stays where it is. */
import { AppError } from '../contract/errors.ts'
import { GatewayError } from '../gateway/types.ts'
import { errorText } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'
import type { AgentRow } from '../store/agents.ts'
import type { TimerRow } from '../store/timers.ts'
import { type LifecycleContext, timerKinds } from './lifecycle-context.ts'
import { removeOurTraces } from './workspace-sync.ts'

export interface AgentRemoval {
  /** Throws `gateway_unavailable` or `gateway_error`; the row is then as it was. */
  remove(agent: AgentRow): Promise<void>
  /** A removal that a restart interrupted. */
  onDue(timer: TimerRow): Promise<void>
}

/** Longer than any removal takes: the row is only for the case that this process dies in the middle. */
const takeUpAfterMs = 120_000

export function createAgentRemoval(
  context: LifecycleContext,
  parts: { forget: (agentId: string) => void; heal: () => void },
): AgentRemoval {
  const { store, clock, gateway } = context

  async function removeFromGateway(agent: AgentRow): Promise<void> {
    if (agent.imported) return
    try {
      await gateway.request('agents.delete', { agentId: agent.gateway_agent_id, deleteFiles: false }, { timeoutMs: 60_000 })
    } catch (error) {
      const gone =
        error instanceof GatewayError && error.failure === 'rejected' && /not found|unknown agent|no such agent/i.test(error.message)
      if (!gone) throw error
    }
  }

  function removeHere(agent: AgentRow): void {
    if (agent.imported) {
      try {
        removeOurTraces(agent)
      } catch (error) {
        context.log.warn('agent.traces_left', { agent_id: agent.id, workspace: agent.workspace_path, error: errorText(error) })
      }
    }
    store.write(() => {
      store.agents.remove(agent.id)
      store.activity.record({
        event_type: 'agent.deleted',
        message: agent.imported
          ? `${agent.name} was removed here. In the gateway it goes on as ${agent.gateway_agent_id}, without Mission Control.`
          : `${agent.name} was removed. Its workspace stays at ${agent.workspace_path}.`,
        board_id: agent.board_id,
        gateway_id: agent.gateway_id,
      })
    })
    parts.forget(agent.id)
  }

  return {
    async remove(agent) {
      // Nothing was ever made in the gateway for an agent that was never provisioned.
      const untouched = agent.imported || (agent.token_hash === null && agent.lifecycle_generation === 0)
      if (!untouched && !gateway.state().connected)
        throw new AppError(
          'gateway_unavailable',
          `${agent.name} cannot be removed while the gateway is not connected. Start the gateway and try again.`,
        )
      const former = { status: agent.status, status_reason: agent.status_reason, status_since_at: agent.status_since_at }
      store.write(() => {
        store.agents.update(agent.id, { status: 'deleting', status_reason: 'It is being removed from the gateway.' })
        store.timers.set({
          kind: timerKinds.remove,
          subject_id: agent.id,
          due_at: clock.now() + takeUpAfterMs,
          generation: agent.lifecycle_generation,
        })
      })
      try {
        if (!untouched) await removeFromGateway(agent)
      } catch (error) {
        store.write(() => {
          store.agents.update(agent.id, former)
          store.timers.clear(timerKinds.remove, agent.id)
        })
        parts.heal()
        context.loop().poke()
        const away = error instanceof GatewayError && error.failure !== 'rejected' && error.failure !== 'failed'
        throw new AppError(away ? 'gateway_unavailable' : 'gateway_error', `${agent.name} was not removed: ${redact(errorText(error))}`, {
          cause: error,
        })
      }
      removeHere(agent)
    },

    async onDue(timer) {
      const agent = store.agents.get(timer.subject_id)
      if (!agent || agent.status !== 'deleting') {
        store.write(() => context.loop().finish(timer))
        return
      }
      await removeFromGateway(agent)
      removeHere(agent)
    },
  }
}
