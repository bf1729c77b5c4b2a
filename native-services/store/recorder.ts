/**
 * Writes down which rows a piece of work adds, changes and deletes, and takes that back. Temporary triggers do it, one set per table, so that
 * whatever the database does by itself (rows that go with their parent, references that become null) and every table that somebody adds later
 * is part of it without a word here. While nobody records they cost an empty look-up.
 */
import type { EntityName } from '../contract/events.ts'
import type { Statement } from 'better-sqlite3'
import type { Sqlite } from './open.ts'

type Value = string | number | null
type Row = Record<string, Value>

/** One row: added (`old` is null), deleted (`new` is null) or changed (both have the columns that differ, and the key). */
export interface RowChange {
  readonly table: string
  readonly old: Row | null
  readonly new: Row | null
}

/** Histories, what other triggers keep, and deadlines, which are set anew: they are not work that anybody takes back. */
const leftOut = new Set([
  'activity',
  'changes',
  'undo_steps',
  'jobs',
  'timers',
  'heartbeats',
  'runs',
  'task_counts',
  'usage_days',
  'usage_task_days',
  'usage_gateway_days',
  'usage_names',
  'search_rows',
  'api_tokens',
  'gateways',
  'settings',
])
/** What was said and sent: it comes back when it was deleted, but stays when it was added. */
const onlyDeletions = new Set([
  'messages',
  'message_versions',
  'delivery_attempts',
  'operator_notices',
  'recurring_runs',
  'webhook_payloads',
  'outgoing_deliveries',
  'board_onboardings',
])
/** Columns that are kept by others. */
const derived: Readonly<Record<string, readonly string[]>> = {
  boards: ['next_task_number'],
  tasks: ['comment_count', 'unread_count', 'last_message_at', 'last_read_at'],
}
/** Columns whose value may have moved on: then the new one stays, and the rest is taken back all the same. */
const yielding = new Set(['position', 'in_progress_at', 'current_task_id'])

const entityOf: Readonly<Record<string, EntityName>> = {
  agents: 'agent',
  approvals: 'approval',
  attachments: 'attachment',
  board_groups: 'board_group',
  board_memory: 'board_memory',
  board_onboardings: 'board_onboarding',
  board_templates: 'board_template',
  boards: 'board',
  custom_fields: 'custom_field',
  documents: 'document',
  group_memory: 'group_memory',
  messages: 'comment',
  notifications: 'notification',
  operator_notices: 'operator_notice',
  outgoing_webhooks: 'outgoing_webhook',
  questions: 'question',
  recurring_tasks: 'recurring_task',
  tags: 'tag',
  task_templates: 'task_template',
  tasks: 'task',
  webhooks: 'webhook',
}

const withTheirTask = new Set(['messages', 'message_versions', 'notifications', 'delivery_attempts', 'operator_notices'])

interface Table {
  readonly name: string
  readonly columns: readonly string[]
  readonly key: readonly string[]
  readonly parents: readonly { column: string; table: string; set_null: boolean }[]
}

function readTables(db: Sqlite): Table[] {
  const names = db
    .prepare(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all() as string[]
  return names
    .filter((name) => !leftOut.has(name))
    .map((name) => {
      const info = db.pragma(`table_info(${name})`) as { name: string; pk: number }[]
      const keys = db.pragma(`foreign_key_list(${name})`) as { from: string; table: string; on_delete: string }[]
      return {
        name,
        columns: info.map((column) => column.name),
        key: info.filter((column) => column.pk > 0).map((column) => column.name),
        parents: keys.map((key) => ({ column: key.from, table: key.table, set_null: key.on_delete === 'SET NULL' })),
      }
    })
}

export class ChangedSince extends Error {
  readonly table: string
  readonly row: Row
  constructor(table: string, row: Row) {
    super(`A row of ${table} was changed since.`)
    this.table = table
    this.row = row
  }
}

export function createRecorder({ db, touch }: { db: Sqlite; touch: (entity: EntityName, id: string, deleted?: boolean) => void }) {
  const tables = new Map(readTables(db).map((table) => [table.name, table]))
  const array = (columns: readonly string[], row: 'OLD' | 'NEW') => `json_array(${columns.map((column) => `${row}.${column}`).join(', ')})`
  db.exec(`CREATE TEMP TABLE undo_recording (one INTEGER);
    CREATE TEMP TABLE undo_rows (id INTEGER PRIMARY KEY, of TEXT NOT NULL, old TEXT, new TEXT);`)
  for (const { name, columns, key } of tables.values()) {
    const told = columns.filter((column) => column !== 'updated_at' && !derived[name]?.includes(column))
    const trigger = (event: string, when: string, values: string) => {
      db.exec(`CREATE TEMP TRIGGER undo_${event.toLowerCase()}_${name} AFTER ${event} ON main.${name}
        WHEN EXISTS (SELECT 1 FROM undo_recording)${when} BEGIN INSERT INTO undo_rows (of, old, new) VALUES ('${name}', ${values}); END`)
    }
    trigger('DELETE', '', `${array(columns, 'OLD')}, NULL`)
    if (onlyDeletions.has(name)) continue
    if (name === 'notifications') {
      // A message that was taken out of the line comes back into it; nothing else of it is work of the operator's.
      trigger(
        'UPDATE',
        ` AND OLD.state IN ('queued', 'leased') AND NEW.state = 'skipped'`,
        `${array(columns, 'OLD')}, ${array(columns, 'NEW')}`,
      )
      continue
    }
    const differs = told.filter((column) => !key.includes(column)).map((column) => `OLD.${column} IS NOT NEW.${column}`)
    if (differs.length > 0) trigger('UPDATE', ` AND (${differs.join(' OR ')})`, `${array(columns, 'OLD')}, ${array(columns, 'NEW')}`)
    trigger('INSERT', '', `NULL, ${array(columns, 'NEW')}`)
  }
  const prepared = new Map<string, Statement>()
  /** Of thousands of rows of a table each has the same statement. */
  function prepare(sql: string): Statement {
    const known = prepared.get(sql) ?? db.prepare(sql)
    prepared.set(sql, known)
    return known
  }
  const begin = db.prepare('INSERT INTO undo_recording VALUES (1)')
  const end = db.prepare('DELETE FROM undo_recording')
  const read = db.prepare('SELECT of, old, new FROM undo_rows ORDER BY id')
  const clear = db.prepare('DELETE FROM undo_rows')

  function rowOf(table: Table, text: string | null): Row | null {
    if (text === null) return null
    const values = JSON.parse(text) as Value[]
    return Object.fromEntries(table.columns.map((column, index) => [column, values[index] ?? null]))
  }

  /** Of a changed row only what differs is kept, and what finds it. */
  function lean(table: Table, old: Row, now: Row): RowChange | null {
    const kept = table.columns.filter(
      (column) => column !== 'updated_at' && !derived[table.name]?.includes(column) && old[column] !== now[column],
    )
    if (kept.length === 0) return null
    const part = (row: Row) => Object.fromEntries([...table.key, ...kept].map((column) => [column, row[column] ?? null]))
    return { table: table.name, old: part(old), new: part(now) }
  }

  const where = (columns: readonly string[]) => columns.map((column) => `${column} IS ?`).join(' AND ')
  const valuesOf = (row: Row, columns: readonly string[]) => columns.map((column) => row[column] ?? null)

  /** What was on its way when it went is sent again. */
  function asRestored(table: string, row: Row): Row {
    if ('lease_until' in row && row['state'] === 'leased') return { ...row, state: 'queued', lease_until: null }
    if (table === 'delivery_attempts' && row['ended_at'] === null)
      return { ...row, ended_at: row['started_at'] ?? null, outcome: 'interrupted' }
    return row
  }

  function insert(table: Table, row: Row): void {
    // A message comes back beside its line and steps into it afterwards, so that the line has one head again.
    const aside = table.name === 'notifications' && row['held'] === 0
    const written = aside ? { ...row, head: 0, held: 1 } : row
    const columns = Object.keys(written)
    prepare(`INSERT INTO ${table.name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(
      ...Object.values(written),
    )
    if (aside) prepare('UPDATE notifications SET held = 0 WHERE id = ?').run(row['id'])
  }

  function changeBack(table: Table, old: Row, expected: Row): void {
    const found = prepare(`SELECT * FROM ${table.name} WHERE ${where(table.key)}`).get(...valuesOf(expected, table.key)) as Row | undefined
    const changed = Object.keys(old).filter((column) => !table.key.includes(column))
    const loosened = new Set(table.parents.filter((parent) => parent.set_null).map((parent) => parent.column))
    const may = (column: string) => yielding.has(column) || (loosened.has(column) && expected[column] === null)
    // A message that was dealt with in between is dealt with.
    if (table.name === 'notifications' && found?.['state'] !== expected['state']) return
    if (!found) {
      if (changed.every(may)) return
      throw new ChangedSince(table.name, expected)
    }
    const back = changed.filter((column) => found[column] === expected[column])
    if (table.name !== 'notifications' && changed.some((column) => !back.includes(column) && !may(column)))
      throw new ChangedSince(table.name, found)
    if (back.length === 0) return
    const wanted = asRestored(table.name, old)
    prepare(`UPDATE ${table.name} SET ${back.map((column) => `${column} = ?`).join(', ')} WHERE ${where(table.key)}`).run(
      ...valuesOf(wanted, back),
      ...valuesOf(found, table.key),
    )
  }

  return {
    /** Runs `work` and answers with the rows that it added, changed and deleted, in order. Call it in a transaction; not within another. */
    record<Result>(work: () => Result): { result: Result; changes: RowChange[] } {
      clear.run()
      begin.run()
      let result: Result
      try {
        result = work()
      } finally {
        end.run()
      }
      const changes = (read.all() as { of: string; old: string | null; new: string | null }[]).flatMap(({ of, old, new: now }) => {
        const table = tables.get(of)
        if (!table) return []
        const [before, after] = [rowOf(table, old), rowOf(table, now)]
        if (!before || !after) return [{ table: of, old: before, new: after }]
        return lean(table, before, after) ?? []
      })
      clear.run()
      return { result, changes }
    },

    /**
     * Makes the rows what they were and tells of each entity that it concerns. Throws `ChangedSince`, or SQLite's error when something they
     * belong to is gone; roll the transaction back then.
     */
    takeBack(changes: readonly RowChange[]): void {
      const told = new Map<string, { entity: EntityName; id: string }>()
      const tell = (tableName: string, id: Value | undefined) => {
        const entity = entityOf[tableName]
        if (entity && typeof id === 'string') told.set(`${entity} ${id}`, { entity, id })
      }
      const tasksBack = new Set(changes.filter((change) => change.table === 'tasks' && !change.new).map((change) => change.old?.['id']))
      for (const change of changes.toReversed()) {
        const table = tables.get(change.table)
        // A table that is gone since is of another version of the program.
        if (!table) continue
        if (change.old && change.new) changeBack(table, change.old, change.new)
        else if (change.old) insert(table, asRestored(table.name, change.old))
        else if (change.new) prepare(`DELETE FROM ${table.name} WHERE ${where(table.key)}`).run(...valuesOf(change.new, table.key))
        const row = change.old ?? change.new ?? {}
        // Threads are read when their task is looked at: thousands of comments need not be told one by one.
        if (withTheirTask.has(table.name) && tasksBack.has(row['task_id'])) continue
        tell(table.name, row['id'])
        for (const parent of table.parents) tell(parent.table, row[parent.column])
      }
      for (const { entity, id } of told.values()) {
        const tableName = Object.keys(entityOf).find((name) => entityOf[name] === entity) ?? ''
        touch(entity, id, prepare(`SELECT 1 FROM ${tableName} WHERE id = ?`).get(id) === undefined)
      }
    },
  }
}
