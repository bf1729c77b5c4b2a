/**
 * What can be taken back for a while. A deleted task is kept as its rows: the row itself and, following the foreign keys that delete along
 * with it, every row that goes too; a table that somebody adds later is included without a word here.
 */
import type { Sqlite } from './open.ts'
import type { RepositoryContext } from './store.ts'

type Value = string | number | null
export interface KeptRows {
  table: string
  rows: Record<string, Value>[]
}

interface ForeignKey {
  table: string
  from: string
  to: string | null
  on_delete: string
}

/** Child tables of each table whose rows are deleted with their parent. */
function cascades(db: Sqlite): Map<string, { table: string; column: string; references: string }[]> {
  const children = new Map<string, { table: string; column: string; references: string }[]>()
  const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'`).all() as {
    name: string
  }[]
  for (const { name } of tables) {
    for (const key of db.pragma(`foreign_key_list(${name})`) as ForeignKey[]) {
      if (key.on_delete !== 'CASCADE') continue
      children.set(key.table, [...(children.get(key.table) ?? []), { table: name, column: key.from, references: key.to ?? 'id' }])
    }
  }
  return children
}

export function undoRepository({ db, clock }: RepositoryContext) {
  const insert = db.prepare('INSERT INTO undo_steps (token_hash, steps_json, expires_at) VALUES (?, ?, ?)')
  const find = db.prepare('SELECT steps_json FROM undo_steps WHERE token_hash = ? AND expires_at > ?')
  const remove = db.prepare('DELETE FROM undo_steps WHERE token_hash = ?')
  const expire = db.prepare('DELETE FROM undo_steps WHERE expires_at <= ?')
  const children = cascades(db)

  function rowsOf(top: 'tasks' | 'messages' | 'attachments', id: string): KeptRows[] {
    const kept: KeptRows[] = []
    const seen = new Set<string>()
    let level: KeptRows[] = [{ table: top, rows: db.prepare(`SELECT * FROM ${top} WHERE id = ?`).all(id) as Record<string, Value>[] }]
    while (level.length > 0) {
      const next: KeptRows[] = []
      for (const { table, rows } of level) {
        const fresh = rows.filter((row) => {
          const key = `${table}:${JSON.stringify(row)}`
          return !seen.has(key) && seen.add(key)
        })
        if (fresh.length === 0) continue
        kept.push({ table, rows: fresh })
        for (const child of children.get(table) ?? []) {
          const select = db.prepare(`SELECT * FROM ${child.table} WHERE ${child.column} = ?`)
          const found = fresh.flatMap((row) => select.all(row[child.references] ?? null) as Record<string, Value>[])
          if (found.length > 0) next.push({ table: child.table, rows: found })
        }
      }
      level = next
    }
    return kept
  }

  return {
    /** Keeps steps under the hash of a token; forgets those whose time is over. */
    keep(tokenHash: string, steps: unknown, forMs: number): void {
      expire.run(clock.now())
      insert.run(tokenHash, JSON.stringify(steps), clock.now() + forMs)
    },
    /** Takes the steps of a token out; undefined when there are none (any more). */
    take(tokenHash: string): unknown {
      const row = find.get(tokenHash, clock.now()) as { steps_json: string } | undefined
      if (!row) return undefined
      remove.run(tokenHash)
      return JSON.parse(row.steps_json)
    },
    forgetOld(): void {
      expire.run(clock.now())
    },

    /** All rows that deleting this task would delete, parents first. */
    rowsOfTask: (taskId: string): KeptRows[] => rowsOf('tasks', taskId),
    /** The same for a row of another table. */
    rowsOf,

    /** Writes kept rows back as they were. Throws SQLite's error when something they belong to is gone. */
    restoreRows(kept: readonly KeptRows[]): void {
      for (const { table, rows } of kept) {
        for (const row of rows) {
          const columns = Object.keys(row)
          db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(
            ...Object.values(row),
          )
        }
      }
    },
  }
}
