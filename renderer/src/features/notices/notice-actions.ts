/** Reading notices. Shown at once, put back when the server refuses. */
import type { NoticeKind } from '../../../../native-services/contract/notice-kinds.ts'
import type { OperatorNotice } from '../../../../native-services/contract/threads.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { attempt } from '../../lib/toast.ts'
import { strings } from './strings.ts'

export async function setNoticeRead(notice: OperatorNotice, read: boolean): Promise<void> {
  if ((notice.read_at !== null) === read) return
  remember('operator_notice', { ...notice, read_at: read ? new Date().toISOString() : null })
  const saved = await attempt(() => api.call('updateNotice', { params: { notice_id: notice.id }, body: { read } }), {
    failed: strings.notMarked,
  })
  remember('operator_notice', saved ?? notice)
}

/** The changes arrive over the stream. */
export async function readNotices(kind: NoticeKind | null): Promise<void> {
  await attempt(() => api.call('readNotices', { body: kind === null ? {} : { kind } }), { failed: strings.notMarked })
}
