/** One board group: its boards, what presses most on them, the pace of its agents, its chat. */
import '../boards/board.css'
import '../heartbeats/heartbeats.css'
import './board-groups.css'
import { Button, Tooltip } from '@mantine/core'
import { Pencil, SquareKanban, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import type { BoardGroup, GroupSnapshot } from '../../../../native-services/contract/board-groups.ts'
import { taskStates } from '../../../../native-services/contract/states.ts'
import { forget } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { navigate } from '../../lib/hash-location.ts'
import { moveInList } from '../../lib/keys.ts'
import { useAgents, useBoards, useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { StateIcon } from '../../ui/icon.tsx'
import { BackTo, Empty, GonePage, type ListRead, NoRows, PageHead } from '../../ui/parts.tsx'
import { BoardCard } from '../boards/board-card.tsx'
import { PaceCard } from '../heartbeats/pace-card.tsx'
import { GroupChat } from './group-chat.tsx'
import { GroupDialog } from './group-dialog.tsx'
import { words as common } from '../../ui/strings.ts'
import { strings } from './strings.ts'
import { useBoardGroup } from './use-groups.ts'

/** Fetched again shortly after a board of the group changed; tasks of boards that nobody opened are not in the page. */
function usePressing(groupId: string, mark: string): { boards: GroupSnapshot['boards']; read: ListRead } {
  const [boards, setBoards] = useState<GroupSnapshot['boards'] | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const connection = useLive((state) => state.connection)
  useEffect(() => {
    if (connection !== 'live') return
    let current = true
    const timer = setTimeout(() => {
      api.call('getBoardGroupSnapshot', { params: { board_group_id: groupId }, query: { per_board_task_limit: '3' } }).then(
        (snapshot) => {
          if (!current) return
          setBoards(snapshot.boards)
          setError(null)
        },
        // What is shown stays.
        (reason: unknown) => current && setError(explain(reason)),
      )
    }, 250)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [groupId, mark, connection, round])
  return { boards: boards ?? [], read: { loaded: boards !== null, error, retry: () => setRound((value) => value + 1) } }
}

function Pressing({ groupId, mark }: { groupId: string; mark: string }) {
  const { boards, read } = usePressing(groupId, mark)
  const open = boards.filter((entry) => entry.tasks.length > 0)
  return (
    <section className="card" aria-labelledby="group-pressing">
      <div className="card-head">
        <h2 id="group-pressing">{strings.presses}</h2>
      </div>
      {open.length === 0 ? (
        <NoRows read={read}>
          <p className="card-body muted">{strings.nothingPresses}</p>
        </NoRows>
      ) : null}
      <ul className="group-pressing" onKeyDown={moveInList} style={{ paddingBottom: open.length > 0 ? 8 : 0 }}>
        {open.map(({ board, tasks }) => (
          <li key={board.id}>
            <div className="group-pressing-board">{board.name}</div>
            {tasks.map((task) => (
              <Link key={task.id} href={`/boards/${board.id}/tasks/${task.id}`} data-row>
                <span data-tone={taskStates[task.status].tone} title={taskStates[task.status].label}>
                  <StateIcon name={taskStates[task.status].icon} />
                </span>
                <span className="faint num">#{task.number}</span>
                <span className="truncate grow">{task.title}</span>
                <span className="faint truncate" style={{ fontSize: 12, maxWidth: '45%' }}>
                  {task.waiting_for ?? task.assignees.join(', ')}
                </span>
              </Link>
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}

function askToDelete(group: BoardGroup): void {
  askOnce({
    title: strings.deleteTitle(group.name),
    body: strings.deleteBody,
    confirmLabel: strings.deleteGroup,
    onConfirm: () => {
      void attempt(() => api.call('deleteBoardGroup', { params: { board_group_id: group.id } }), {
        failed: strings.notDeleted,
        done: common.deleted(group.name),
      }).then((done) => {
        if (!done) return
        navigate('/boards')
        forget('board_group', group.id)
      })
    },
  })
}

export function GroupPage({ groupId }: { groupId: string }) {
  const group = useBoardGroup(groupId)
  const allBoards = useBoards()
  const allAgents = useAgents()
  const [editing, setEditing] = useState(false)
  if (!group) return <GonePage title={strings.gone} body={strings.goneBody} href="/boards" back={strings.allBoards} />
  const boards = allBoards.filter((board) => board.board_group_id === group.id)
  const ids = new Set(boards.map((board) => board.id))
  const agents = allAgents.filter((agent) => agent.board_id !== null && ids.has(agent.board_id))
  const mark = boards.map((board) => `${board.id}${JSON.stringify(board.task_counts)}${board.updated_at}`).join()

  return (
    <div className="page">
      <PageHead title={group.name} lead={<BackTo href="/boards" label={strings.allBoards} />} />
      <div className="page-inner">
        <div className="row">
          <span className="grow muted">{group.description || strings.count(boards.length)}</span>
          <Button variant="default" leftSection={<Pencil size={13} aria-hidden />} onClick={() => setEditing(true)}>
            {strings.editGroup}
          </Button>
          <Tooltip label={strings.deleteGroup}>
            <button type="button" className="iconbtn" aria-label={strings.deleteGroup} onClick={() => askToDelete(group)}>
              <Trash2 size={15} aria-hidden />
            </button>
          </Tooltip>
        </div>
        <div className="group-layout">
          <div className="stack" style={{ gap: 16 }}>
            {boards.length === 0 ? (
              <div className="card">
                <Empty
                  icon={<SquareKanban size={22} aria-hidden />}
                  title={strings.noBoards}
                  actions={<Button onClick={() => setEditing(true)}>{strings.chooseBoards}</Button>}
                >
                  {strings.noBoardsBody}
                </Empty>
              </div>
            ) : (
              <>
                <div className="boards-grid" onKeyDown={moveInList}>
                  {boards.map((board) => (
                    <BoardCard key={board.id} board={board} agents={agents} />
                  ))}
                </div>
                <Pressing groupId={group.id} mark={mark} />
                {agents.length > 0 ? (
                  <PaceCard
                    title={strings.pace}
                    hint={strings.paceHint}
                    apply={(body) => api.call('applyGroupHeartbeat', { params: { board_group_id: group.id }, body })}
                  />
                ) : null}
              </>
            )}
          </div>
          <div className="group-side">
            <GroupChat key={group.id} groupId={group.id} agents={agents} />
          </div>
        </div>
      </div>
      {editing ? <GroupDialog group={group} onClose={() => setEditing(false)} /> : null}
    </div>
  )
}
