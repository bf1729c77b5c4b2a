/** What the operator can be told of, and where: in the notification centre, and as a message of the desktop. */
import { z } from 'zod'

export const noticeKinds = [
  'mention',
  'comment',
  'task_review',
  'task_blocked',
  'task_done',
  'approval',
  'question',
  'delivery_dead',
  'agent_offline',
] as const
export type NoticeKind = (typeof noticeKinds)[number]

const places = z.strictObject({ centre: z.boolean(), desktop: z.boolean() })
/** Kind → where. A kind that is missing has its default. */
export const noticePreferences = z.strictObject(
  Object.fromEntries(noticeKinds.map((kind) => [kind, places])) as Record<NoticeKind, typeof places>,
)
export type NoticePreferences = z.infer<typeof noticePreferences>

const both = { centre: true, desktop: true }
const quietly = { centre: true, desktop: false }
export const defaultNoticePreferences: NoticePreferences = {
  mention: both,
  comment: quietly,
  task_review: both,
  task_blocked: both,
  task_done: quietly,
  approval: both,
  question: both,
  delivery_dead: both,
  agent_offline: both,
}
