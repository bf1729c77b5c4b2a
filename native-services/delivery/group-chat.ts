/** The chat of a board group: who hears of a message, and where an agent's answer goes. Everything here is called inside `store.write`. */
import { broadcastTag } from '../contract/board-groups.ts'
import { agentTurnsLimit } from '../domain/delivery-rules.ts'
import { mentionedInGroup, recipientsOfGroupMessage } from '../domain/group-rules.ts'
import type { AgentRow } from '../store/agents.ts'
import type { GroupMemoryRow } from '../store/board-groups.ts'
import type { NotificationRow } from '../store/notifications.ts'
import type { Store } from '../store/store.ts'
import { tellOperatorOfChat } from './operator-mention.ts'

/** One session per group and agent. */
export function groupSessionKey(gatewayAgentId: string, groupId: string): string {
  return `agent:${gatewayAgentId}:mc-group-${groupId}`
}

/** Agents of the boards of a group that can be told something. */
export function agentsOfGroup(store: Store, groupId: string): AgentRow[] {
  return store.boardGroups
    .boardIds(groupId)
    .flatMap((boardId) => store.agents.all({ board_id: boardId }))
    .filter((agent) => agent.status !== 'deleting')
}

/** The agent whose own message (not an answer of it) this entry answers. */
function askedBy(store: Store, memory: GroupMemoryRow): string | null {
  if (memory.source_notification_id === null) return null
  const about = store.notifications.get(memory.source_notification_id)?.comment_id
  const question = about ? store.groupMemory.get(about) : undefined
  return question?.author_type === 'agent' && question.source_notification_id === null ? question.agent_id : null
}

/** Queues a message of the chat for everybody who should hear of it, once each. Returns how many that are. */
export function tellGroup(store: Store, memory: GroupMemoryRow): number {
  const group = store.boardGroups.get(memory.board_group_id)
  if (!group) return 0
  const agents = agentsOfGroup(store, group.id)
  const mentions = mentionedInGroup(memory.content, agents)
  const broadcast = memory.tags.includes(broadcastTag)
  const { told, asker, silence } = recipientsOfGroupMessage({
    author: { type: memory.author_type, agent_id: memory.agent_id },
    is_answer: memory.source_notification_id !== null,
    asked_by: askedBy(store, memory),
    mentions,
    broadcast,
    agents: agents.map((agent) => agent.id),
    leads: agents.filter((agent) => agent.is_board_lead).map((agent) => agent.id),
    agent_turns: memory.author_type === 'agent' ? store.groupMemory.agentTurns(group.id) : 0,
  })
  const where = `the chat of ${group.name}`
  tellOperatorOfChat(
    store,
    { ...memory, text: memory.content },
    { id: group.id, name: group.name, link: `/groups/${group.id}`, board_id: null, agents },
  )
  for (const agent of agents) {
    if (agent.id !== asker && !told.includes(agent.id)) continue
    const did =
      agent.id === asker
        ? 'answered you in'
        : mentions.includes(agent.id)
          ? 'mentioned you in'
          : broadcast
            ? 'wrote to everybody in'
            : 'wrote to'
    store.notifications.enqueue({
      type: 'group_chat',
      agent_id: agent.id,
      board_id: agent.board_id,
      task_id: null,
      comment_id: memory.id,
      title: `${memory.author_name} ${did} ${where}`,
      body: memory.content,
      session_key: groupSessionKey(agent.gateway_agent_id, group.id),
    })
  }
  if (told.length > 0) store.groupMemory.told(memory.id, told.length)
  if (silence !== null)
    store.activity.record({
      event_type: silence === 'nobody_to_tell' ? 'delivery.no_recipient' : 'delivery.loop_guard',
      level: 'warning',
      message:
        silence === 'nobody_to_tell'
          ? `Nobody was told of the message in ${where}: its boards have no lead, and nobody is mentioned. Mention an agent, or send it to everybody.`
          : `The agents in ${where} have written ${agentTurnsLimit} messages among themselves; they wake nobody until a person writes.`,
      board_id: memory.board_id,
      data: { memory_id: memory.id, board_group_id: group.id },
    })
  return told.length + (asker === null ? 0 : 1)
}

/** The message that a row of the outbox tells of; undefined when its group is gone. */
export function groupMessageOf(store: Store, row: Pick<NotificationRow, 'type' | 'comment_id'>): GroupMemoryRow | undefined {
  return row.type === 'group_chat' && row.comment_id !== null ? store.groupMemory.get(row.comment_id) : undefined
}

/** What the agent itself wrote to the chat of the group while it ran. */
export function ownGroupChat(store: Store, row: NotificationRow, since: number): string[] {
  const about = groupMessageOf(store, row)
  if (!about) return []
  return store.groupMemory
    .chatTail(about.board_group_id, 50)
    .filter((entry) => entry.agent_id === row.agent_id && entry.created_at >= since && entry.source_notification_id === null)
    .map((entry) => entry.content.trim())
}

/** Writes an agent's answer into the chat of the group, once per message that it answers. */
export function postGroupReply(store: Store, row: NotificationRow, agent: AgentRow, text: string): void {
  const about = groupMessageOf(store, row)
  if (!about) return
  const { memory, created } = store.groupMemory.add({
    board_group_id: about.board_group_id,
    board_id: agent.board_id,
    content: text,
    tags: ['chat'],
    is_chat: true,
    source: 'reply',
    author_type: 'agent',
    author_name: agent.name,
    agent_id: agent.id,
    source_notification_id: row.id,
  })
  if (created) tellGroup(store, memory)
}
