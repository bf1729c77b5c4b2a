import type { NoticeKind } from '../../../../native-services/contract/notice-kinds.ts'

const kinds: Readonly<Record<NoticeKind, { label: string; plural: string; hint: string }>> = {
  mention: { label: 'Mention', plural: 'Mentions', hint: 'An agent writes @operator.' },
  comment: { label: 'Comment', plural: 'Comments', hint: 'An agent writes in a task that you watch.' },
  task_review: { label: 'Review', plural: 'Ready for review', hint: 'An agent moves a task to Review.' },
  task_blocked: { label: 'Blocked', plural: 'Blocked', hint: 'An agent cannot go on.' },
  task_done: { label: 'Done', plural: 'Done', hint: 'An agent finishes a task.' },
  approval: { label: 'Approval', plural: 'Approvals', hint: 'An agent asks for approval.' },
  question: { label: 'Question', plural: 'Questions', hint: 'An agent asks you something.' },
  delivery_dead: { label: 'Delivery', plural: 'Failed deliveries', hint: 'A message could not be delivered.' },
  agent_offline: { label: 'Agent', plural: 'Agents offline', hint: 'An agent does not answer any more.' },
}

export const strings = {
  title: 'Notifications',
  bell: (unread: number) => (unread === 0 ? 'Notifications' : `Notifications: ${unread} unread`),
  all: 'All',
  unread: 'Unread',
  filter: 'Show',
  markAll: 'Mark all as read',
  markRead: 'Mark as read',
  markUnread: 'Mark as unread',
  none: 'Nothing new. Mentions of you, comments in tasks that you watch and whatever needs a look appear here.',
  noneOfKind: 'Nothing of this kind.',
  times: (n: number) => `${n} times`,
  notMarked: 'It was not marked',
  preferences: {
    title: 'Notifications',
    centre: 'In the app',
    desktop: 'On the desktop',
    where: (what: string, place: string) => `${what}: ${place}`,
  },
  kinds,
}
