/** The chat of a board beside its tasks: messages, what became of each, and answers as they are written. */
import '../tasks/task.css'
import './board-chat.css'
import { Button } from '@mantine/core'
import { X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { remember } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { useAgents, useBoardChat, useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { useDrawer } from '../../lib/use-drawer.ts'
import { ConnectionLost } from '../../ui/connection-lost.tsx'
import { LoadError } from '../../ui/parts.tsx'
import { Composer } from '../tasks/composer.tsx'
import { Message, Writing } from '../tasks/message.tsx'
import { strings as taskStrings } from '../tasks/strings.ts'
import { strings } from './strings.ts'

const pageSize = 50

export function BoardChatPanel({ boardId, onClose }: { boardId: string; onClose: () => void }) {
  const chat = useBoardChat(boardId)
  const agents = useAgents(boardId)
  const connection = useLive((state) => state.connection)
  const outbox = useLive((state) => state.maps.notification)
  const [error, setError] = useState<string | null>(null)
  const [total, setTotal] = useState(0)
  const [shown, setShown] = useState(pageSize)
  const [round, setRound] = useState(0)
  const body = useRef<HTMLDivElement>(null)
  const panel = useDrawer({ about: boardId, onClose })

  useEffect(() => {
    if (connection !== 'live') return
    let current = true
    Promise.all([
      api.call('listBoardMemory', { params: { board_id: boardId }, query: { is_chat: 'true', limit: String(Math.min(200, shown)) } }),
      api.call('listNotifications', { query: { limit: '200' } }),
    ]).then(
      ([memory, notifications]) => {
        if (!current) return
        setError(null)
        setTotal(memory.total)
        useLive.setState((state) => ({
          maps: mergeEntities(mergeEntities(state.maps, 'board_memory', memory.items), 'notification', notifications.items),
        }))
      },
      (reason: unknown) => current && setError(explain(reason)),
    )
    return () => {
      current = false
    }
  }, [boardId, connection, shown, round])

  const rows = Object.values(outbox).filter((row) => row.type === 'board_chat' && row.board_id === boardId)
  const answered = new Set(chat.map((entry) => entry.source_notification_id))
  const writing = rows.filter((row) => row.state === 'leased' && !answered.has(row.id))
  const names = [...agents.map((agent) => agent.name), ...taskStrings.groups.map((group) => group.name)]
  const newest = `${chat.at(-1)?.id ?? ''}:${writing.length}`
  useEffect(() => {
    if (body.current) body.current.scrollTop = body.current.scrollHeight
  }, [newest])

  const send = async (message: string) => {
    const entry = await attempt(
      () => api.call('createBoardMemory', { params: { board_id: boardId }, body: { content: message, tags: ['chat'] } }),
      { failed: strings.notSent },
    )
    if (entry) remember('board_memory', entry)
    return entry
  }

  return (
    <div className="drawer chat-drawer" ref={panel} tabIndex={-1} role="dialog" aria-modal={false} aria-label={strings.title} data-drawer>
      <div className="drawer-head">
        <b className="grow">{strings.title}</b>
        <ConnectionLost again />
        <button type="button" className="iconbtn" aria-label={strings.close} onClick={onClose}>
          <X size={16} aria-hidden />
        </button>
      </div>
      <div className="drawer-body" ref={body}>
        {error ? (
          <LoadError message={error} retry={() => setRound((value) => value + 1)} />
        ) : (
          <>
            {total > shown && shown < 200 ? (
              <Button variant="subtle" onClick={() => setShown(shown + pageSize)}>
                {strings.earlier}
              </Button>
            ) : null}
            {chat.length === 0 && writing.length === 0 ? <p className="muted">{strings.empty}</p> : null}
            <ul className="thread">
              {chat.map((entry) => (
                <Message
                  key={entry.id}
                  said={entry}
                  text={entry.content}
                  names={names}
                  deliveries={rows.filter((row) => row.comment_id === entry.id)}
                />
              ))}
              {writing.map((row) => (
                <Writing key={row.id} row={row} />
              ))}
            </ul>
          </>
        )}
      </div>
      <Composer draftKey={boardId} agents={agents} post={send} placeholder={strings.placeholder} />
    </div>
  )
}
