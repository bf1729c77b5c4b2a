/** One board: its tasks as columns or rows, filters in the address, a task as a drawer beside it. */
import './board.css'
import { Button, Menu, SegmentedControl, Select, TextInput, Tooltip } from '@mantine/core'
import {
  Archive,
  ArchiveRestore,
  ArrowLeft,
  Ellipsis,
  FileText,
  MessagesSquare,
  Pause,
  Play,
  Plus,
  Search,
  Settings2,
  Target,
  X,
} from 'lucide-react'
import { useMemo, useState } from 'react'
import { Link } from 'wouter'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus, taskStatuses } from '../../../../native-services/contract/states.ts'
import { openNewTask } from '../../app/palette-state.ts'
import { archiveDone, changeTask } from '../../lib/actions.ts'
import { part } from '../../lib/part.tsx'
import { api } from '../../lib/api.ts'
import { useBoardTasks } from '../../lib/board-tasks.ts'
import { live } from '../../lib/connection.ts'
import { keepQuery, navigate, useQuery } from '../../lib/hash-location.ts'
import { useAgents, useBoard, useLive, useTags } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { Empty, LoadError, Loading, Note, PageHead } from '../../ui/parts.tsx'
import { AssignDialog, missingFor } from '../tasks/assign-dialog.tsx'
import { BlockedDialog } from '../tasks/blocked-dialog.tsx'
import { strings as documentStrings } from '../documents/strings.ts'
import { strings as chatStrings } from '../board-chat/strings.ts'
import { strings as settingsStrings } from '../board-settings/strings.ts'
import { useBoardGroup } from '../board-groups/use-groups.ts'
import { GoalBar } from '../goals/goal-bar.tsx'
import { strings as goalStrings } from '../goals/strings.ts'
import { BoardMenuItems, BoardPlanDialogs } from '../planning/board-menu-items.tsx'
import { isFiltered, matches, readFilters } from './filters.ts'
import { Kanban } from './kanban.tsx'
import { planMove } from './position.ts'
import { strings } from './strings.ts'
import { TaskList } from './task-list.tsx'

const BoardChatPanel = part(async () => (await import('../board-chat/board-chat-panel.tsx')).BoardChatPanel)
const BoardSettingsDialog = part(async () => (await import('../board-settings/board-settings-dialog.tsx')).BoardSettingsDialog)
const TaskDrawer = part(async () => (await import('../tasks/task-drawer.tsx')).TaskDrawer)

const columnsShown = taskStatuses.filter((status) => status !== 'archived')

export function BoardPage({ boardId, taskId }: { boardId: string; taskId: string | null }) {
  const board = useBoard(boardId)
  const group = useBoardGroup(board?.board_group_id ?? null)
  const { tasks: all, load } = useBoardTasks(boardId)
  const tags = useTags()
  const agents = useAgents(boardId)
  const agentMap = useLive((state) => state.maps.agent)
  const [query, setQuery] = useQuery()
  const [asking, setAsking] = useState<{ task: Task; to: TaskStatus; index: number; missing: 'reason' | 'assignee' } | null>(null)
  const filters = readFilters(query)
  const view = query['view'] === 'list' ? 'list' : 'board'
  const archive = query['archive'] === '1'
  const chat = query['chat'] === '1'
  const { text, assignee, status, tag } = filters
  const tasks = useMemo(() => all.filter((task) => matches(task, { text, assignee, status, tag })), [all, text, assignee, status, tag])
  const archived = all.filter((task) => task.status === 'archived').length

  if (!board) {
    return (
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
    )
  }

  const statuses = archive ? taskStatuses : columnsShown
  const visible = status === '' ? statuses : statuses.filter((each) => each === status)

  const place = (task: Task, to: TaskStatus, index: number, extra: { blocked_reason?: string; assigned_agent_ids?: string[] } = {}) => {
    // Filtered cards still have their places: the neighbours are looked up in the whole column.
    const shown = tasks.filter((each) => each.status === to && each.id !== task.id)
    const column = all.filter((each) => each.status === to && each.id !== task.id)
    const anchor = shown[index]
    const previous = shown[index - 1]
    const at = anchor ? column.indexOf(anchor) : previous ? column.indexOf(previous) + 1 : column.length
    const plan = planMove(column, at)
    const body = {
      position: plan.position,
      ...(to === task.status ? {} : { status: to, expected_status: task.status }),
      ...extra,
    }
    for (const other of plan.others) {
      const neighbour = all.find((each) => each.id === other.id)
      if (neighbour) void changeTask(neighbour, { position: other.position }, strings.notMoved)
    }
    void changeTask(task, body, strings.notMoved)
  }
  const move = (task: Task, to: TaskStatus, index: number) => {
    const missing = missingFor(task, to, agents.length > 0)
    if (missing) setAsking({ task, to, index, missing })
    else place(task, to, index)
  }
  const moveTo = (task: Task, to: TaskStatus) => move(task, to, 0)
  const setPaused = () => {
    void attempt(() => api.call('updateBoard', { params: { board_id: board.id }, body: { paused: !board.paused } }), {
      failed: 'The board was not changed',
    })
  }

  return (
    <div className="page-flush">
      <PageHead
        title={board.name}
        lead={
          <Tooltip label={strings.allBoards}>
            <Link href="/boards" className="iconbtn" aria-label={strings.allBoards} style={{ marginLeft: -8, marginRight: -4 }}>
              <ArrowLeft size={15} aria-hidden />
            </Link>
          </Tooltip>
        }
      >
        {group ? (
          <Link href={`/groups/${group.id}`} className="link truncate hide-narrow">
            {group.name}
          </Link>
        ) : null}
      </PageHead>
      <div className="filters">
        <SegmentedControl
          aria-label="View"
          value={view}
          onChange={(value) => setQuery({ view: value === 'list' ? 'list' : null })}
          data={[
            { value: 'board', label: strings.kanban },
            { value: 'list', label: strings.list },
          ]}
        />
        <TextInput
          data-page-filter
          aria-label={strings.filter}
          placeholder={strings.filter}
          leftSection={<Search size={13} aria-hidden />}
          value={text}
          onChange={(event) => setQuery({ q: event.currentTarget.value })}
          w={190}
        />
        <Select
          aria-label="Assignee"
          placeholder={strings.anyone}
          clearable
          w={140}
          value={assignee || null}
          onChange={(value) => setQuery({ assignee: value })}
          data={[{ value: 'none', label: strings.unassigned }, ...agents.map((agent) => ({ value: agent.id, label: agent.name }))]}
        />
        <Select
          aria-label="Status"
          placeholder={strings.anyStatus}
          clearable
          w={140}
          value={status || null}
          onChange={(value) => setQuery({ status: value })}
          data={statuses.map((each) => ({ value: each, label: taskStates[each].label }))}
        />
        {tags.length > 0 ? (
          <Select
            aria-label="Tag"
            placeholder={strings.anyTag}
            clearable
            w={130}
            value={tag || null}
            onChange={(value) => setQuery({ tag: value })}
            data={tags.map((each) => ({ value: each.id, label: each.name }))}
          />
        ) : null}
        {isFiltered(filters) ? (
          <Button
            variant="subtle"
            leftSection={<X size={13} aria-hidden />}
            onClick={() => setQuery({ q: null, assignee: null, status: null, tag: null })}
          >
            {strings.clear}
          </Button>
        ) : null}
        <span className="grow" />
        {archived > 0 ? (
          <Button
            variant={archive ? 'light' : 'subtle'}
            leftSection={<Archive size={13} aria-hidden />}
            onClick={() => setQuery({ archive: archive ? null : '1' })}
            aria-pressed={archive}
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
        <Tooltip label={board.paused ? strings.resume : strings.pause}>
          <button type="button" className="iconbtn" aria-label={board.paused ? strings.resume : strings.pause} onClick={setPaused}>
            {board.paused ? <Play size={15} aria-hidden /> : <Pause size={15} aria-hidden />}
          </button>
        </Tooltip>
        <Tooltip label={settingsStrings.open}>
          <button type="button" className="iconbtn" aria-label={settingsStrings.open} onClick={() => setQuery({ settings: 'general' })}>
            <Settings2 size={15} aria-hidden />
          </button>
        </Tooltip>
        <Menu position="bottom-end">
          <Menu.Target>
            <button type="button" className="iconbtn" aria-label="Board actions">
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
            <Menu.Item leftSection={board.paused ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />} onClick={setPaused}>
              {board.paused ? strings.resume : strings.pause}
            </Menu.Item>
            <BoardMenuItems boardId={board.id} onOpen={(dialog) => setQuery({ plan: dialog })} />
          </Menu.Dropdown>
        </Menu>
        <Button leftSection={<Plus size={14} aria-hidden />} onClick={() => openNewTask(board.id)}>
          {strings.newTask}
        </Button>
      </div>
      <GoalBar key={board.id} board={board} onEdit={() => setQuery({ settings: 'goal' })} />
      {board.paused ? (
        <div style={{ padding: '10px 20px 0' }}>
          <Note tone="warning">
            <div className="row">
              <span className="grow">{strings.paused}</span>
              <Button variant="default" onClick={setPaused}>
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
      ) : isFiltered(filters) && tasks.length === 0 ? (
        <Empty
          title={strings.noMatch}
          actions={
            <Button variant="default" onClick={() => setQuery({ q: null, assignee: null, status: null, tag: null })}>
              {strings.clear}
            </Button>
          }
        />
      ) : view === 'list' ? (
        <TaskList tasks={tasks} agents={agentMap} statuses={visible} />
      ) : (
        <Kanban
          tasks={tasks}
          agents={agentMap}
          statuses={visible}
          openTaskId={taskId}
          onMove={move}
          onMoveTo={moveTo}
          onAdd={() => openNewTask(board.id)}
        />
      )}
      {asking?.missing === 'reason' ? (
        <BlockedDialog
          task={asking.task}
          onCancel={() => setAsking(null)}
          onReason={(reason) => {
            setAsking(null)
            place(asking.task, asking.to, asking.index, { blocked_reason: reason })
          }}
        />
      ) : null}
      {asking?.missing === 'assignee' ? (
        <AssignDialog
          task={asking.task}
          to={asking.to}
          agents={agents}
          onCancel={() => setAsking(null)}
          onAgent={(agentId) => {
            setAsking(null)
            place(asking.task, asking.to, asking.index, { assigned_agent_ids: [agentId] })
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
