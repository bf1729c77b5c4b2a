/** What the Doctor makes of the data folder: room, database, backups, logs. Pure: from facts to rows with a remedy. */
import type { DoctorCheck } from '../contract/doctor.ts'
import { type Base, age, bytes, row } from './doctor-row.ts'

const leastFreeBytes = 500_000_000
const wantedFreeBytes = 1_500_000_000

export function checkDataFolder(facts: { folder: string; unwritable: readonly string[]; freeBytes: number | null }): DoctorCheck {
  const base: Base = {
    id: 'data-folder',
    group: 'data',
    title: 'Data folder and free space',
    why: 'Everything is kept there: without room or the right to write, nothing that happens is kept.',
  }
  if (facts.unwritable.length > 0)
    return row(base, {
      state: 'bad',
      found: `Not writable: ${facts.unwritable.join(', ')}`,
      remedy: `Make ${facts.unwritable[0] ?? facts.folder} writable for the user that runs Mission Control.`,
    })
  if (facts.freeBytes === null) return row(base, { state: 'ok', found: `${facts.folder} is writable` })
  const found = `${facts.folder} is writable, ${bytes(facts.freeBytes)} free`
  const remedy = 'Make room on this disk: OpenClaw alone takes about 900 MB, and logs and sessions grow.'
  if (facts.freeBytes < leastFreeBytes) return row(base, { state: 'bad', found, remedy })
  return row(base, facts.freeBytes < wantedFreeBytes ? { state: 'warning', found, remedy } : { state: 'ok', found })
}

export function checkDatabase(facts: {
  problems: readonly string[]
  sizeBytes: number
  file: string
  newestBackup: string | null
}): DoctorCheck {
  const base: Base = {
    id: 'database',
    group: 'data',
    title: 'Database integrity',
    why: 'A damaged page makes single tasks, threads or messages unreadable, and grows.',
  }
  if (facts.problems.length === 0) return row(base, { state: 'ok', found: `quick_check found nothing wrong in ${bytes(facts.sizeBytes)}` })
  return row(base, {
    state: 'bad',
    found: facts.problems.slice(0, 3).join('; '),
    remedy: facts.newestBackup
      ? `Stop Mission Control, keep a copy of ${facts.file}, and put the newest backup in its place: ${facts.newestBackup}.`
      : `Stop Mission Control, keep a copy of ${facts.file}, and recover what can be read with: sqlite3 FILE .recover`,
  })
}

const bigWalBytes = 64 * 1024 * 1024

export function checkWal(facts: { walBytes: number | null }): DoctorCheck {
  const base: Base = {
    id: 'database-wal',
    group: 'data',
    title: 'Write-ahead log',
    why: 'It is folded into the database now and then. When it only grows, something keeps an old state open, and reading gets slow.',
  }
  const size = facts.walBytes ?? 0
  return size > bigWalBytes
    ? row(base, {
        state: 'warning',
        found: `${bytes(size)} wait to be folded in`,
        remedy: 'Close other programs that have the database open, then restart Mission Control.',
      })
    : row(base, { state: 'ok', found: size === 0 ? 'Empty' : bytes(size) })
}

const oldBackupMs = 7 * 86_400_000

export function checkBackup(facts: { newestAt: number | null; now: number; folder: string }): DoctorCheck {
  const base: Base = {
    id: 'backup',
    group: 'data',
    title: 'Backup',
    why: 'A backup is what is left when the disk or the database breaks.',
  }
  const remedy = `Make a backup of the data folder; backups are kept in ${facts.folder}.`
  if (facts.newestAt === null) return row(base, { state: 'warning', found: 'There is no backup yet', remedy })
  const old = facts.now - facts.newestAt
  const found = `The newest is ${age(old)} old`
  return row(base, old > oldBackupMs ? { state: 'warning', found, remedy, link: '/settings' } : { state: 'ok', found })
}

const bigLogsBytes = 1_000_000_000

export function checkLogs(facts: { sizeBytes: number; folder: string }): DoctorCheck {
  const base: Base = { id: 'logs', group: 'data', title: 'Size of the logs', why: 'Logs that are not thrown away fill the disk.' }
  const found = `${bytes(facts.sizeBytes)} in ${facts.folder}`
  return facts.sizeBytes > bigLogsBytes
    ? row(base, { state: 'warning', found, remedy: `Delete old files in ${facts.folder}.`, link: '/logs' })
    : row(base, { state: 'ok', found })
}
