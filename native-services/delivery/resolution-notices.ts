/** What a person decided or answered, on its way to the agents: outbox rows, written inside the transaction of the decision. */
import type { AgentRow } from '../store/agents.ts'
import type { ApprovalRow, QuestionRow } from '../store/approvals.ts'
import type { Store } from '../store/store.ts'
import { taskSessionKey } from './notifier.ts'

interface Notice {
  type: 'approval_resolved' | 'question_answered'
  board_id: string
  task_id: string | null
  title: string
  body: string
}

function enqueue(store: Store, agent: AgentRow, notice: Notice): void {
  if (agent.status === 'deleting') return
  store.notifications.enqueue({
    ...notice,
    agent_id: agent.id,
    comment_id: null,
    // Where the agent asked: the conversation of the task, or its main one.
    session_key: notice.task_id === null ? agent.openclaw_session_id : taskSessionKey(agent.gateway_agent_id, notice.task_id),
  })
}

/** Tells the agent that asked and the lead of the board. Call inside `store.write`. */
export function tellResolution(store: Store, approval: ApprovalRow): void {
  const asker = approval.agent_id === null ? undefined : store.agents.get(approval.agent_id)
  const lead = store.agents.lead(approval.board_id)
  const lines = [
    `Action: ${approval.action_type}`,
    `Asked by: ${approval.requested_by}`,
    `Reason given: ${approval.reason}`,
    `Decision: ${approval.status}`,
    ...(approval.resolution_comment === null ? [] : [`The person said: ${approval.resolution_comment}`]),
  ]
  recordAbsence(store, approval, asker, lead)
  const told = new Map([asker, lead].flatMap((agent) => (agent ? [[agent.id, agent]] : [])))
  for (const agent of told.values()) {
    const whose = agent.id === approval.agent_id ? 'Your request' : `The request of ${approval.requested_by}`
    enqueue(store, agent, {
      type: 'approval_resolved',
      board_id: approval.board_id,
      task_id: approval.task_id,
      title: `${whose} was ${approval.status}: ${approval.action_type}`,
      body: lines.join('\n'),
    })
  }
}

/** Says who will hear of the decision later, or never, because who asked is not there. */
function recordAbsence(store: Store, approval: ApprovalRow, asker: AgentRow | undefined, lead: AgentRow | undefined): void {
  const gone = asker === undefined || asker.status === 'deleting'
  const away = asker?.status === 'offline' || asker?.status === 'paused' || asker?.status === 'failed'
  if ((gone && approval.requested_by === 'Operator') || (!gone && !away)) return
  const leadHears = lead !== undefined && lead.id !== asker?.id && lead.status !== 'deleting'
  const others = leadHears ? ` ${lead.name}, the lead, is told.` : gone ? ' Nobody else hears of it: the board has no lead.' : ''
  const message = gone
    ? `${approval.requested_by}, who asked for ${approval.action_type}, is gone and does not hear of the decision.${others}`
    : `${approval.requested_by}, who asked for ${approval.action_type}, is ${asker.status} and hears of the decision when it is back.${others}`
  store.activity.record({
    event_type: 'approval.asker_away',
    level: 'warning',
    message,
    agent_id: approval.agent_id,
    task_id: approval.task_id,
    board_id: approval.board_id,
    data: { approval_id: approval.id },
  })
}

/** Tells the agent that asked that nobody did. Call inside `store.write`. */
export function tellExpired(store: Store, question: QuestionRow): void {
  const agent = store.agents.get(question.agent_id)
  if (!agent) return
  const lines = [
    `Your question: ${question.content}`,
    ...(question.correlation_id === null ? [] : [`Your mark: ${question.correlation_id}`]),
    'Nobody answered in time, and no answer comes any more. Go on with what you can do without it, say in the thread what you assumed, or ask again if nothing else helps.',
  ]
  enqueue(store, agent, {
    type: 'question_answered',
    board_id: question.board_id,
    task_id: question.task_id,
    title: `Nobody answered your question in time: ${question.content.replace(/\s+/g, ' ').slice(0, 120)}`,
    body: lines.join('\n\n'),
  })
}

/** Tells the agent that asked. Call inside `store.write`. */
export function tellAnswer(store: Store, question: QuestionRow): void {
  const agent = store.agents.get(question.agent_id)
  if (!agent) return
  const lines = [
    `Your question: ${question.content}`,
    ...(question.correlation_id === null ? [] : [`Your mark: ${question.correlation_id}`]),
    `The answer: ${question.answer ?? ''}`,
  ]
  enqueue(store, agent, {
    type: 'question_answered',
    board_id: question.board_id,
    task_id: question.task_id,
    title: `Your question was answered: ${question.content.replace(/\s+/g, ' ').slice(0, 120)}`,
    body: lines.join('\n\n'),
  })
}
