/** Opens the one SQLite file and brings it to the newest schema. */
import { chmodSync, closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** How long a write waits for another connection's; shorter once one has waited in vain. */
export const busyTimeoutMs = { usual: 5000, inTrouble: 100 } as const

export type Sqlite = Database.Database

/** The file was written by a newer version of the program; opening it with this one could lose data. */
export class DatabaseFromFutureError extends Error {
  constructor(found: number, known: number) {
    super(`The database has schema version ${found}, this program knows up to ${known}. Update the program, or choose another data folder.`)
    this.name = 'DatabaseFromFutureError'
  }
}

export interface Migration {
  version: number
  name: string
  sql: string
}

/** Files named `NNNN-name.sql`, numbered from 1 without a gap. */
export function readMigrations(directory: string): Migration[] {
  const migrations = readdirSync(directory)
    .filter((file) => /^\d{4}-.+\.sql$/.test(file))
    .sort()
    .map((file) => ({ version: Number(file.slice(0, 4)), name: file.slice(5, -4), sql: readFileSync(join(directory, file), 'utf8') }))
  migrations.forEach((migration, index) => {
    if (migration.version !== index + 1)
      throw new Error(`Migration ${migration.name} has number ${migration.version}; expected ${index + 1}.`)
  })
  return migrations
}

/** Beside the sources; a bundle has a copy beside itself. @param folder Of the file that runs. */
export function findMigrations(folder: string): string | undefined {
  return [
    join(folder, 'store', 'migrations'),
    join(folder, 'migrations'),
    join(folder, '..', '..', 'native-services', 'store', 'migrations'),
  ].find((candidate) => existsSync(candidate))
}

/** Applies what is missing, each migration in one transaction. Returns the version reached. */
export function migrate(db: Sqlite, migrations: readonly Migration[]): number {
  const found = db.pragma('user_version', { simple: true }) as number
  if (found > migrations.length) throw new DatabaseFromFutureError(found, migrations.length)
  for (const migration of migrations.slice(found)) {
    db.transaction(() => {
      db.exec(migration.sql)
      db.pragma(`user_version = ${migration.version}`)
    }).exclusive()
  }
  return migrations.length
}

/** SQLite makes its files with the mode that the umask leaves, and the two beside it with the mode of the first. */
function onlyForOwner(file: string): void {
  closeSync(openSync(file, 'a', 0o600))
  if (process.platform === 'win32') return
  for (const end of ['', '-wal', '-shm']) if (existsSync(file + end)) chmodSync(file + end, 0o600)
}

/**
 * @param options.file A path, or `:memory:` for a test.
 * @param options.beforeMigration Called with a database that has something in it, before its schema changes.
 */
export function openDatabase(options: {
  file: string
  migrationsDir: string
  beforeMigration?: (db: Sqlite, schemaVersion: number) => void
}): Sqlite {
  if (options.file !== ':memory:') onlyForOwner(options.file)
  const db = new Database(options.file)
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('foreign_keys = ON')
    db.pragma('synchronous = NORMAL')
    db.pragma(`busy_timeout = ${busyTimeoutMs.usual}`)
    const migrations = readMigrations(options.migrationsDir)
    const found = db.pragma('user_version', { simple: true }) as number
    if (found > 0 && found < migrations.length) options.beforeMigration?.(db, found)
    migrate(db, migrations)
    db.pragma('optimize')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
