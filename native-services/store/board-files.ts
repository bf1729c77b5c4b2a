/** Writes what comes from a file: tasks and threads with the numbers and moments that they had. Nobody is told; rules were checked before. */
import { createId } from '../platform/ids.ts'
import { assignments } from './rows.ts'
import type { RepositoryContext } from './store.ts'
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
>

export interface FileCommentRow {
  author_type: 'user' | 'agent' | 'system'
  author_name: string
  message: string
  created_at: number
}

export function boardFilesRepository({ db, touch }: RepositoryContext) {
  const insertComment = db.prepare(
    'INSERT INTO messages (id, board_id, task_id, author_type, agent_id, author_name, message, created_at) VALUES (?, ?, ?, ?, NULL, ?, ?, ?)',
  )
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
        insertComment.run(commentId, task.board_id, id, comment.author_type, comment.author_name, comment.message, comment.created_at)
        bump.run(comment.created_at, id)
        touch('comment', commentId)
      }
      touch('task', id)
      return id
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
    settleNumbers(boardId: string): void {
      db.prepare(
        'UPDATE boards SET next_task_number = max(next_task_number, (SELECT ifnull(max(number), 0) + 1 FROM tasks WHERE board_id = boards.id)) WHERE id = ?',
      ).run(boardId)
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
