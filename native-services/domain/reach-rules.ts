/** Whom a person's comment reaches, in words: who gets it now, who must wait and for what, or why nobody does. Pure. */
import type { AgentStatus, DeliveryStatus, TaskStatus } from '../contract/states.ts'
import type { Reach, ReachRemedy } from '../contract/threads.ts'

export interface ReachFacts {
  /** The messages that tell agents of the comment. */
  messages: readonly {
    state: DeliveryStatus
    last_error: string | null
    agent: { id: string; name: string; status: AgentStatus; status_reason: string | null }
  }[]
  /** Messages about the task that carry this comment, too; an agent counts once, the oldest message last. */
  told_later: ReachFacts['messages']
  task_status: TaskStatus
  board: { id: string; paused: boolean }
  /** Null: the board has none. */
  lead: { id: string; name: string } | null
  agents_on_board: number
  deliveries_paused: boolean
  /** Why the gateway does not answer; null when it does. */
  gateway_down: string | null
}

type Recipient = Reach['recipients'][number]
const remedy = (action: ReachRemedy['action'], label: string, target_id: string | null = null): ReachRemedy => ({
  action,
  label,
  target_id,
})
const names = (list: readonly Recipient[]): string =>
  list.length < 2
    ? (list[0]?.name ?? '')
    : `${list
        .slice(0, -1)
        .map((each) => each.name)
        .join(', ')} and ${list.at(-1)?.name ?? ''}`

function nobody(facts: ReachFacts): Reach {
  const answer = (sentence: string, ...remedies: ReachRemedy[]): Reach => ({ verdict: 'nobody', sentence, recipients: [], remedies })
  if (facts.task_status === 'archived')
    return answer(
      'Nobody gets this: the task is archived. Take it out of the archive to go on with it.',
      remedy('restore_task', 'Back to the inbox'),
    )
  if (facts.agents_on_board === 0)
    return answer('Nobody gets this: the board has no agents yet. Create one, then assign it.', remedy('assign', 'Assign'))
  if (facts.lead)
    return answer(
      `Nobody gets this. Assign an agent, or mention one; ${facts.lead.name} leads this board.`,
      remedy('assign', 'Assign'),
      remedy('mention_lead', 'Mention @lead'),
    )
  return answer('Nobody gets this: no agent is assigned or mentioned, and the board has no lead.', remedy('assign', 'Assign'))
}

/** What keeps one message from going out now; null: nothing. */
function obstacle(facts: ReachFacts, agent: ReachFacts['messages'][number]['agent']): { why: string; remedy: ReachRemedy | null } | null {
  if (facts.board.paused) return { why: 'the board is paused', remedy: remedy('resume_board', 'Resume the board', facts.board.id) }
  if (facts.deliveries_paused) return { why: 'deliveries are paused', remedy: remedy('resume_deliveries', 'Resume deliveries') }
  if (agent.status === 'paused') return { why: `${agent.name} is paused`, remedy: remedy('resume_agent', `Resume ${agent.name}`, agent.id) }
  if (agent.status === 'provisioning') return { why: `${agent.name} is still being set up`, remedy: null }
  if (agent.status === 'failed')
    return { why: `${agent.name} could not be set up`, remedy: remedy('wake_agent', `Look at ${agent.name}`, agent.id) }
  if (facts.gateway_down !== null) return { why: 'the gateway does not answer', remedy: remedy('open_gateway', 'Open the gateway') }
  // It is sent all the same: the message itself may wake it.
  if (agent.status === 'offline')
    return {
      why: `${agent.name} is offline${agent.status_reason ? ` (${agent.status_reason.replace(/\.$/, '')})` : ''}`,
      remedy: remedy('wake_agent', `Wake ${agent.name}`, agent.id),
    }
  return null
}

export function reachOf(facts: ReachFacts): Reach {
  const direct = new Set(facts.messages.map((message) => message.agent.id))
  const later = new Map(facts.told_later.filter((message) => !direct.has(message.agent.id)).map((message) => [message.agent.id, message]))
  const messages = [...facts.messages, ...later.values()]
  if (messages.length === 0) return nobody(facts)
  const remedies: ReachRemedy[] = []
  const recipients = messages.map(({ state, last_error, agent }): Recipient => {
    const to = { agent_id: agent.id, name: agent.name }
    if (state === 'delivered') return { ...to, when: 'delivered', why: null }
    if (state === 'leased') return { ...to, when: 'now', why: null }
    if (state === 'dead' || state === 'skipped') {
      if (state === 'dead') remedies.push(remedy('send_again', 'Send again'))
      return { ...to, when: 'never', why: last_error ?? (state === 'dead' ? 'It could not be delivered.' : 'It was given up.') }
    }
    const held = obstacle(facts, agent)
    if (!held) return { ...to, when: 'now', why: null }
    if (held.remedy && !remedies.some((each) => each.action === held.remedy?.action && each.target_id === held.remedy.target_id))
      remedies.push(held.remedy)
    return { ...to, when: 'later', why: held.why }
  })
  const waiting = recipients.filter((each) => each.when === 'later')
  const lost = recipients.filter((each) => each.when === 'never')
  const fine = recipients.filter((each) => each.when === 'now' || each.when === 'delivered')
  const parts = [
    ...(fine.length > 0
      ? [`${names(fine)} ${fine.every((each) => each.when === 'delivered') ? 'got' : fine.length > 1 ? 'get' : 'gets'} this.`]
      : []),
    ...(waiting.length > 0 ? [`${names(waiting)} will get this later: ${[...new Set(waiting.map((each) => each.why))].join('; ')}.`] : []),
    ...(lost.length > 0 ? [`${names(lost)} did not get this: ${lost[0]?.why ?? ''}`] : []),
  ]
  const verdict = lost.length === recipients.length ? 'nobody' : waiting.length > 0 || lost.length > 0 ? 'later' : 'now'
  return { verdict, sentence: parts.join(' '), recipients, remedies }
}
