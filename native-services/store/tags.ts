import type { Tag } from '../contract/board-work.ts'
import { createId } from '../platform/ids.ts'
import { assignments, type Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type TagRow = Stored<Tag>

export function tagsRepository({ db, clock, touch }: RepositoryContext) {
  const select = `SELECT t.*, (SELECT count(*) FROM task_tags x WHERE x.tag_id = t.id) AS task_count FROM tags t`
  const byId = db.prepare(`${select} WHERE t.id = ?`)
  const tasksWith = db.prepare('SELECT task_id FROM task_tags WHERE tag_id = ?')
  const insertTaskTag = db.prepare('INSERT OR IGNORE INTO task_tags (task_id, tag_id) VALUES (?, ?)')
  const get = (id: string): TagRow | undefined => byId.get(id) as TagRow | undefined

  return {
    get,
    list: (): TagRow[] => db.prepare(`${select} ORDER BY t.name COLLATE NOCASE, t.id`).all() as TagRow[],
    bySlug: (slug: string): TagRow | undefined => db.prepare(`${select} WHERE t.slug = ?`).get(slug) as TagRow | undefined,

    create(tag: Pick<TagRow, 'name' | 'slug' | 'color'>): TagRow {
      const now = clock.now()
      const id = createId(now)
      db.prepare('INSERT INTO tags (id, name, slug, color, created_at) VALUES (?, ?, ?, ?, ?)').run(id, tag.name, tag.slug, tag.color, now)
      touch('tag', id)
      return byId.get(id) as TagRow
    },

    update(id: string, patch: { name?: string | undefined; slug?: string | undefined; color?: string | undefined }): void {
      const { sql, values } = assignments(patch)
      if (sql !== '') db.prepare(`UPDATE tags SET ${sql} WHERE id = ?`).run(...values, id)
      touch('tag', id)
    },

    remove(id: string): void {
      const tasks = tasksWith.all(id) as { task_id: string }[]
      db.prepare('DELETE FROM tags WHERE id = ?').run(id)
      touch('tag', id, true)
      for (const { task_id: taskId } of tasks) touch('task', taskId)
    },

    /** Gives its tasks the other tag, and removes it. Templates and recurring tasks follow. */
    merge(id: string, intoId: string): void {
      const tasks = tasksWith.all(id) as { task_id: string }[]
      for (const { task_id: taskId } of tasks) insertTaskTag.run(taskId, intoId)
      for (const [table, entity] of [
        ['task_templates', 'task_template'],
        ['recurring_tasks', 'recurring_task'],
      ] as const) {
        const users = db.prepare(`SELECT id, tag_ids_json FROM ${table} WHERE tag_ids_json LIKE ?`).all(`%${id}%`) as {
          id: string
          tag_ids_json: string
        }[]
        for (const user of users) {
          const ids = (JSON.parse(user.tag_ids_json) as string[]).map((tagId) => (tagId === id ? intoId : tagId))
          db.prepare(`UPDATE ${table} SET tag_ids_json = ? WHERE id = ?`).run(JSON.stringify([...new Set(ids)]), user.id)
          touch(entity, user.id)
        }
      }
      db.prepare('DELETE FROM tags WHERE id = ?').run(id)
      touch('tag', id, true)
      touch('tag', intoId)
      for (const { task_id: taskId } of tasks) touch('task', taskId)
    },

    /** Replaces the tags of a task. */
    setForTask(taskId: string, ids: readonly string[]): void {
      const before = (db.prepare('SELECT tag_id FROM task_tags WHERE task_id = ?').all(taskId) as { tag_id: string }[]).map(
        (row) => row.tag_id,
      )
      db.prepare('DELETE FROM task_tags WHERE task_id = ?').run(taskId)
      for (const id of ids) insertTaskTag.run(taskId, id)
      db.prepare('UPDATE tasks SET updated_at = ? WHERE id = ?').run(clock.now(), taskId)
      for (const id of new Set([...before, ...ids])) touch('tag', id)
      touch('task', taskId)
    },
  }
}
