/** An agent that writes `@operator` in a chat: the person is told. Threads of tasks have their own rules, in the notifier. */
import { findMentions, type Mentionable } from '../domain/mentions.ts'
import type { Store } from '../store/store.ts'

export function tellOperatorOfChat(
  store: Store,
  said: { text: string; author_type: 'user' | 'agent' | 'system'; author_name: string; agent_id: string | null },
  chat: { id: string; name: string; link: string; board_id: string | null; agents: readonly Mentionable[] },
): void {
  if (said.author_type !== 'agent' || !findMentions(said.text, chat.agents).operator) return
  store.notices.add({
    kind: 'mention',
    title: `${said.author_name} mentioned you in the chat of ${chat.name}`,
    body: said.text.replace(/\s+/g, ' ').slice(0, 300),
    link: chat.link,
    subject: `chat:${chat.id}`,
    board_id: chat.board_id,
    task_id: null,
    agent_id: said.agent_id,
  })
}
