import type { Agent } from '../../../../native-services/contract/entities.ts'
import { api } from '../../lib/api.ts'
import { attempt } from '../../lib/toast.ts'
import { strings } from './strings.ts'

/** Asks for a check-in at once; says why when it cannot be. */
export const beatNow = (agent: Agent) =>
  attempt(() => api.call('heartbeatNow', { params: { agent_id: agent.id } }), { failed: strings.notAsked, done: strings.asked(agent.name) })

/** `10m`, or that there is none. */
export function rhythmOf(agent: Agent): string {
  const { every } = agent.heartbeat_config
  return every === 'disabled' || /^0+[smh]$/.test(every) ? strings.off : every
}
