/** What a person can do in a thread beside writing: edit, delete, follow, mark as read. */
import type { Comment, Notification, Task } from '../../../../native-services/contract/entities.ts'
import type { ReachRemedy, Subscriptions } from '../../../../native-services/contract/threads.ts'
import { changeSettings, changeTask, forget, remember, replayNotification, resumeAgent, wakeAgent } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { navigate } from '../../lib/hash-location.ts'
import { attempt } from '../../lib/toast.ts'
import { strings } from './strings.ts'

const of = (row: { board_id: string; task_id: string }) => ({ board_id: row.board_id, task_id: row.task_id })
const words = strings.threads

export async function editComment(comment: Comment, message: string): Promise<boolean> {
  const saved = await attempt(() => api.call('updateComment', { params: { ...of(comment), comment_id: comment.id }, body: { message } }), {
    failed: words.notEdited,
  })
  if (saved) remember('comment', saved)
  return saved !== null
}

export async function deleteComment(comment: Comment): Promise<void> {
  const done = await attempt(() => api.call('deleteComment', { params: { ...of(comment), comment_id: comment.id } }), {
    failed: words.notDeleted,
    done: words.deleted,
  })
  if (done) forget('comment', comment.id)
}

export const markRead = (task: Task) =>
  api.call('readTask', { params: { board_id: task.board_id, task_id: task.id } }).then(
    (saved) => remember('task', saved),
    // It is tried again with the next look; nothing is lost.
    () => undefined,
  )

export async function markAllRead(boardId?: string): Promise<void> {
  await attempt(() => api.call('readAllTasks', { body: boardId === undefined ? {} : { board_id: boardId } }), { failed: words.notRead })
}

export async function watchTask(task: Task, watching: boolean): Promise<void> {
  const saved = await attempt(() => api.call('watchTask', { params: { board_id: task.board_id, task_id: task.id }, body: { watching } }), {
    failed: words.notWatched,
  })
  if (saved) remember('task', saved)
}

export function subscribe(task: Task, agentId: string, wanted: boolean): Promise<Subscriptions | null> {
  const params = { board_id: task.board_id, task_id: task.id, agent_id: agentId }
  return attempt(() => (wanted ? api.call('subscribeAgent', { params }) : api.call('unsubscribeAgent', { params })), {
    failed: words.notSubscribed,
  })
}

/** Does what makes a comment arrive. */
export async function applyRemedy(
  remedy: ReachRemedy,
  about: { task: Task; comment: Comment; deliveries: readonly Notification[] },
): Promise<void> {
  switch (remedy.action) {
    case 'assign':
      document.querySelector<HTMLElement>('[data-drawer] .properties [data-assignees] input')?.focus()
      return
    case 'mention_lead':
      await editComment(about.comment, `@lead ${about.comment.message}`)
      return
    case 'resume_board': {
      const board = await attempt(() => api.call('updateBoard', { params: { board_id: about.task.board_id }, body: { paused: false } }), {
        failed: words.notResumed,
      })
      if (board) remember('board', board)
      return
    }
    case 'resume_agent':
      return resumeAgent(remedy.target_id ?? '')
    case 'wake_agent':
      return wakeAgent(remedy.target_id ?? '')
    case 'resume_deliveries':
      return changeSettings({ delivery_paused: false })
    case 'open_gateway':
      return navigate('/gateway')
    case 'restore_task':
      await changeTask(about.task, { status: 'inbox' })
      return
    case 'send_again':
      for (const row of about.deliveries) if (row.state === 'dead') await replayNotification(row.id)
  }
}
