/** Tells the lead of a board of work that nobody has: one message for all of it, after a moment in which it may find somebody. Call inside `store.write`. */
import { agentCommand } from '../domain/prompt-data.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/store.ts'

/** The operator who creates a task often assigns it at once. */
const waitMs = 15_000
const named = 10

/** Open tasks in the inbox that are nobody's and wait for no other task. */
export function unassignedWork(store: Store, boardId: string): { numbers: string[]; total: number } {
  const { items, total } = store.tasks.list({ board_id: boardId, status: 'inbox', unassigned: true, limit: named, offset: 0 })
  return { numbers: items.map((task) => `#${task.number} ${task.title.replace(/\s+/g, ' ').slice(0, 100)} (${task.id})`), total }
}

/** @param by The agent that did it, if it was one: a lead does not tell itself. */
export function tellUnassigned(store: Store, clock: Clock, boardId: string, by: string | null): void {
  const lead = store.agents.lead(boardId)
  if (!lead || lead.id === by || lead.status === 'deleting') return
  const { numbers, total } = unassignedWork(store, boardId)
  if (total === 0) return
  const mc = agentCommand(process.platform)
  const text = {
    title: total === 1 ? 'A task waits for somebody to do it' : `${total} tasks wait for somebody to do them`,
    body: [
      `In the inbox of your board, assigned to nobody:`,
      ...numbers.map((line) => `- ${line}`),
      ...(total > numbers.length ? [`- and ${total - numbers.length} more`] : []),
      `Hand them out (\`${mc} task assign TASK_ID AGENT_ID\`, \`${mc} agents\` lists who there is), or claim one yourself.`,
    ].join('\n'),
  }
  if (store.notifications.rewriteWaiting({ agent_id: lead.id, board_id: boardId, type: 'unassigned_work' }, text)) return
  store.notifications.enqueue({
    type: 'unassigned_work',
    agent_id: lead.id,
    board_id: boardId,
    task_id: null,
    comment_id: null,
    ...text,
    session_key: `agent:${lead.gateway_agent_id}:mc-inbox-${boardId}`,
    not_before_at: clock.now() + waitMs,
  })
}
