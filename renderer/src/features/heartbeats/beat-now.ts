import type { Agent } from '../../../../native-services/contract/entities.ts'
import { api } from '../../lib/api.ts'
import { attempt } from '../../lib/toast.ts'
import { strings } from './strings.ts'

/** Asks for a check-in at once; says why when it cannot be. */
export const beatNow = (agent: Agent) =>
  attempt(() => api.call('heartbeatNow', { params: { agent_id: agent.id } }), { failed: strings.notAsked, done: strings.asked(agent.name) })

/** `every 10m, quiet 22:00–07:00` */
export function rhythmOf(agent: Agent): string {
  const { every, quiet_hours: quiet } = agent.heartbeat_config
  if (every === 'disabled' || /^0+[smh]$/.test(every)) return strings.off
  return quiet ? `${every}, ${strings.quietBetween(quiet.from, quiet.to)}` : every
}
