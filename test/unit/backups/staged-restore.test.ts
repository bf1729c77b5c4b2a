/** Files that change places, cut off after every step. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dataPaths, ensureDataDirs } from '../../../native-services/platform/paths.ts'
import { applyStagedRestore, keepRestore, restoreFiles, takeBackRestore } from '../../../native-services/platform/staged-restore.ts'

const root = path.join(mkdtempSync(path.join(tmpdir(), 'mc-staged-')), 'data')
const paths = dataPaths(root)
const files = restoreFiles(root)
const plan = { backup_id: 'b', backup_created_at: 1, undo_id: 'u', starts: 0 }
const text = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : null)

beforeEach(() => {
  ensureDataDirs(paths)
  writeFileSync(paths.database, 'old')
  writeFileSync(`${paths.database}-wal`, 'old log')
  writeFileSync(paths.installKey, 'old key')
  mkdirSync(files.folder)
  writeFileSync(files.database, 'new')
  writeFileSync(files.installKey, 'new key')
  writeFileSync(files.plan, JSON.stringify(plan))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const restored = () => {
  expect([text(paths.database), text(`${paths.database}-wal`), text(paths.installKey)]).toEqual(['new', null, 'new key'])
  expect([text(files.oldDatabase), text(`${files.oldDatabase}-wal`), text(files.oldInstallKey)]).toEqual(['old', 'old log', 'old key'])
  expect(existsSync(files.plan)).toBe(false)
}

describe('a restore that was prepared', () => {
  it('does nothing without its plan', () => {
    rmSync(files.plan)
    expect(applyStagedRestore(paths)).toBe('none')
    expect(text(paths.database)).toBe('old')
  })

  it('puts the new files in place and keeps the old ones', () => {
    expect(applyStagedRestore(paths)).toBe('restored')
    restored()
  })

  it.each(['after the old database', 'after its log', 'after the new database', 'after the old key'])(
    'goes on where it was cut off: %s',
    (where) => {
      const steps: (() => void)[] = [
        () => move(paths.database, files.oldDatabase),
        () => move(`${paths.database}-wal`, `${files.oldDatabase}-wal`),
        () => move(files.database, paths.database),
        () => move(paths.installKey, files.oldInstallKey),
      ]
      const upTo = { 'after the old database': 1, 'after its log': 2, 'after the new database': 3, 'after the old key': 4 }[where] ?? 0
      for (const step of steps.slice(0, upTo)) step()
      expect(applyStagedRestore(paths)).toBe('restored')
      restored()
    },
  )

  it('is taken back when the services did not start on it', () => {
    applyStagedRestore(paths)
    expect(applyStagedRestore(paths)).toBe('none')
    expect(text(paths.database)).toBe('new')
    expect(applyStagedRestore(paths)).toBe('taken back')
    expect([text(paths.database), text(`${paths.database}-wal`), text(paths.installKey)]).toEqual(['old', 'old log', 'old key'])
    expect(applyStagedRestore(paths)).toBe('none')
  })

  it('stays for good once the services have started on it, whatever became of the rest', () => {
    applyStagedRestore(paths)
    keepRestore(paths)
    for (let start = 0; start < 4; start += 1) expect(applyStagedRestore(paths)).toBe('none')
    expect([text(paths.database), text(files.oldDatabase)]).toEqual(['new', 'old'])
  })

  it.each([0, 1, 2, 3, 4, 5, 6])('is taken back whole, cut off after step %i as well', (upTo) => {
    applyStagedRestore(paths)
    writeFileSync(`${paths.database}-wal`, 'new log')
    const steps: (() => void)[] = [
      () => move(`${paths.database}-wal`, `${files.rejected}-wal`),
      () => move(paths.database, files.rejected),
      () => move(`${files.oldDatabase}-wal`, `${paths.database}-wal`),
      () => move(files.oldDatabase, paths.database),
      () => move(files.oldInstallKey, paths.installKey),
      () => undefined,
    ]
    for (const step of steps.slice(0, upTo)) step()
    takeBackRestore(paths)
    expect([text(paths.database), text(`${paths.database}-wal`), text(paths.installKey)]).toEqual(['old', 'old log', 'old key'])
  })

  it('is taken back from a start that was cut off, too', () => {
    move(paths.database, files.oldDatabase)
    takeBackRestore(paths)
    expect([text(paths.database), text(`${paths.database}-wal`), text(files.database)]).toEqual(['old', 'old log', 'new'])
  })
})

function move(from: string, to: string): void {
  writeFileSync(to, readFileSync(from))
  rmSync(from)
}
