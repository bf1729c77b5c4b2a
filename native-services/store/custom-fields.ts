/** Custom fields: what they are, which boards use them, and the values that tasks have. */
import type { CustomField } from '../contract/planning.ts'
import { createId } from '../platform/ids.ts'
import { assignments, type Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type CustomFieldRow = Stored<CustomField>
type Definition = Omit<CustomFieldRow, 'id' | 'board_ids' | 'value_count' | 'created_at' | 'updated_at'>

export function customFieldsRepository({ db, clock, touch }: RepositoryContext) {
  const select = `SELECT f.*, (SELECT count(*) FROM task_field_values v WHERE v.field_id = f.id) AS value_count,
    (SELECT json_group_array(b.board_id) FROM custom_field_boards b WHERE b.field_id = f.id) AS board_ids_json FROM custom_fields f`
  const byId = db.prepare(`${select} WHERE f.id = ?`)
  const byKey = db.prepare(`${select} WHERE f.field_key = ?`)
  const all = db.prepare(`${select} ORDER BY f.label COLLATE NOCASE, f.id`)
  const ofBoard = db.prepare(
    `${select} JOIN custom_field_boards x ON x.field_id = f.id WHERE x.board_id = ? ORDER BY f.label COLLATE NOCASE, f.id`,
  )
  const tasksWith = db.prepare('SELECT task_id FROM task_field_values WHERE field_id = ?')
  const tasksOfBoard = db.prepare(
    'SELECT v.task_id FROM task_field_values v JOIN tasks t ON t.id = v.task_id WHERE v.field_id = ? AND t.board_id = ?',
  )
  const bind = db.prepare('INSERT OR IGNORE INTO custom_field_boards (board_id, field_id) VALUES (?, ?)')
  const unbind = db.prepare('DELETE FROM custom_field_boards WHERE board_id = ? AND field_id = ?')
  const setValue = db.prepare(
    'INSERT INTO task_field_values (task_id, field_id, value_json) VALUES (?, ?, ?) ON CONFLICT (task_id, field_id) DO UPDATE SET value_json = excluded.value_json',
  )
  const clearValue = db.prepare('DELETE FROM task_field_values WHERE task_id = ? AND field_id = ?')

  function shape(raw: unknown): CustomFieldRow {
    const { options_json: options, default_json: fallback, board_ids_json: boards, required, ...fields } = raw as Record<string, unknown>
    return {
      ...(fields as unknown as CustomFieldRow),
      options: JSON.parse(options as string) as string[],
      default_value: fallback === null ? null : (JSON.parse(fallback as string) as unknown),
      board_ids: JSON.parse(boards as string) as string[],
      required: Boolean(required),
    }
  }
  const columns = (patch: Partial<{ [Key in keyof Definition]: Definition[Key] | undefined }>) => {
    const { options, default_value: fallback, ...rest } = patch
    return {
      ...(rest as Record<string, string | number | boolean | null | undefined>),
      options_json: options && JSON.stringify(options),
      default_json: fallback === undefined ? undefined : fallback === null ? null : JSON.stringify(fallback),
    }
  }

  const repository = {
    get(id: string): CustomFieldRow | undefined {
      const row = byId.get(id)
      return row === undefined ? undefined : shape(row)
    },
    byKey(key: string): CustomFieldRow | undefined {
      const row = byKey.get(key)
      return row === undefined ? undefined : shape(row)
    },
    /** All of them, by label; or those that a board uses. */
    list: (boardId?: string): CustomFieldRow[] => (boardId === undefined ? all.all() : ofBoard.all(boardId)).map(shape),

    create(field: Definition & { board_ids: readonly string[] }): CustomFieldRow {
      const now = clock.now()
      const id = createId(now)
      const { board_ids: boards, ...definition } = field
      const { sql, values } = assignments({ id, ...columns(definition), created_at: now, updated_at: now })
      const names = sql.split(', ').map((part) => part.replace(' = ?', ''))
      db.prepare(`INSERT INTO custom_fields (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(...values)
      for (const boardId of boards) bind.run(boardId, id)
      touch('custom_field', id)
      return shape(byId.get(id))
    },

    /** A board that is left out keeps the values of its tasks, unseen until it uses the field again. */
    update(
      id: string,
      patch: Partial<{ [Key in keyof Definition]: Definition[Key] | undefined }> & { board_ids?: readonly string[] | undefined },
    ): void {
      const { board_ids: boards, ...definition } = patch
      const { sql, values } = assignments({ ...columns(definition), updated_at: clock.now() })
      db.prepare(`UPDATE custom_fields SET ${sql} WHERE id = ?`).run(...values, id)
      if (boards) {
        const before = repository.get(id)?.board_ids ?? []
        for (const boardId of before) if (!boards.includes(boardId)) unbind.run(boardId, id)
        for (const boardId of boards) bind.run(boardId, id)
        const moved = [...before.filter((boardId) => !boards.includes(boardId)), ...boards.filter((boardId) => !before.includes(boardId))]
        for (const boardId of moved)
          for (const { task_id: task } of tasksOfBoard.all(id, boardId) as { task_id: string }[]) touch('task', task)
      }
      touch('custom_field', id)
    },

    remove(id: string): void {
      const tasks = tasksWith.all(id) as { task_id: string }[]
      db.prepare('DELETE FROM custom_fields WHERE id = ?').run(id)
      touch('custom_field', id, true)
      for (const { task_id: task } of tasks) touch('task', task)
    },

    bind(id: string, boardId: string): void {
      bind.run(boardId, id)
      touch('custom_field', id)
    },

    /** Sets values by field id; null takes one away. */
    setForTask(taskId: string, values: ReadonlyMap<string, unknown>): void {
      if (values.size === 0) return
      for (const [fieldId, value] of values) {
        if (value === null) clearValue.run(taskId, fieldId)
        else setValue.run(taskId, fieldId, JSON.stringify(value))
        touch('custom_field', fieldId)
      }
      db.prepare('UPDATE tasks SET updated_at = ? WHERE id = ?').run(clock.now(), taskId)
      touch('task', taskId)
    },
  }
  return repository
}
