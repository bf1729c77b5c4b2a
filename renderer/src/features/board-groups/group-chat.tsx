/** The chat of a board group: messages, what became of each, answers as they are written, and the switch that reaches everybody. */
import '../tasks/task.css'
import { Button, Switch } from '@mantine/core'
import { Megaphone } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { broadcastTag } from '../../../../native-services/contract/board-groups.ts'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { remember } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { LoadError } from '../../ui/parts.tsx'
import { Composer } from '../tasks/composer.tsx'
import { Message, Writing } from '../tasks/message.tsx'
import { strings as taskStrings } from '../tasks/strings.ts'
import { strings } from './strings.ts'
import { useGroupChat } from './use-groups.ts'

const pageSize = 50
/** A message to many: its deliveries are summed up instead of listed, except those that went wrong. */
const fewDeliveries = 4

export function GroupChat({ groupId, agents }: { groupId: string; agents: readonly Agent[] }) {
  const chat = useGroupChat(groupId)
  const connection = useLive((state) => state.connection)
  const outbox = useLive((state) => state.maps.notification)
  const [error, setError] = useState<string | null>(null)
  const [total, setTotal] = useState(0)
  const [shown, setShown] = useState(pageSize)
  const [round, setRound] = useState(0)
  const [broadcast, setBroadcast] = useState(false)
  const body = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (connection !== 'live') return
    let current = true
    Promise.all([
      api.call('listGroupMemory', { params: { board_group_id: groupId }, query: { is_chat: 'true', limit: String(Math.min(200, shown)) } }),
      api.call('listNotifications', { query: { limit: '200' } }),
    ]).then(
      ([memory, notifications]) => {
        if (!current) return
        setError(null)
        setTotal(memory.total)
        useLive.setState((state) => ({
          maps: mergeEntities(mergeEntities(state.maps, 'group_memory', memory.items), 'notification', notifications.items),
        }))
      },
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
  }, [groupId, connection, shown, round])

  const said = new Set(chat.map((entry) => entry.id))
  const rows = Object.values(outbox).filter((row) => row.type === 'group_chat' && row.comment_id !== null && said.has(row.comment_id))
  const answered = new Set(chat.map((entry) => entry.source_notification_id))
  const writing = rows.filter((row) => row.state === 'leased' && !answered.has(row.id))
  const names = [...agents.map((agent) => agent.name), ...taskStrings.groups.map((group) => group.name)]
  const newest = `${chat.at(-1)?.id ?? ''}:${writing.length}`
  useEffect(() => {
    if (body.current) body.current.scrollTop = body.current.scrollHeight
  }, [newest])

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
      <div className="group-chat-body" ref={body} tabIndex={0} role="log" aria-label={strings.chatMessages}>
        {error ? (
          <LoadError message={error} retry={() => setRound((value) => value + 1)} />
        ) : (
          <>
            {total > shown && shown < 200 ? (
              <Button variant="subtle" onClick={() => setShown(shown + pageSize)}>
                {strings.earlier}
              </Button>
            ) : null}
            {chat.length === 0 && writing.length === 0 ? (
              <p className="muted">{agents.length === 0 ? strings.chatNobody : strings.chatEmpty}</p>
            ) : null}
            <ul className="thread">
              {chat.map((entry) => {
                const own = rows.filter((row) => row.comment_id === entry.id)
                const many = own.length > fewDeliveries
                return (
                  <Message
                    key={entry.id}
                    said={entry}
                    text={entry.content}
                    names={names}
                    deliveries={many ? own.filter((row) => row.state === 'dead') : own}
                    {...(many || entry.tags.includes(broadcastTag)
                      ? {
                          aside: (
                            <span className="chip" title={strings.told(entry.told_count)}>
                              <Megaphone size={11} aria-hidden /> {strings.told(entry.told_count)}
                            </span>
                          ),
                        }
                      : {})}
                  />
                )
              })}
              {writing.map((row) => (
                <Writing key={row.id} row={row} />
              ))}
            </ul>
          </>
        )}
      </div>
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
