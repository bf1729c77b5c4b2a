/** The chat of a board: who hears of a message, and where an agent's answer goes. Everything here is called inside `store.write`. */
import { agentTurnsLimit, recipientsOfChat } from '../domain/delivery-rules.ts'
import { resolveMentions } from '../domain/mentions.ts'
import type { AgentRow } from '../store/agents.ts'
import type { MemoryRow } from '../store/board-memory.ts'
import type { NotificationRow } from '../store/notifications.ts'
import type { Store } from '../store/store.ts'
import { tellOperatorOfChat } from './operator-mention.ts'

/** One session per board and agent: its chat, and what webhooks tell the agent. */
export function boardSessionKey(gatewayAgentId: string, boardId: string): string {
  return `agent:${gatewayAgentId}:mc-board-${boardId}`
}

/** Whether its answer belongs into the chat of the board. */
export function isBoardMessage(row: Pick<NotificationRow, 'type'>): boolean {
  return row.type === 'board_chat' || row.type === 'webhook_event'
}

/** Messages by agents at the end of the chat, without a person's in between. */
function agentTurns(store: Store, boardId: string): number {
  const tail = store.boardMemory.chatTail(boardId, agentTurnsLimit + 1).filter((entry) => entry.author_type !== 'system')
  return tail.length - 1 - tail.findLastIndex((entry) => entry.author_type === 'user')
}

/** Queues a message of the chat for the lead and for whoever it mentions, never for its author. */
export function tellChat(store: Store, memory: MemoryRow): void {
  const agents = store.agents.all({ board_id: memory.board_id })
  const mentions = resolveMentions(memory.content, agents)
  const { told, silence } = recipientsOfChat({
    author: { type: memory.author_type, agent_id: memory.agent_id },
    mentions,
    lead_id: store.agents.lead(memory.board_id)?.id ?? null,
    agent_turns: memory.author_type === 'agent' ? agentTurns(store, memory.board_id) : 0,
  })
  tellOperatorOfChat(
    store,
    { ...memory, text: memory.content },
    {
      id: memory.board_id,
      name: store.boards.get(memory.board_id)?.name ?? 'the board',
      link: `/boards/${memory.board_id}?chat=1`,
      board_id: memory.board_id,
      agents,
    },
  )
  for (const id of told) {
    const agent = agents.find((each) => each.id === id)
    if (!agent || agent.status === 'deleting') continue
    store.notifications.enqueue({
      type: 'board_chat',
      agent_id: id,
      board_id: memory.board_id,
      task_id: null,
      comment_id: memory.id,
      title: `${memory.author_name} ${mentions.includes(id) ? 'mentioned you in' : 'wrote to'} the board's chat`,
      body: memory.content,
      session_key: boardSessionKey(agent.gateway_agent_id, memory.board_id),
    })
  }
  if (silence === null) return
  store.activity.record({
    event_type: silence === 'nobody_to_tell' ? 'delivery.no_recipient' : 'delivery.loop_guard',
    level: 'warning',
    message:
      silence === 'nobody_to_tell'
        ? 'Nobody was told of the message in the chat: the board has no lead, and nobody is mentioned. Mention an agent.'
        : `The agents in the chat have written ${agentTurnsLimit} messages among themselves; they wake nobody until a person writes.`,
    board_id: memory.board_id,
    data: { memory_id: memory.id },
  })
}

/** What the agent itself wrote to the chat while it ran. */
export function ownChat(store: Store, row: NotificationRow, since: number): string[] {
  return store.boardMemory
    .chatTail(row.board_id ?? '', 20)
    .filter((entry) => entry.agent_id === row.agent_id && entry.created_at >= since && entry.source_notification_id === null)
    .map((entry) => entry.content.trim())
}

/** Writes an agent's answer into the chat, once per message that it answers. */
export function postChatReply(store: Store, row: NotificationRow, agent: AgentRow, text: string): void {
  if (row.board_id === null) return
  const { memory, created } = store.boardMemory.add({
    board_id: row.board_id,
    content: text,
    tags: ['chat'],
    is_chat: true,
    source: 'reply',
    author_type: 'agent',
    author_name: agent.name,
    agent_id: agent.id,
    source_notification_id: row.id,
  })
  if (created) tellChat(store, memory)
}
