/** Writes what comes from a file: tasks and threads with the numbers and moments that they had. Nobody is told; rules were checked before. */
import { createId } from '../platform/ids.ts'
import { assignments } from './rows.ts'
import type { RepositoryContext } from './store.ts'
import type { MemoryRow } from './board-memory.ts'
import type { DocumentRow } from './documents.ts'
import type { TaskRow } from './tasks.ts'

export type FileTaskRow = Pick<
  TaskRow,
  | 'board_id'
  | 'number'
  | 'title'
  | 'description'
  | 'status'
  | 'priority'
  | 'position'
  | 'blocked_reason'
  | 'due_at'
  | 'in_progress_at'
  | 'created_by'
  | 'auto_created'
  | 'created_at'
  | 'updated_at'
> & { watching?: boolean }

export type FileMemoryRow = Omit<MemoryRow, 'id' | 'agent_id' | 'source_notification_id'>
export type FileDocumentRow = Pick<
  DocumentRow,
  'board_id' | 'task_id' | 'title' | 'type' | 'author_type' | 'author_name' | 'created_at' | 'updated_at'
> & { content: string }

export interface FileCommentRow {
  author_type: 'user' | 'agent' | 'system'
  author_name: string
  message: string
  created_at: number
  edited_at: number | null
  versions: readonly { message: string; created_at: number }[]
}

export function boardFilesRepository({ db, touch }: RepositoryContext) {
  const insertComment = db.prepare(
    'INSERT INTO messages (id, board_id, task_id, author_type, agent_id, author_name, message, created_at, edited_at) VALUES (?, ?, ?, ?, NULL, ?, ?, ?, ?)',
  )
  const insertVersion = db.prepare('INSERT INTO message_versions (message_id, version, message, created_at) VALUES (?, ?, ?, ?)')
  const bump = db.prepare(
    'UPDATE tasks SET comment_count = comment_count + 1, last_message_at = max(ifnull(last_message_at, 0), ?) WHERE id = ?',
  )
  const insertTag = db.prepare('INSERT OR IGNORE INTO task_tags (task_id, tag_id) VALUES (?, ?)')
  const insertValue = db.prepare('INSERT OR REPLACE INTO task_field_values (task_id, field_id, value_json) VALUES (?, ?, ?)')
  const insertDependency = db.prepare(
    'INSERT OR IGNORE INTO task_dependencies (task_id, depends_on_task_id, created_at) SELECT ?, ?, created_at FROM tasks WHERE id = ?',
  )

  return {
    /** @param task Its number must be free on the board. */
    addTask(
      task: FileTaskRow,
      more: { tag_ids: readonly string[]; values: ReadonlyMap<string, unknown>; comments: readonly FileCommentRow[] },
    ): string {
      const id = createId(task.created_at)
      const { sql, values } = assignments({ id, ...task })
      const names = sql.split(', ').map((part) => part.replace(' = ?', ''))
      db.prepare(`INSERT INTO tasks (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(...values)
      for (const tagId of more.tag_ids) insertTag.run(id, tagId)
      for (const [fieldId, value] of more.values) if (value !== null) insertValue.run(id, fieldId, JSON.stringify(value))
      for (const comment of more.comments) {
        const commentId = createId(comment.created_at)
        insertComment.run(
          commentId,
          task.board_id,
          id,
          comment.author_type,
          comment.author_name,
          comment.message,
          comment.created_at,
          comment.edited_at,
        )
        for (const [index, version] of comment.versions.entries())
          insertVersion.run(commentId, index + 1, version.message, version.created_at)
        bump.run(comment.created_at, id)
        touch('comment', commentId)
      }
      touch('task', id)
      return id
    },
    addMemory(entry: FileMemoryRow): void {
      const id = createId(entry.created_at)
      db.prepare(
        'INSERT INTO board_memory (id, board_id, content, tags_json, is_chat, source, author_type, author_name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ).run(
        id,
        entry.board_id,
        entry.content,
        JSON.stringify(entry.tags),
        Number(entry.is_chat),
        entry.source,
        entry.author_type,
        entry.author_name,
        entry.created_at,
      )
      touch('board_memory', id)
    },
    addDocument(document: FileDocumentRow): void {
      const id = createId(document.created_at)
      const { content, author_type, author_name, created_at, updated_at } = document
      db.prepare(
        `INSERT INTO documents (id, board_id, task_id, title, content, type, size, author_type, author_name, edited_by_type, edited_by_name, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        id,
        document.board_id,
        document.task_id,
        document.title,
        content,
        document.type,
        content.length,
        author_type,
        author_name,
        author_type,
        author_name,
        created_at,
        updated_at,
      )
      db.prepare(
        'INSERT INTO document_versions (id, document_id, version, content, size, author_type, author_name, created_at) VALUES (?, ?, 1, ?, ?, ?, ?, ?)',
      ).run(createId(updated_at), id, content, content.length, author_type, author_name, updated_at)
      touch('document', id)
    },
    addDependency(taskId: string, dependsOn: string): void {
      insertDependency.run(taskId, dependsOn, taskId)
      touch('task', taskId)
    },
    /** Tags and fields show how many tasks use them. */
    touchUsed(tagIds: Iterable<string>, fieldIds: Iterable<string>): void {
      for (const id of tagIds) touch('tag', id)
      for (const id of fieldIds) touch('custom_field', id)
    },
    /** The next task of the board gets a number above all that are there. */
    settleNumbers(boardId: string, atLeast = 1): void {
      db.prepare(
        'UPDATE boards SET next_task_number = max(?, next_task_number, (SELECT ifnull(max(number), 0) + 1 FROM tasks WHERE board_id = boards.id)) WHERE id = ?',
      ).run(atLeast, boardId)
      touch('board', boardId)
    },
    /** Of every column the last position; where new tasks go behind. */
    lastPositions(boardId: string): Map<string, number> {
      const rows = db.prepare('SELECT status, max(position) AS last FROM tasks WHERE board_id = ? GROUP BY status').all(boardId) as {
        status: string
        last: number
      }[]
      return new Map(rows.map(({ status, last }) => [status, last]))
    },
    /** Ids by number, for references into the board. */
    numbers(boardId: string): Map<number, string> {
      const rows = db.prepare('SELECT id, number FROM tasks WHERE board_id = ?').all(boardId) as { id: string; number: number }[]
      return new Map(rows.map(({ id, number }) => [number, id]))
    },
  }
}
