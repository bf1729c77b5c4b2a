/** Who hears of a message in the chat of a board group. */
import { agentTurnsLimit } from './delivery-rules.ts'
import { type Mentionable, resolveMentions } from './mentions.ts'

/**
 * Ids of the agents that a message to the group mentions. Names are unique on a board only: `@Max` reaches every Max of the group,
 * `@lead` every lead, `@all` everybody.
 */
export function mentionedInGroup(text: string, agents: readonly Mentionable[]): string[] {
  const key = (agent: Mentionable): string => agent.name.normalize('NFKC').toLowerCase()
  const named = new Set(resolveMentions(text, agents))
  // Without the roles: only names (and everybody) are left, and a name stands for all who bear it.
  const byName = new Set(
    resolveMentions(
      text,
      agents.map((agent) => ({ ...agent, is_board_lead: false })),
    ),
  )
  const spoken = new Set(agents.filter((agent) => byName.has(agent.id)).map(key))
  return agents.filter((agent) => named.has(agent.id) || spoken.has(key(agent))).map((agent) => agent.id)
}

export interface GroupMessageFacts {
  author: { type: 'user' | 'agent' | 'system'; agent_id: string | null }
  /** It answers a message (as opposed to one that its author began). */
  is_answer: boolean
  /** The agent whose own question it answers, if an agent asked. */
  asked_by: string | null
  mentions: readonly string[]
  /** Tagged `broadcast`: meant for everybody. */
  broadcast: boolean
  agents: readonly string[]
  leads: readonly string[]
  /** Messages by agents since a person last wrote that woke others, without this one. */
  agent_turns: number
}

/**
 * A message reaches the leads of the boards and whom it mentions; a broadcast reaches everybody; nobody hears of what they wrote themselves.
 * An answer reaches whom it mentions and the agent that asked: if each lead heard of each answer, one question to n boards would become n² runs.
 * @returns `told` without the asker, so that answers to a broadcast do not count as agents keeping each other talking.
 */
export function recipientsOfGroupMessage(facts: GroupMessageFacts): {
  told: string[]
  asker: string | null
  silence: 'nobody_to_tell' | 'loop_guard' | null
} {
  if (facts.author.type === 'system') return { told: [], asker: null, silence: null }
  const here = new Set(facts.agents)
  const asker = facts.asked_by !== null && facts.asked_by !== facts.author.agent_id && here.has(facts.asked_by) ? facts.asked_by : null
  const audience = facts.broadcast ? facts.agents : facts.is_answer ? facts.mentions : [...facts.leads, ...facts.mentions]
  const told = [...new Set(audience)].filter((id) => id !== facts.author.agent_id && id !== asker && here.has(id))
  if (told.length > 0 && facts.author.type === 'agent' && facts.agent_turns >= agentTurnsLimit)
    return { told: [], asker, silence: 'loop_guard' }
  return { told, asker, silence: told.length === 0 && facts.author.type === 'user' ? 'nobody_to_tell' : null }
}
