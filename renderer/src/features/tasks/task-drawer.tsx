/** A task beside its board: what it is, who has it, and the thread. */
import './task.css'
import { Button, Menu, MultiSelect, Select, Tabs, Textarea } from '@mantine/core'
import { Ellipsis, Link2, Pencil, Trash2, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { taskStates, type TaskStatus, taskStatuses } from '../../../../native-services/contract/states.ts'
import { changeTask, deleteTask, postComment } from '../../lib/actions.ts'
import { byAuthor } from '../../lib/author.ts'
import { part } from '../../lib/part.tsx'
import { api, explain } from '../../lib/api.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { fetchAll } from '../../lib/fetch-all.ts'
import { useActivity, useAgents, useLive, useTask } from '../../lib/store.ts'
import { toast } from '../../lib/toast.ts'
import { useDrawer } from '../../lib/use-drawer.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { ConnectionLost } from '../../ui/connection-lost.tsx'
import { StateIcon } from '../../ui/icon.tsx'
import { Markdown } from '../../ui/markdown.tsx'
import { Empty, LoadError, Note } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { TaskRequests } from '../inbox/task-requests.tsx'
import { FeedRow } from '../activity/feed-row.tsx'
import { strings as documentStrings } from '../documents/strings.ts'
import { strings as boardStrings } from '../boards/strings.ts'
import { AssignDialog, missingFor } from './assign-dialog.tsx'
import { BlockedDialog } from './blocked-dialog.tsx'
import { Composer } from './composer.tsx'
import { Followers } from './followers.tsx'
import { DependencyPicker } from './dependency-picker.tsx'
import { TaskFields } from '../planning/task-fields.tsx'
import { TaskUsage } from '../usage/task-usage.tsx'
import { TagPicker } from './tag-picker.tsx'
import { strings } from './strings.ts'
import { Thread } from './thread.tsx'
import { WaitingFor } from './waiting-for.tsx'

const TaskDocuments = part(
  async () => (await import('../documents/task-documents.tsx')).TaskDocuments,
  <div className="skeleton" style={{ height: 160 }} />,
)

/** Fetches thread, deliveries and activity of the task, and again after the connection was lost. */
function useThreadData(boardId: string, taskId: string): { error: string | null; retry: () => void } {
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const connection = useLive((state) => state.connection)
  useEffect(() => {
    if (connection !== 'live') return
    let current = true
    Promise.all([
      fetchAll((query) => api.call('listComments', { params: { board_id: boardId, task_id: taskId }, query })),
      api.call('listNotifications', { query: { task_id: taskId } }),
      api.call('listActivity', { query: { task_id: taskId } }),
    ]).then(
      ([comments, notifications, activity]) => {
        if (!current) return
        setError(null)
        useLive.setState((state) => ({
          maps: mergeEntities(
            mergeEntities(mergeEntities(state.maps, 'comment', comments), 'notification', notifications.items),
            'activity',
            activity.items,
          ),
        }))
      },
      (reason: unknown) => {
        if (current) setError(explain(reason))
      },
    )
    return () => {
      current = false
    }
  }, [boardId, taskId, connection, round])
  return { error, retry: () => setRound((value) => value + 1) }
}

function Title({ task }: { task: Task }) {
  const [value, setValue] = useState(task.title)
  const editing = useRef(false)
  useEffect(() => {
    if (!editing.current) setValue(task.title)
  }, [task.title])
  const save = () => {
    editing.current = false
    const title = value.trim()
    if (title === '') setValue(task.title)
    else if (title !== task.title) void changeTask(task, { title })
  }
  return (
    <textarea
      className="title-field"
      aria-label={strings.title}
      rows={1}
      value={value}
      maxLength={2000}
      onFocus={() => {
        editing.current = true
      }}
      onChange={(event) => setValue(event.currentTarget.value.replace(/\n/g, ' '))}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') {
          event.preventDefault()
          event.currentTarget.blur()
        } else if (event.key === 'Escape') {
          event.stopPropagation()
          setValue(task.title)
          event.currentTarget.blur()
        }
      }}
    />
  )
}

function Description({ task }: { task: Task }) {
  const [draft, setDraft] = useState<string | null>(null)
  if (draft === null) {
    if (task.description === '') {
      return (
        <button type="button" className="description-button" onClick={() => setDraft('')}>
          {strings.descriptionEmpty}
        </button>
      )
    }
    return (
      <div className="description">
        <Markdown text={task.description} />
        <button
          type="button"
          className="iconbtn edit"
          aria-label={strings.editDescription}
          title={strings.editDescription}
          onClick={() => setDraft(task.description)}
        >
          <Pencil size={13} aria-hidden />
        </button>
      </div>
    )
  }
  const save = () => {
    setDraft(null)
    if (draft !== task.description) void changeTask(task, { description: draft })
  }
  return (
    <div className="stack" style={{ gap: 8 }}>
      <Textarea
        aria-label={strings.description}
        value={draft}
        autosize
        minRows={4}
        maxRows={18}
        autoFocus
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save()
          else if (event.key === 'Escape') {
            event.stopPropagation()
            setDraft(null)
          }
        }}
      />
      <div className="row">
        <Button onClick={save}>{strings.save}</Button>
        <Button variant="subtle" onClick={() => setDraft(null)}>
          {strings.cancel}
        </Button>
      </div>
    </div>
  )
}

function Properties({ task }: { task: Task }) {
  const agents = useAgents(task.board_id)
  const [asking, setAsking] = useState<{ to: TaskStatus; missing: 'reason' | 'assignee' } | null>(null)
  const setStatus = (status: TaskStatus) => {
    if (status === task.status) return
    const missing = missingFor(task, status, agents.length > 0)
    if (missing) setAsking({ to: status, missing })
    else void changeTask(task, { status, expected_status: task.status }, boardStrings.notMoved)
  }
  const words = taskStates[task.status]
  return (
    <div className="properties">
      <div className="property">
        <span>{strings.status}</span>
        <Select
          aria-label={strings.status}
          allowDeselect={false}
          value={task.status}
          data={taskStatuses.map((status) => ({ value: status, label: taskStates[status].label }))}
          onChange={(value) => value && setStatus(value)}
          leftSection={
            <span data-tone={words.tone} style={{ color: 'var(--tone)', display: 'grid' }}>
              <StateIcon name={words.icon} />
            </span>
          }
        />
      </div>
      <div className="property" data-assignees>
        <span>{strings.assignees}</span>
        <MultiSelect
          aria-label={strings.assignees}
          placeholder={task.assigned_agent_ids.length === 0 ? strings.nobody : ''}
          value={task.assigned_agent_ids}
          data={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
          onChange={(ids) => void changeTask(task, { assigned_agent_ids: ids })}
          hidePickedOptions
        />
      </div>
      <div className="property">
        <span>{strings.priority}</span>
        <Select
          aria-label={strings.priority}
          allowDeselect={false}
          value={task.priority}
          data={(['low', 'medium', 'high', 'urgent'] as const).map((level) => ({ value: level, label: boardStrings.priority[level] }))}
          onChange={(value) => value && void changeTask(task, { priority: value })}
        />
      </div>
      <DependencyPicker task={task} />
      <TagPicker task={task} />
      <TaskUsage taskId={task.id} />
      <TaskFields task={task} />
      {asking?.missing === 'reason' ? (
        <BlockedDialog
          task={task}
          onCancel={() => setAsking(null)}
          onReason={(reason) => {
            setAsking(null)
            void changeTask(task, { status: 'blocked', expected_status: task.status, blocked_reason: reason }, boardStrings.notMoved)
          }}
        />
      ) : null}
      {asking?.missing === 'assignee' ? (
        <AssignDialog
          task={task}
          to={asking.to}
          agents={agents}
          onCancel={() => setAsking(null)}
          onAgent={(agentId) => {
            setAsking(null)
            void changeTask(task, { status: asking.to, expected_status: task.status, assigned_agent_ids: [agentId] }, boardStrings.notMoved)
          }}
        />
      ) : null}
    </div>
  )
}

export function TaskDrawer({ boardId, taskId, onClose }: { boardId: string; taskId: string; onClose: () => void }) {
  const task = useTask(taskId)
  const agents = useAgents(boardId)
  const activity = useActivity({ task_id: taskId })
  const { error, retry } = useThreadData(boardId, taskId)
  const panel = useDrawer({ about: taskId, returnTo: `[data-card-link="${taskId}"]`, onClose })

  useEffect(() => {
    const before = document.title
    return () => {
      document.title = before
    }
  }, [taskId])
  useEffect(() => {
    if (task) document.title = `#${task.number} ${task.title} · Mission Control`
  }, [task])

  return (
    <div
      className="drawer"
      ref={panel}
      tabIndex={-1}
      role="dialog"
      aria-modal={false}
      aria-label={task ? `#${task.number} ${task.title}` : strings.aTask}
      data-drawer
    >
      <div className="drawer-head">
        <span className="faint num">#{task?.number ?? ''}</span>
        {task ? (
          <span className="faint" style={{ fontSize: 12 }}>
            {byAuthor(task.created_by)}, <RelativeTime at={task.created_at} />
          </span>
        ) : null}
        <span className="grow" />
        <ConnectionLost again />
        <button
          type="button"
          className="iconbtn"
          aria-label={strings.copyLink}
          title={strings.copyLink}
          onClick={() => {
            void navigator.clipboard.writeText(window.location.href).then(() => toast('Link copied'))
          }}
        >
          <Link2 size={15} aria-hidden />
        </button>
        {task ? <Followers task={task} agents={agents} /> : null}
        {task ? (
          <Menu position="bottom-end">
            <Menu.Target>
              <button type="button" className="iconbtn" aria-label={strings.actions}>
                <Ellipsis size={15} aria-hidden />
              </button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                color="red"
                leftSection={<Trash2 size={13} aria-hidden />}
                onClick={() =>
                  askOnce({
                    title: strings.deleteTitle(task.number),
                    body: strings.deleteBody(task.title, task.comment_count),
                    confirmLabel: strings.delete,
                    onConfirm: () => {
                      void deleteTask(task).then((done) => done && onClose())
                    },
                  })
                }
              >
                {strings.delete}…
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        ) : null}
        <button type="button" className="iconbtn" aria-label={strings.close} onClick={onClose}>
          <X size={16} aria-hidden />
        </button>
      </div>
      {task ? (
        <>
          <div className="drawer-body">
            <Title task={task} />
            <Properties task={task} />
            {task.status === 'blocked' && task.blocked_reason ? (
              <Note tone="bad">
                <strong>{strings.blockedBecause}</strong> {task.blocked_reason}
              </Note>
            ) : null}
            {task.waiting_for && task.status !== 'blocked' ? (
              <Note tone="warning">
                <strong>{strings.waitsFor}</strong> <WaitingFor task={task} />
              </Note>
            ) : null}
            <TaskRequests taskId={task.id} />
            <Description task={task} />
            <Tabs defaultValue="thread" keepMounted={false}>
              <Tabs.List mb={14}>
                <Tabs.Tab value="thread">{strings.thread}</Tabs.Tab>
                <Tabs.Tab value="documents">{documentStrings.tab}</Tabs.Tab>
                <Tabs.Tab value="activity">{strings.activity}</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="thread">
                {error ? <LoadError message={error} retry={retry} /> : <Thread task={task} agents={agents} />}
              </Tabs.Panel>
              <Tabs.Panel value="documents">
                <TaskDocuments key={task.id} task={task} />
              </Tabs.Panel>
              <Tabs.Panel value="activity">
                <div style={{ margin: '0 -14px' }}>
                  {activity.map((row) => (
                    <FeedRow key={row.id} row={row} />
                  ))}
                </div>
              </Tabs.Panel>
            </Tabs>
          </div>
          <Composer
            key={task.id}
            draftKey={task.id}
            agents={agents}
            filesOf={task}
            post={(message, fileIds) => postComment(task, message, fileIds)}
          />
        </>
      ) : (
        <Empty
          title={strings.gone}
          actions={
            <Button variant="default" onClick={onClose}>
              {strings.close}
            </Button>
          }
        >
          {strings.goneBody}
        </Empty>
      )}
    </div>
  )
}
