/** Which of the things that are recorded a person is told of. Pure. */
import type { NoticeKind } from '../contract/notice-kinds.ts'
import type { TaskStatus } from '../contract/states.ts'

export interface NewNotice {
  kind: NoticeKind
  title: string
  /** Empty: the title of the task, where there is one. */
  body: string
  link: string
  /** An unread notice of the same subject takes this one in. */
  subject: string
  board_id: string | null
  task_id: string | null
  agent_id: string | null
}

interface Event {
  event_type: string
  message: string
  actor_type: 'user' | 'agent' | 'system'
  agent_id: string | null
  task_id: string | null
  board_id: string | null
  data: Readonly<Record<string, unknown>>
}

const statusKinds: Partial<Record<TaskStatus, NoticeKind>> = { review: 'task_review', blocked: 'task_blocked', done: 'task_done' }

/** Activity → notice; null for what nobody needs to be told of. What the operator did himself is no news to him. */
export function noticeOf(event: Event): NewNotice | null {
  const about = { board_id: event.board_id, task_id: event.task_id, agent_id: event.agent_id }
  const thread = event.board_id !== null && event.task_id !== null ? taskLink(event.board_id, event.task_id) : null
  switch (event.event_type) {
    case 'task.status_changed': {
      const to = event.data['to'] as TaskStatus
      const kind = statusKinds[to]
      if (event.actor_type === 'user' || !kind || thread === null) return null
      return { kind, title: event.message, body: '', link: thread, subject: `${kind}:${event.task_id}`, ...about }
    }
    case 'approval.requested':
    case 'question.asked': {
      if (event.actor_type === 'user') return null
      const kind = event.event_type === 'approval.requested' ? 'approval' : 'question'
      const id = String(event.data[`${kind}_id`])
      return { kind, title: event.message, body: '', link: '/inbox', subject: `${kind}:${id}`, ...about }
    }
    case 'delivery_failed':
      return {
        kind: 'delivery_dead',
        title: event.message,
        body: 'It will not be tried again by itself. Look at its timeline, then send it again or give it up.',
        link: thread ?? (event.agent_id === null ? '/activity' : `/agents/${event.agent_id}`),
        subject: `delivery:${String(event.data['notification_id'])}`,
        ...about,
      }
    case 'agent.offline':
    case 'lifecycle.reconcile.max_attempts_reached':
    case 'agent.provision.failed':
      if (event.agent_id === null) return null
      return {
        kind: 'agent_offline',
        title: event.message,
        body: '',
        link: `/agents/${event.agent_id}`,
        subject: `agent:${event.agent_id}`,
        ...about,
      }
    default:
      return null
  }
}

export const taskLink = (boardId: string, taskId: string): string => `/boards/${boardId}/tasks/${taskId}`
