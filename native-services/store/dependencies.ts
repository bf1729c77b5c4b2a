/** Which task waits for which. A task is finished, for those that wait, when it is done or archived. */
import type { TaskStatus } from '../contract/states.ts'
import type { RepositoryContext } from './store.ts'

export interface Dependency {
  id: string
  number: number
  status: TaskStatus
}

export function dependenciesRepository({ db, clock, touch }: RepositoryContext) {
  const of = db.prepare(`
    SELECT t.id, t.number, t.status FROM task_dependencies d JOIN tasks t ON t.id = d.depends_on_task_id
    WHERE d.task_id = ? ORDER BY t.number`)
  const dependents = db.prepare('SELECT task_id FROM task_dependencies WHERE depends_on_task_id = ?')
  const edges = db.prepare(`
    SELECT d.task_id, d.depends_on_task_id FROM task_dependencies d JOIN tasks t ON t.id = d.task_id WHERE t.board_id = ?`)
  const insert = db.prepare('INSERT OR IGNORE INTO task_dependencies (task_id, depends_on_task_id, created_at) VALUES (?, ?, ?)')

  return {
    /** What a task depends on, by number. */
    of: (taskId: string): Dependency[] => of.all(taskId) as Dependency[],
    /** Ids of the tasks that wait for this one. */
    dependents: (taskId: string): string[] => (dependents.all(taskId) as { task_id: string }[]).map((row) => row.task_id),
    edges: (boardId: string): { task_id: string; depends_on_task_id: string }[] =>
      edges.all(boardId) as { task_id: string; depends_on_task_id: string }[],

    /** Replaces what a task depends on. */
    set(taskId: string, ids: readonly string[]): void {
      const now = clock.now()
      db.prepare('DELETE FROM task_dependencies WHERE task_id = ?').run(taskId)
      for (const id of ids) insert.run(taskId, id, now)
      db.prepare('UPDATE tasks SET updated_at = ? WHERE id = ?').run(now, taskId)
      touch('task', taskId)
    },
  }
}
