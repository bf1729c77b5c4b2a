/** What can be done with the board itself, at the end of its bar. */
import { Button, Menu, Tooltip } from '@mantine/core'
import { Archive, ArchiveRestore, Ellipsis, FileText, MessagesSquare, Pause, Play, Plus, Settings2, Target, Trash2 } from 'lucide-react'
import { memo } from 'react'
import { Link } from 'wouter'
import type { Board } from '../../../../native-services/contract/entities.ts'
import { openNewTask } from '../../app/palette-state.ts'
import { archiveDone, forget } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { navigate } from '../../lib/hash-location.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { words as common } from '../../ui/strings.ts'
import { strings as chatStrings } from '../board-chat/strings.ts'
import { strings as settingsStrings } from '../board-settings/strings.ts'
import { DemoMenuItem } from '../demo/demo-controls.tsx'
import { strings as documentStrings } from '../documents/strings.ts'
import { strings as goalStrings } from '../goals/strings.ts'
import { BoardMenuItems } from '../planning/board-menu-items.tsx'
import type { SetQuery } from './filter-bar.tsx'
import { strings } from './strings.ts'

export function setPaused(board: Board): void {
  void attempt(() => api.call('updateBoard', { params: { board_id: board.id }, body: { paused: !board.paused } }), {
    failed: 'The board was not changed',
  })
}

function askToDelete(board: Board): void {
  const tasks = Object.values(board.task_counts).reduce((sum, n) => sum + n, 0)
  askOnce({
    title: strings.deleteBoardTitle(board.name),
    body: strings.deleteBoardBody(tasks, board.agent_count),
    confirmLabel: strings.deleteBoard,
    onConfirm: () =>
      void attempt(() => api.call('deleteBoard', { params: { board_id: board.id } }), {
        failed: strings.boardNotDeleted,
        done: common.deleted(board.name),
      }).then((done) => {
        if (!done) return
        navigate('/boards')
        forget('board', board.id)
      }),
  })
}

export const BoardActions = memo(function BoardActions({
  board,
  archived,
  archive,
  chat,
  setQuery,
}: {
  board: Board
  /** How many there are, and whether they are shown. */
  archived: number
  archive: boolean
  chat: boolean
  setQuery: SetQuery
}) {
  const pause = board.paused ? strings.resume : strings.pause
  const pauseIcon = (size: number) => (board.paused ? <Play size={size} aria-hidden /> : <Pause size={size} aria-hidden />)
  return (
    <>
      {archived > 0 ? (
        <Button
          variant={archive ? 'light' : 'subtle'}
          leftSection={<Archive size={13} aria-hidden />}
          onClick={() => setQuery({ archive: archive ? null : '1' })}
          aria-pressed={archive}
          className="num"
        >
          {strings.archived(archived)}
        </Button>
      ) : null}
      <Tooltip label={documentStrings.open}>
        <Link href={`/boards/${board.id}/documents`} className="iconbtn" aria-label={documentStrings.open}>
          <FileText size={15} aria-hidden />
        </Link>
      </Tooltip>
      <Tooltip label={chatStrings.open}>
        <button
          type="button"
          className="iconbtn"
          aria-label={chatStrings.open}
          aria-pressed={chat}
          onClick={() => setQuery({ chat: chat ? null : '1' })}
        >
          <MessagesSquare size={15} aria-hidden />
        </button>
      </Tooltip>
      <Tooltip label={pause}>
        <button type="button" className="iconbtn" aria-label={pause} onClick={() => setPaused(board)}>
          {pauseIcon(15)}
        </button>
      </Tooltip>
      <Tooltip label={settingsStrings.open}>
        <button
          type="button"
          className="iconbtn hide-narrow"
          aria-label={settingsStrings.open}
          onClick={() => setQuery({ settings: 'general' })}
        >
          <Settings2 size={15} aria-hidden />
        </button>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <button type="button" className="iconbtn" aria-label={strings.actions}>
            <Ellipsis size={15} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Settings2 size={13} aria-hidden />} onClick={() => setQuery({ settings: 'general' })}>
            {settingsStrings.open}
          </Menu.Item>
          <Menu.Item leftSection={<Target size={13} aria-hidden />} onClick={() => setQuery({ settings: 'goal' })}>
            {board.objective === null ? goalStrings.set : goalStrings.edit}
          </Menu.Item>
          <Menu.Item
            leftSection={<ArchiveRestore size={13} aria-hidden />}
            disabled={(board.task_counts.done ?? 0) === 0}
            onClick={() => void archiveDone(board.id)}
          >
            {strings.archiveDone}
          </Menu.Item>
          <Menu.Item leftSection={pauseIcon(13)} onClick={() => setPaused(board)}>
            {pause}
          </Menu.Item>
          <BoardMenuItems boardId={board.id} onOpen={(dialog) => setQuery({ plan: dialog })} />
          <DemoMenuItem boardId={board.id} />
          <Menu.Item color="red" leftSection={<Trash2 size={13} aria-hidden />} onClick={() => askToDelete(board)}>
            {strings.deleteBoard}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button leftSection={<Plus size={14} aria-hidden />} onClick={() => openNewTask(board.id)}>
        {strings.newTask}
      </Button>
    </>
  )
})
