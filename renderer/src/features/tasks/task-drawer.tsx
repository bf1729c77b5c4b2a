/** A task beside its board: what it is, who has it, and the thread. */
import './task.css'
import { Button, Menu, Tabs } from '@mantine/core'
import { Ellipsis, Link2, Trash2, X } from 'lucide-react'
import { useEffect } from 'react'
import { deleteTask, postComment } from '../../lib/actions.ts'
import { byAuthor } from '../../lib/author.ts'
import { part } from '../../lib/part.tsx'
import { useActivity, useAgents, useTask } from '../../lib/store.ts'
import { toast } from '../../lib/toast.ts'
import { useDrawer } from '../../lib/use-drawer.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { ConnectionLost } from '../../ui/connection-lost.tsx'
import { Empty, LoadError, Note } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { TaskRequests } from '../inbox/task-requests.tsx'
import { FeedRow } from '../activity/feed-row.tsx'
import { strings as documentStrings } from '../documents/strings.ts'
import { Composer } from './composer.tsx'
import { Followers } from './followers.tsx'
import { strings } from './strings.ts'
import { Thread } from './thread.tsx'
import { WaitingFor } from './waiting-for.tsx'
import { TaskDescription } from './task-description.tsx'
import { TaskProperties } from './task-properties.tsx'
import { TaskTitle } from './task-title.tsx'
import { useThreadData } from './use-thread-data.ts'

const TaskDocuments = part(
  async () => (await import('../documents/task-documents.tsx')).TaskDocuments,
  <div className="skeleton" style={{ height: 160 }} />,
)

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
            <TaskTitle task={task} />
            <TaskProperties task={task} />
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
            <TaskDescription task={task} />
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
