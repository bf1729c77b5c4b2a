/** One board group: its boards, what presses most on them, the pace of its agents, its chat. */
import '../boards/board.css'
import '../heartbeats/heartbeats.css'
import './board-groups.css'
import { Autocomplete, Button, Checkbox, Tooltip } from '@mantine/core'
import { ArrowLeft, Pencil, SquareKanban, Trash2 } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import { Link } from 'wouter'
import type { BoardGroup, GroupSnapshot } from '../../../../native-services/contract/board-groups.ts'
import { taskStates } from '../../../../native-services/contract/states.ts'
import { forget } from '../../lib/actions.ts'
import { api, explain } from '../../lib/api.ts'
import { navigate } from '../../lib/hash-location.ts'
import { moveInList } from '../../lib/keys.ts'
import { useAgents, useBoards, useLive } from '../../lib/store.ts'
import { attempt, toast } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { StateIcon } from '../../ui/icon.tsx'
import { Empty, type ListRead, NoRows, PageHead } from '../../ui/parts.tsx'
import { BoardCard } from '../boards/board-card.tsx'
import { intervals, readInterval } from '../heartbeats/rhythm-dialog.tsx'
import { strings as paceStrings } from '../heartbeats/strings.ts'
import { GroupChat } from './group-chat.tsx'
import { GroupDialog } from './group-dialog.tsx'
import { words as common } from '../../ui/strings.ts'
import { strings } from './strings.ts'
import { useBoardGroup } from './use-groups.ts'

function Pace({ groupId }: { groupId: string }) {
  const [every, setEvery] = useState('10m')
  const [leads, setLeads] = useState(false)
  const [busy, setBusy] = useState(false)
  const interval = readInterval(every)
  const apply = async (event: FormEvent) => {
    event.preventDefault()
    if (interval === null || busy) return
    setBusy(true)
    const result = await attempt(
      () => api.call('applyGroupHeartbeat', { params: { board_group_id: groupId }, body: { every: interval, include_board_leads: leads } }),
      { failed: paceStrings.paceFailed },
    )
    setBusy(false)
    if (result) toast(paceStrings.paceDone(result.updated_agent_ids.length, result.requested))
  }
  return (
    <section className="card" aria-labelledby="group-pace">
      <div className="card-head">
        <h2 id="group-pace">{strings.pace}</h2>
        <span className="aside hide-narrow">{strings.paceHint}</span>
      </div>
      <form className="card-body pace" onSubmit={(event) => void apply(event)}>
        <Autocomplete
          label={paceStrings.every}
          value={every}
          onChange={setEvery}
          data={[...intervals, paceStrings.never]}
          filter={({ options }) => options}
          error={interval === null}
          size="xs"
          w={130}
        />
        <Checkbox size="xs" label={strings.paceLeads} checked={leads} onChange={(event) => setLeads(event.currentTarget.checked)} />
        <Button type="submit" variant="default" loading={busy} disabled={interval === null}>
          {paceStrings.paceApply}
        </Button>
      </form>
    </section>
  )
}

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
  if (!group) {
    return (
      <>
        <PageHead title={strings.gone} />
        <Empty
          title={strings.gone}
          actions={
            <Link className="link" href="/boards">
              {strings.allBoards}
            </Link>
          }
        >
          {strings.goneBody}
        </Empty>
      </>
    )
  }
  const boards = allBoards.filter((board) => board.board_group_id === group.id)
  const ids = new Set(boards.map((board) => board.id))
  const agents = allAgents.filter((agent) => agent.board_id !== null && ids.has(agent.board_id))
  const mark = boards.map((board) => `${board.id}${JSON.stringify(board.task_counts)}${board.updated_at}`).join()

  return (
    <div className="page">
      <PageHead
        title={group.name}
        lead={
          <Tooltip label={strings.allBoards}>
            <Link href="/boards" className="iconbtn" aria-label={strings.allBoards} style={{ marginLeft: -8, marginRight: -4 }}>
              <ArrowLeft size={15} aria-hidden />
            </Link>
          </Tooltip>
        }
      />
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
                {agents.length > 0 ? <Pace groupId={group.id} /> : null}
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
