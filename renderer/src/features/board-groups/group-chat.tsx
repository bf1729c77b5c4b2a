/** The chat of a board group, and the switch that reaches everybody. */
import { Switch } from '@mantine/core'
import { Megaphone } from 'lucide-react'
import { useCallback, useState } from 'react'
import { broadcastTag } from '../../../../native-services/contract/board-groups.ts'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { ChatMessages } from '../board-chat/chat-messages.tsx'
import { useChatRead } from '../board-chat/use-chat-read.ts'
import { Composer } from '../tasks/composer.tsx'
import { strings } from './strings.ts'
import { useGroupChat } from './use-groups.ts'

/** A message to many: its deliveries are summed up instead of listed, except those that went wrong. */
const fewDeliveries = 4

export function GroupChat({ groupId, agents }: { groupId: string; agents: readonly Agent[] }) {
  const chat = useGroupChat(groupId)
  const outbox = useLive((state) => state.maps.notification)
  const [broadcast, setBroadcast] = useState(false)
  const read = useChatRead(
    'group_memory',
    useCallback((query) => api.call('listGroupMemory', { params: { board_group_id: groupId }, query }), [groupId]),
  )
  const said = new Set(chat.map((entry) => entry.id))
  const rows = Object.values(outbox).filter((row) => row.type === 'group_chat' && row.comment_id !== null && said.has(row.comment_id))

  const send = async (content: string) => {
    const tags = broadcast ? ['chat', broadcastTag] : ['chat']
    const entry = await attempt(() => api.call('createGroupMemory', { params: { board_group_id: groupId }, body: { content, tags } }), {
      failed: strings.notSent,
    })
    if (!entry) return null
    remember('group_memory', entry)
    setBroadcast(false)
    return entry
  }

  return (
    <section className="card group-chat" aria-labelledby="group-chat-title">
      <div className="card-head">
        <h2 id="group-chat-title">{strings.chat}</h2>
      </div>
      <ChatMessages
        className="group-chat-body"
        tabIndex={0}
        role="log"
        aria-label={strings.chatMessages}
        chat={chat}
        rows={rows}
        agents={agents}
        read={read}
        empty={agents.length === 0 ? strings.chatNobody : strings.chatEmpty}
        asideOf={(entry, own) => {
          const many = own.length > fewDeliveries
          const told = (
            <span className="chip" title={strings.told(entry.told_count)}>
              <Megaphone size={11} aria-hidden /> {strings.told(entry.told_count)}
            </span>
          )
          return {
            deliveries: many ? own.filter((row) => row.state === 'dead') : own,
            ...(many || entry.tags.includes(broadcastTag) ? { aside: told } : {}),
          }
        }}
      />
      <div className="group-chat-to">
        <Switch
          size="xs"
          label={strings.broadcast}
          description={broadcast ? strings.broadcastHint(agents.length) : undefined}
          checked={broadcast}
          disabled={agents.length === 0}
          onChange={(event) => setBroadcast(event.currentTarget.checked)}
        />
      </div>
      <Composer
        draftKey={groupId}
        agents={agents}
        post={send}
        placeholder={broadcast ? strings.placeholderAll(agents.length) : strings.placeholder}
      />
    </section>
  )
}
