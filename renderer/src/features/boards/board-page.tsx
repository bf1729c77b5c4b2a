/** One board: its tasks as columns or rows, filters in the address, a task as a drawer beside it. */
import './board.css'
import { Button } from '@mantine/core'
import { useCallback, useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus, taskStatuses } from '../../../../native-services/contract/states.ts'
import { changeTask, changeTasks } from '../../lib/actions.ts'
import { useBoardTasks } from '../../lib/board-tasks.ts'
import { live } from '../../lib/connection.ts'
import { keepQuery, navigate, useLaterParam, useQueryBeside } from '../../lib/hash-location.ts'
import { useShortcuts } from '../../lib/keys.ts'
import { part } from '../../lib/part.tsx'
import { useAgents, useBoard } from '../../lib/store.ts'
import { toast } from '../../lib/toast.ts'
import { preloadMarkdown } from '../../ui/markdown.tsx'
import { BackTo, Empty, GonePage, LoadError, Loading, Note, PageHead } from '../../ui/parts.tsx'
import { useBoardGroup } from '../board-groups/use-groups.ts'
import { GoalBar } from '../goals/goal-bar.tsx'
import { BoardPlanDialogs } from '../planning/board-menu-items.tsx'
import { missingFor } from '../tasks/assign-dialog.tsx'
import { StatusQuestion } from '../tasks/status-question.tsx'
import { BoardActions, setPaused } from './board-actions.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { FilterBar, FilterText, ViewSwitch } from './filter-bar.tsx'
import { FilterChips } from './filter-chips.tsx'
import { compileFilters, isFiltered, noFilters, prepareWords, readFilters, readGroup, readSort, savedQuery, sortTasks } from './filters.ts'
import { Kanban } from './kanban.tsx'
import { planMove } from './position.ts'
import { strings } from './strings.ts'
import { TaskList } from './task-list.tsx'
import { useChosen } from './use-chosen.ts'

const BoardChatPanel = part(async () => {
  preloadMarkdown()
  return (await import('../board-chat/board-chat-panel.tsx')).BoardChatPanel
})
const BoardSettingsDialog = part(async () => (await import('../board-settings/board-settings-dialog.tsx')).BoardSettingsDialog)
const TaskDrawer = part(async () => {
  preloadMarkdown()
  return (await import('../tasks/task-drawer.tsx')).TaskDrawer
})
/** A task is the next thing that is opened here; its code comes when the cards stand. */
const preloadAfterMs = 1500

const columnsShown = taskStatuses.filter((status) => status !== 'archived')

interface Move {
  readonly task: Task
  readonly to: TaskStatus
  readonly index: number
  /** The others that are chosen and go along. */
  readonly with: readonly string[]
  /** It was just created there: no news that could be taken back. */
  readonly fresh: boolean
}

interface Extra {
  readonly blocked_reason?: string
  readonly assigned_agent_ids?: string[]
}

/** The newest function behind one that never changes: what gets it is not drawn again because of it. */
function useSteady<Args extends unknown[]>(work: (...args: Args) => void): (...args: Args) => void {
  const latest = useRef(work)
  useLayoutEffect(() => {
    latest.current = work
  })
  return useCallback((...args: Args) => latest.current(...args), [])
}

export function BoardPage({ boardId, taskId }: { boardId: string; taskId: string | null }) {
  const board = useBoard(boardId)
  const group = useBoardGroup(board?.board_group_id ?? null)
  const { tasks: all, load } = useBoardTasks(boardId)
  const agents = useAgents(boardId)
  // The field shows what is typed at once, and nothing else is drawn for it; the cards follow.
  const [query, setQuery] = useQueryBeside('q')
  const text = useLaterParam('q')
  const [asking, setAsking] = useState<(Move & { missing: 'reason' | 'assignee' }) | null>(null)
  const [filtering, setFiltering] = useState(false)
  const list = query['view'] === 'list'
  const archive = query['archive'] === '1'
  const chat = query['chat'] === '1'

  useEffect(() => {
    const timer = setTimeout(TaskDrawer.preload, preloadAfterMs)
    return () => clearTimeout(timer)
  }, [])

  useShortcuts('board', { filters: () => setFiltering(true), view: () => setQuery({ view: list ? null : 'list' }) })

  const shownQuery = useDeferredValue(savedQuery({ ...query, q: text }))
  // The chips can wait until the cards stand.
  const chipsQuery = useDeferredValue(shownQuery)
  const shown = useMemo(() => Object.fromEntries(new URLSearchParams(shownQuery)), [shownQuery])
  const filters = useMemo(() => readFilters(shown), [shown])
  const sort = readSort(shown)
  const filtered = isFiltered(filters)
  const statuses = archive ? taskStatuses : columnsShown
  const visible = useMemo(
    () => (filters.status === '' ? statuses : statuses.filter((each) => each === filters.status)),
    [filters.status, statuses],
  )
  const tasks = useMemo(() => {
    const fits = compileFilters(filters, Date.now())
    return sortTasks(
      all.filter((task) => visible.includes(task.status) && fits(task)),
      sort,
    )
  }, [all, filters, visible, sort])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const step = (from: number) => {
      timer = setTimeout(() => {
        const next = prepareWords(all, from)
        if (next !== null) step(next)
      }, 50)
    }
    step(0)
    return () => clearTimeout(timer)
  }, [all])
  const archived = useMemo(() => all.reduce((sum, task) => (task.status === 'archived' ? sum + 1 : sum), 0), [all])
  const { ids: chosen, choose, clear } = useChosen(tasks)

  const place = ({ task, to, index, fresh, ...move }: Move, extra: Extra = {}) => {
    // In the order in which they stand on the board.
    const moved = new Set([task.id, ...move.with])
    const cards = tasks.filter((each) => moved.has(each.id))
    // Filtered cards still have their places: the neighbours are looked up in the whole column.
    const others = tasks.filter((each) => each.status === to && each.id !== task.id)
    const column = all.filter((each) => each.status === to && !moved.has(each.id))
    const byHand = sort === 'manual'
    const stays = (each: Task): boolean => !moved.has(each.id)
    const anchor = byHand ? others.slice(index).find(stays) : column[0]
    const previous = byHand ? others.slice(0, index).findLast(stays) : undefined
    const at = anchor ? column.indexOf(anchor) : previous ? column.indexOf(previous) + 1 : column.length
    const plan = planMove(column, at, Math.max(1, cards.length))
    for (const other of plan.others) {
      const neighbour = all.find((each) => each.id === other.id)
      if (neighbour) void changeTask(neighbour, { position: other.position }, strings.notMoved, null)
    }
    if (move.with.length > 0) {
      clear()
      void changeTasks(boardId, cards, { status: to, ...extra }, strings.bulk.changed, plan.positions)
      return
    }
    const body = {
      ...(plan.positions[0] === undefined ? {} : { position: plan.positions[0] }),
      ...(to === task.status ? {} : { status: to, expected_status: task.status }),
      ...extra,
    }
    const news = to === task.status ? strings.reordered(task.number) : strings.movedTo(task.number, taskStates[to].label)
    void changeTask(task, body, strings.notMoved, fresh ? null : news)
  }
  const start = (move: Move) => {
    const missing = missingFor(move.task, move.to, agents.length > 0)
    if (missing) setAsking({ ...move, missing })
    else place(move)
  }
  const onMove = useSteady((task: Task, to: TaskStatus, index: number) => {
    const along = chosen.has(task.id) && chosen.size > 1 ? [...chosen].filter((id) => id !== task.id) : []
    if (to === task.status && sort !== 'manual' && along.length === 0) toast(strings.sortedAlready(strings.sort[sort]))
    else start({ task, to, index, with: along, fresh: false })
  })
  const onMoveTo = useSteady((task: Task, to: TaskStatus) => start({ task, to, index: 0, with: [], fresh: false }))
  const onAdded = useSteady((task: Task, to: TaskStatus) => start({ task, to, index: 0, with: [], fresh: true }))

  if (!board) return <GonePage title={strings.gone} body={strings.goneBody} href="/boards" back={strings.allBoards} />

  return (
    <div className="page-flush">
      <PageHead title={board.name} lead={<BackTo href="/boards" label={strings.allBoards} />}>
        {group ? (
          <Link href={`/groups/${group.id}`} className="link truncate hide-narrow">
            {group.name}
          </Link>
        ) : null}
      </PageHead>
      <div className="filters">
        <ViewSwitch list={list} setQuery={setQuery} />
        <FilterText setQuery={setQuery} />
        <FilterBar
          boardId={board.id}
          statuses={statuses}
          search={new URLSearchParams(query).toString()}
          opened={filtering}
          onOpened={setFiltering}
          setQuery={setQuery}
        />
        <span className="grow" />
        <BoardActions board={board} archived={archived} archive={archive} chat={chat} setQuery={setQuery} />
      </div>
      <FilterChips boardId={board.id} search={chipsQuery} setQuery={setQuery} />
      <GoalBar key={board.id} board={board} onEdit={() => setQuery({ settings: 'goal' })} />
      {board.paused ? (
        <div style={{ padding: '10px 20px 0' }}>
          <Note tone="warning">
            <div className="row">
              <span className="grow">{strings.paused}</span>
              <Button variant="default" onClick={() => setPaused(board)}>
                {strings.resume}
              </Button>
            </div>
          </Note>
        </div>
      ) : null}
      {load.state === 'failed' ? (
        <div style={{ padding: '10px 20px 0' }}>
          <LoadError message={load.message} retry={() => void live.wantBoard(board.id)} />
        </div>
      ) : null}
      {load.state === 'loading' && all.length === 0 ? (
        <Loading heights={[320]} />
      ) : filtered && tasks.length === 0 ? (
        <div className="board-none" data-filter={filters.text}>
          <Empty
            title={strings.noMatch}
            actions={
              <Button variant="default" onClick={() => setQuery(noFilters())}>
                {strings.clear}
              </Button>
            }
          />
        </div>
      ) : list ? (
        <TaskList tasks={tasks} statuses={visible} group={readGroup(shown)} chosen={chosen} onChoose={choose} onClear={clear} />
      ) : (
        <Kanban
          boardId={board.id}
          tasks={tasks}
          statuses={visible}
          openTaskId={taskId}
          chosen={chosen}
          filter={filters.text}
          onMove={onMove}
          onMoveTo={onMoveTo}
          onAdded={onAdded}
          onChoose={choose}
          onClear={clear}
        />
      )}
      {chosen.size > 0 ? <BulkBar boardId={board.id} tasks={tasks.filter((task) => chosen.has(task.id))} onDone={clear} /> : null}
      {asking ? (
        <StatusQuestion
          task={asking.task}
          to={asking.to}
          missing={asking.missing}
          onCancel={() => setAsking(null)}
          onAnswer={(answer) => {
            setAsking(null)
            place(asking, answer)
          }}
        />
      ) : null}
      <BoardPlanDialogs boardId={board.id} open={query['plan']} onClose={() => setQuery({ plan: null })} />
      {query['settings'] ? (
        <BoardSettingsDialog
          board={board}
          tab={query['settings']}
          onTab={(tab) => setQuery({ settings: tab })}
          onClose={() => setQuery({ settings: null })}
        />
      ) : null}
      {chat && !taskId ? <BoardChatPanel key={board.id} boardId={board.id} onClose={() => setQuery({ chat: null })} /> : null}
      {taskId ? (
        <TaskDrawer key={taskId} boardId={boardId} taskId={taskId} onClose={() => navigate(keepQuery(`/boards/${boardId}`))} />
      ) : null}
    </div>
  )
}
