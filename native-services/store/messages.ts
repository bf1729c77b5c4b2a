import type { Comment } from '../contract/entities.ts'
import { agentTurnsLimit } from '../domain/delivery-rules.ts'
import { createId } from '../platform/ids.ts'
import { papersOf } from './documents.ts'
import type { Listed, Paging, Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type CommentRow = Stored<Comment>

export function messagesRepository({ db, clock, touch, announce }: RepositoryContext) {
  const papers = papersOf({ db, touch })
  const byId = db.prepare('SELECT * FROM messages WHERE id = ?')
  const bySource = db.prepare('SELECT * FROM messages WHERE source_notification_id = ?')
  const insert =
    db.prepare(`INSERT INTO messages (id, board_id, task_id, author_type, agent_id, author_name, message, mentions_json, source_notification_id, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_notification_id) WHERE source_notification_id IS NOT NULL DO NOTHING`)
  const lastAuthors = db
    .prepare(`SELECT author_type FROM messages WHERE task_id = ? AND author_type <> 'system' ORDER BY created_at DESC, id DESC LIMIT ?`)
    .pluck()
  // Of what the operator wrote himself nothing is unread.
  const bump = db.prepare(
    'UPDATE tasks SET comment_count = comment_count + 1, unread_count = unread_count + ?, last_message_at = ?, updated_at = ? WHERE id = ?',
  )

  const versionsOf = db.prepare('SELECT version, message, created_at FROM message_versions WHERE message_id = ? ORDER BY version')
  const keepVersion = db.prepare(`INSERT INTO message_versions (message_id, version, message, created_at)
    SELECT id, 1 + (SELECT count(*) FROM message_versions WHERE message_id = ?), message, ifnull(edited_at, created_at) FROM messages WHERE id = ?`)
  const reword = db.prepare('UPDATE messages SET message = ?, mentions_json = ?, edited_at = ? WHERE id = ?')
  const removeRow = db.prepare('DELETE FROM messages WHERE id = ?')
  const recount = db.prepare(`UPDATE tasks SET
    comment_count = (SELECT count(*) FROM messages WHERE task_id = @id),
    unread_count = min(unread_count, (SELECT count(*) FROM messages WHERE task_id = @id AND author_type <> 'user' AND created_at > ifnull(last_read_at, 0))),
    last_message_at = (SELECT max(created_at) FROM messages WHERE task_id = @id), updated_at = @now WHERE id = @id`)

  function shape(row: unknown): CommentRow {
    const { mentions_json: mentions, ...fields } = row as Record<string, unknown>
    return { ...(fields as unknown as CommentRow), mentions: JSON.parse(mentions as string) as string[] }
  }

  return {
    get(id: string): CommentRow | undefined {
      const row = byId.get(id)
      return row === undefined ? undefined : shape(row)
    },
    bySourceNotification(id: string): CommentRow | undefined {
      const row = bySource.get(id)
      return row === undefined ? undefined : shape(row)
    },

    /** The thread, oldest first. */
    list(taskId: string, paging: Paging): Listed<CommentRow> {
      const rows = db
        .prepare('SELECT * FROM messages WHERE task_id = ? ORDER BY created_at, id LIMIT ? OFFSET ?')
        .all(taskId, paging.limit, paging.offset)
      const { n } = db.prepare('SELECT count(*) AS n FROM messages WHERE task_id = ?').get(taskId) as { n: number }
      return { items: rows.map(shape), total: n }
    },

    /** The last `count` comments of a thread, oldest first. */
    tail: (taskId: string, count: number): CommentRow[] =>
      db
        .prepare('SELECT * FROM messages WHERE task_id = ? ORDER BY created_at DESC, id DESC LIMIT ?')
        .all(taskId, count)
        .map(shape)
        .reverse(),

    /** Comments by agents at the end of the thread, without a person's in between; beyond the limit of the loop guard nobody counts. */
    agentTurns(taskId: string): number {
      const authors = lastAuthors.all(taskId, agentTurnsLimit + 1) as string[]
      const person = authors.indexOf('user')
      return person < 0 ? authors.length : person
    },

    /** Every wording, oldest first; the last is the present one. */
    versions(id: string): { version: number; message: string; created_at: number; current: boolean }[] {
      const now = byId.get(id) as CommentRow | undefined
      if (!now) return []
      const former = versionsOf.all(id) as { version: number; message: string; created_at: number }[]
      return [
        ...former.map((each) => ({ version: each.version, message: each.message, created_at: each.created_at, current: false })),
        { version: former.length + 1, message: now.message, created_at: now.edited_at ?? now.created_at, current: true },
      ]
    },

    /** Changes the words and keeps the former ones. */
    edit(id: string, change: { message: string; mentions: readonly string[] }): void {
      const now = clock.now()
      keepVersion.run(id, id)
      reword.run(change.message, JSON.stringify(change.mentions), now, id)
      touch('comment', id)
    },

    remove(comment: CommentRow): void {
      papers.touchOfComment(comment.id)
      removeRow.run(comment.id)
      recount.run({ id: comment.task_id, now: clock.now() })
      touch('comment', comment.id, true)
      touch('task', comment.task_id)
    },
    /** Comments of it were written back: what the task says of its thread is counted anew. */
    recount(taskId: string): void {
      recount.run({ id: taskId, now: clock.now() })
      touch('task', taskId)
    },

    /** Adds a comment. With a `source_notification_id` that already has its reply, the existing one comes back and nothing is written. */
    add(comment: Omit<CommentRow, 'id' | 'created_at' | 'edited_at'>): { comment: CommentRow; created: boolean } {
      const now = clock.now()
      const id = createId(now)
      const { changes } = insert.run(
        id,
        comment.board_id,
        comment.task_id,
        comment.author_type,
        comment.agent_id,
        comment.author_name,
        comment.message,
        JSON.stringify(comment.mentions),
        comment.source_notification_id,
        now,
      )
      if (changes === 0) return { comment: shape(bySource.get(comment.source_notification_id)), created: false }
      bump.run(comment.author_type === 'user' ? 0 : 1, now, now, comment.task_id)
      touch('comment', id)
      touch('task', comment.task_id)
      announce({
        type: 'task.comment',
        message: comment.message,
        board_id: comment.board_id,
        task_id: comment.task_id,
        agent_id: comment.agent_id,
        actor: { type: comment.author_type, name: comment.author_name },
        data: { comment_id: id },
      })
      return { comment: shape(byId.get(id)), created: true }
    },
  }
}
