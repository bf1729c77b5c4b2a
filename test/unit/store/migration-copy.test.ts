import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterAll, expect, it } from 'vitest'
import { systemClock } from '../../../native-services/platform/clock.ts'
import { readBackups } from '../../../native-services/store/backup-folders.ts'
import { openStore } from '../../../native-services/store/store.ts'

const root = mkdtempSync(path.join(tmpdir(), 'mc-migration-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const real = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'native-services', 'store', 'migrations')
const migrationsDir = path.join(root, 'migrations')
mkdirSync(migrationsDir)
for (const name of readdirSync(real)) copyFileSync(path.join(real, name), path.join(migrationsDir, name))
const newest = readdirSync(real).length
const file = path.join(root, 'a.sqlite')
const folder = path.join(root, 'backups')
const failures: unknown[] = []
const open = () =>
  openStore({ file, clock: systemClock, migrationsDir, backups: { folder, onCopyFailed: (error) => failures.push(error) } }).close()

it('copies a database before its schema changes, and not otherwise', () => {
  mkdirSync(folder)
  open()
  open()
  expect(readBackups(folder)).toEqual([])
  writeFileSync(path.join(migrationsDir, `${String(newest + 1).padStart(4, '0')}-next.sql`), 'CREATE TABLE later (id TEXT) STRICT;')
  open()
  const [backup] = readBackups(folder)
  expect(backup?.manifest).toMatchObject({ reason: 'before_migration', schema_version: newest, database_sha256: null })
  const copy = path.join(backup?.folder ?? '', 'mission-control.sqlite')
  expect(statSync(copy).mode & 0o777).toBe(0o600)
  const db = new Database(copy, { readonly: true })
  expect(db.pragma('user_version', { simple: true })).toBe(newest)
  expect(db.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'later'").pluck().get()).toBe(0)
  db.close()
  expect(failures).toEqual([])
})

it('goes on when there is no room for the copy, and says so', () => {
  rmSync(folder, { recursive: true })
  writeFileSync(folder, 'in the way')
  writeFileSync(path.join(migrationsDir, `${String(newest + 2).padStart(4, '0')}-last.sql`), 'CREATE TABLE last (id TEXT) STRICT;')
  open()
  expect(failures).toHaveLength(1)
  const db = new Database(file, { readonly: true })
  expect(db.pragma('user_version', { simple: true })).toBe(newest + 2)
  db.close()
})
