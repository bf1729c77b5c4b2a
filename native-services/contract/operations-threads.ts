/** Operations of threads: edits, subscriptions, read state; the timeline of a delivery; the operator's notification centre. */
import type { Operation } from './operations.ts'
import { comment, task } from './entities.ts'
import { ok } from './primitives.ts'
import * as threads from './threads.ts'

const ofTask = '/boards/{board_id}/tasks/{task_id}'

// oxfmt-ignore
export const threadOperations = {
  updateComment: { method: 'PATCH', path: `${ofTask}/comments/{comment_id}`, auth: 'operator', tags: ['tasks'], summary: 'Edit a comment of yours; who is mentioned anew hears of it', body: threads.commentUpdate, response: comment },
  deleteComment: { method: 'DELETE', path: `${ofTask}/comments/{comment_id}`, auth: 'operator', tags: ['tasks'], summary: 'Delete a comment; can be undone for a minute (header X-Undo-Token)', response: ok },
  listCommentVersions: { method: 'GET', path: `${ofTask}/comments/{comment_id}/versions`, auth: 'operator', tags: ['tasks'], summary: 'Every wording of a comment, oldest first', response: threads.commentVersions },
  getCommentReach: { method: 'GET', path: `${ofTask}/comments/{comment_id}/reach`, auth: 'operator', tags: ['tasks'], summary: 'Who gets a comment, who does not, and what to do about it', response: threads.reach },
  listSubscriptions: { method: 'GET', path: `${ofTask}/subscriptions`, auth: 'operator', tags: ['tasks'], summary: 'Who follows a task, and why', response: threads.subscriptions },
  subscribeAgent: { method: 'PUT', path: `${ofTask}/subscriptions/{agent_id}`, auth: 'operator', tags: ['tasks'], summary: 'An agent hears of everything that a person writes in this thread', response: threads.subscriptions },
  unsubscribeAgent: { method: 'DELETE', path: `${ofTask}/subscriptions/{agent_id}`, auth: 'operator', tags: ['tasks'], summary: 'It no longer does, unless it is assigned or mentioned', response: threads.subscriptions },
  watchTask: { method: 'PUT', path: `${ofTask}/watch`, auth: 'operator', tags: ['tasks'], summary: 'Be told of what agents write here, or not', body: threads.watchInput, response: task },
  readTask: { method: 'POST', path: `${ofTask}/read`, auth: 'operator', tags: ['tasks'], summary: 'Mark the thread as read', response: task },
  readAllTasks: { method: 'POST', path: '/tasks/read', auth: 'operator', tags: ['tasks'], summary: 'Mark all threads as read, of one board or of all', body: threads.tasksRead, response: threads.counted },

  agentUpdateComment: { method: 'PATCH', path: `/agent${ofTask}/comments/{comment_id}`, auth: 'agent', tags: ['agent-lead', 'agent-worker'], summary: 'Edit a comment of yours', body: threads.commentUpdate, response: comment },

  agentRequestResponse: { method: 'POST', path: `/agent${ofTask}/response-requests`, auth: 'agent', tags: ['agent-lead', 'agent-worker'], summary: 'Ask up to ten agents of the board for an answer; each that cannot be asked is answered with the reason', body: threads.responseRequestCreate, response: threads.responseRequest },

  getNotificationTimeline: { method: 'GET', path: '/notifications/{notification_id}/timeline', auth: 'operator', tags: ['delivery'], summary: 'Each time a message was sent, and how it ended', response: threads.deliveryTimeline },

  listNotices: { method: 'GET', path: '/notices', auth: 'operator', tags: ['notices'], summary: 'The notification centre, newest first', query: threads.noticesQuery, response: threads.noticesPage },
  updateNotice: { method: 'PATCH', path: '/notices/{notice_id}', auth: 'operator', tags: ['notices'], summary: 'Mark a notice as read or unread', body: threads.noticeUpdate, response: threads.operatorNotice },
  readNotices: { method: 'POST', path: '/notices/read', auth: 'operator', tags: ['notices'], summary: 'Mark all notices as read, or those of one kind', body: threads.noticesRead, response: threads.counted },
} as const satisfies Record<string, Operation>
