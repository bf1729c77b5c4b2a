/** What the operator is told of. A notice that nobody has read yet takes in what happens again to the same subject. */
import { defaultNoticePreferences, type NoticeKind, noticePreferences, type NoticePreferences } from '../contract/notice-kinds.ts'
import type { OperatorNotice } from '../contract/threads.ts'
import type { NewNotice } from '../domain/notice-rules.ts'
import { createId } from '../platform/ids.ts'
import { redact } from '../platform/redact.ts'
import { type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type NoticeRow = Stored<OperatorNotice> & { subject: string }

/** Notices beyond these are forgotten, and so are old ones. */
const noticesKept = 2000
const keptForMs = 90 * 86_400_000
const longestText = 500

export function noticesRepository({ db, clock, touch }: Omit<RepositoryContext, 'announce' | 'notice'>) {
  const byId = db.prepare('SELECT * FROM operator_notices WHERE id = ?')
  const open = db.prepare('SELECT id FROM operator_notices WHERE subject = ? AND read_at IS NULL LIMIT 1')
  const insert =
    db.prepare(`INSERT INTO operator_notices (id, kind, title, body, link, subject, board_id, task_id, agent_id, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const again = db.prepare(
    'UPDATE operator_notices SET kind = ?, title = ?, body = ?, link = ?, agent_id = ?, count = count + 1, updated_at = ? WHERE id = ?',
  )
  const preference = db.prepare(`SELECT value_json FROM settings WHERE key = 'notices'`)
  const taskTitle = db.prepare('SELECT title FROM tasks WHERE id = ?').pluck()
  const unread = db.prepare('SELECT count(*) AS n FROM operator_notices WHERE read_at IS NULL')
  const mark = db.prepare('UPDATE operator_notices SET read_at = ? WHERE id = ?')
  const ofTask = db.prepare(`SELECT id FROM operator_notices WHERE task_id = ? AND kind IN ('mention', 'comment') AND read_at IS NULL`)
  const row = (value: unknown): NoticeRow => value as NoticeRow

  function preferences(): NoticePreferences {
    const stored = preference.get() as { value_json: string } | undefined
    const parsed = noticePreferences.safeParse(stored === undefined ? undefined : JSON.parse(stored.value_json))
    return parsed.success ? parsed.data : defaultNoticePreferences
  }

  function read(ids: readonly { id: string }[]): number {
    for (const { id } of ids) {
      mark.run(clock.now(), id)
      touch('operator_notice', id)
    }
    return ids.length
  }

  return {
    preferences,
    get: (id: string): NoticeRow | undefined => byId.get(id) as NoticeRow | undefined,

    /** Newest first. */
    list(filter: { kind?: NoticeKind | undefined; unread?: boolean | undefined } & Paging): Listed<NoticeRow> {
      const condition = where([
        filter.kind !== undefined && ['kind = ?', filter.kind],
        filter.unread === true && ['read_at IS NULL'],
        filter.unread === false && ['read_at IS NOT NULL'],
      ])
      const rows = db
        .prepare(`SELECT * FROM operator_notices ${condition.sql} ORDER BY updated_at DESC, id DESC LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM operator_notices ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: rows.map(row), total: n }
    },
    unread: (): number => (unread.get() as { n: number }).n,

    /** Texts are redacted here. Nothing is written for a kind that the operator does not want to hear of. */
    add(notice: NewNotice): void {
      const wanted = preferences()[notice.kind]
      if (!wanted.centre && !wanted.desktop) return
      const now = clock.now()
      const title = redact(notice.title).slice(0, longestText)
      const body = redact(notice.body || String(taskTitle.get(notice.task_id) ?? '')).slice(0, longestText)
      const same = open.get(notice.subject) as { id: string } | undefined
      const id = same?.id ?? createId(now)
      if (same) again.run(notice.kind, title, body, notice.link, notice.agent_id, now, id)
      else insert.run(id, notice.kind, title, body, notice.link, notice.subject, notice.board_id, notice.task_id, notice.agent_id, now, now)
      touch('operator_notice', id)
    },

    setRead(id: string, isRead: boolean): void {
      mark.run(isRead ? clock.now() : null, id)
      touch('operator_notice', id)
    },
    /** Returns how many became read. */
    readAll: (kind: NoticeKind | null): number =>
      read(
        db.prepare('SELECT id FROM operator_notices WHERE read_at IS NULL AND (? IS NULL OR kind = ?)').all(kind, kind) as { id: string }[],
      ),
    /** Whoever reads the thread has read what was told of it. */
    readThread: (taskId: string): number => read(ofTask.all(taskId) as { id: string }[]),

    prune(): void {
      db.prepare(
        `DELETE FROM operator_notices WHERE updated_at <= ? OR id IN (SELECT id FROM operator_notices ORDER BY updated_at DESC, id DESC LIMIT -1 OFFSET ?)`,
      ).run(clock.now() - keptForMs, noticesKept)
    },
  }
}
