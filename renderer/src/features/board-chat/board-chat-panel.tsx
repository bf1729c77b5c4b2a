/** The chat of a board beside its tasks. */
import './board-chat.css'
import { X } from 'lucide-react'
import { useCallback } from 'react'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { useAgents, useBoardChat, useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { useDrawer } from '../../lib/use-drawer.ts'
import { ConnectionLost } from '../../ui/connection-lost.tsx'
import { Composer } from '../tasks/composer.tsx'
import { ChatMessages } from './chat-messages.tsx'
import { strings } from './strings.ts'
import { useChatRead } from './use-chat-read.ts'

export function BoardChatPanel({ boardId, onClose }: { boardId: string; onClose: () => void }) {
  const chat = useBoardChat(boardId)
  const agents = useAgents(boardId)
  const outbox = useLive((state) => state.maps.notification)
  const panel = useDrawer({ about: boardId, onClose })
  const read = useChatRead(
    'board_memory',
    useCallback((query) => api.call('listBoardMemory', { params: { board_id: boardId }, query }), [boardId]),
  )
  const rows = Object.values(outbox).filter((row) => row.type === 'board_chat' && row.board_id === boardId)

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
      <ChatMessages className="drawer-body" chat={chat} rows={rows} agents={agents} read={read} empty={strings.empty} />
      <Composer draftKey={boardId} agents={agents} post={send} placeholder={strings.placeholder} />
    </div>
  )
}
