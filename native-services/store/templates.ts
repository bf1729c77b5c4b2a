/** Templates of tasks and of whole boards. */
import type { BoardFile, BoardTemplate, TaskTemplate } from '../contract/planning.ts'
import { createId } from '../platform/ids.ts'
import { assignments, type Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type TaskTemplateRow = Stored<TaskTemplate>
type TaskTemplateFields = Omit<TaskTemplateRow, 'id' | 'created_at' | 'updated_at'>
export type BoardTemplateRow = Stored<BoardTemplate>

export function templatesRepository({ db, clock, touch }: RepositoryContext) {
  const taskById = db.prepare('SELECT * FROM task_templates WHERE id = ?')
  const boardById = db.prepare('SELECT * FROM board_templates WHERE id = ?')

  function shapeTask(raw: unknown): TaskTemplateRow {
    const { tag_ids_json: tags, custom_field_values_json: values, ...fields } = raw as Record<string, unknown>
    return {
      ...(fields as unknown as TaskTemplateRow),
      tag_ids: JSON.parse(tags as string) as string[],
      custom_field_values: JSON.parse(values as string) as Record<string, unknown>,
    }
  }
  function shapeBoard(raw: unknown): BoardTemplateRow {
    const { document_json: text, ...fields } = raw as Record<string, unknown>
    const document = JSON.parse(text as string) as BoardFile
    const counted = ['tasks', 'tags', 'custom_fields', 'recurring_tasks', 'task_templates'] as const
    return {
      ...(fields as unknown as BoardTemplateRow),
      counts: Object.fromEntries(counted.map((name) => [name, document[name].length])) as BoardTemplateRow['counts'],
    }
  }
  function columns(patch: Partial<{ [Key in keyof TaskTemplateFields]: TaskTemplateFields[Key] | undefined }>) {
    const { tag_ids: tags, custom_field_values: values, ...rest } = patch
    return { ...rest, tag_ids_json: tags && JSON.stringify(tags), custom_field_values_json: values && JSON.stringify(values) }
  }
  function insert(table: string, row: Parameters<typeof assignments>[0]): void {
    const { sql, values } = assignments(row)
    const names = sql.split(', ').map((part) => part.replace(' = ?', ''))
    db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(...values)
  }

  return {
    task(id: string): TaskTemplateRow | undefined {
      const row = taskById.get(id)
      return row === undefined ? undefined : shapeTask(row)
    },
    /** By name; those of a board are its own and the ones for every board. */
    tasks: (boardId?: string): TaskTemplateRow[] =>
      (boardId === undefined
        ? db.prepare('SELECT * FROM task_templates ORDER BY name COLLATE NOCASE, id').all()
        : db.prepare('SELECT * FROM task_templates WHERE board_id IS NULL OR board_id = ? ORDER BY name COLLATE NOCASE, id').all(boardId)
      ).map(shapeTask),
    createTask(fields: TaskTemplateFields): string {
      const now = clock.now()
      const id = createId(now)
      insert('task_templates', { id, ...columns(fields), created_at: now, updated_at: now })
      touch('task_template', id)
      return id
    },
    updateTask(id: string, patch: Partial<{ [Key in keyof TaskTemplateFields]: TaskTemplateFields[Key] | undefined }>): void {
      const { sql, values } = assignments({ ...columns(patch), updated_at: clock.now() })
      db.prepare(`UPDATE task_templates SET ${sql} WHERE id = ?`).run(...values, id)
      touch('task_template', id)
    },
    removeTask(id: string): void {
      db.prepare('DELETE FROM task_templates WHERE id = ?').run(id)
      touch('task_template', id, true)
    },

    board(id: string): BoardTemplateRow | undefined {
      const row = boardById.get(id)
      return row === undefined ? undefined : shapeBoard(row)
    },
    boards: (): BoardTemplateRow[] => db.prepare('SELECT * FROM board_templates ORDER BY name COLLATE NOCASE, id').all().map(shapeBoard),
    document(id: string): BoardFile | undefined {
      const row = boardById.get(id) as { document_json: string } | undefined
      return row && (JSON.parse(row.document_json) as BoardFile)
    },
    createBoard(template: { name: string; description: string; document: BoardFile }): string {
      const now = clock.now()
      const id = createId(now)
      const { document, ...fields } = template
      insert('board_templates', { id, ...fields, document_json: JSON.stringify(document), created_at: now, updated_at: now })
      touch('board_template', id)
      return id
    },
    updateBoard(id: string, patch: { name?: string | undefined; description?: string | undefined }): void {
      const { sql, values } = assignments({ ...patch, updated_at: clock.now() })
      db.prepare(`UPDATE board_templates SET ${sql} WHERE id = ?`).run(...values, id)
      touch('board_template', id)
    },
    removeBoard(id: string): void {
      db.prepare('DELETE FROM board_templates WHERE id = ?').run(id)
      touch('board_template', id, true)
    },
  }
}
