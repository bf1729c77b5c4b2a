/**
 * One host per data folder. The lock is a file that names its holder (process id, start time, program, address), so that a second
 * instance can say who that is, and so that what a killed holder left behind is recognised and taken over.
 */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { AppError } from '../contract/errors.ts'
import { writeFileAtomic } from './atomic-file.ts'
import { durableIdentity, isSameDurableProcess } from './process-identity.ts'

export interface LockHolder {
  readonly pid: number
  readonly startTime: string
  readonly boot: string
  readonly program: string
  /** Where its API answers; null while it starts. */
  readonly url: string | null
}

export class DataDirLockedError extends AppError {
  readonly holder: LockHolder

  constructor(holder: LockHolder, folder: string) {
    const at = holder.url ? ` at ${holder.url}` : ''
    super(
      'conflict',
      `Another instance has this data folder: ${holder.program} (process ${holder.pid})${at}. Use that one, stop it, or start with another --data-dir than ${folder}.`,
    )
    this.name = 'DataDirLockedError'
    this.holder = holder
  }
}

export interface DataDirLock {
  /** Tells later instances where we answer. */
  setUrl(url: string | null): void
  release(): void
}

function readHolder(file: string): LockHolder | 'unreadable' | null {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<LockHolder> | null
    if (typeof value?.pid !== 'number' || typeof value.startTime !== 'string') return 'unreadable'
    return {
      pid: value.pid,
      startTime: value.startTime,
      boot: value.boot ?? '',
      program: value.program ?? 'a control center',
      url: value.url ?? null,
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : 'unreadable'
  }
}

/** Who runs on the data folder of this lock; null when nobody does. */
export async function livingHolder(file: string): Promise<LockHolder | null> {
  const holder = readHolder(file)
  return holder !== null && holder !== 'unreadable' && (await isSameDurableProcess(holder)) ? holder : null
}

/** Throws `DataDirLockedError` while the holder lives. */
export async function acquireDataDirLock(options: { file: string; folder: string; program: string }): Promise<DataDirLock> {
  const self = await durableIdentity(process.pid)
  if (!self) throw new AppError('internal', 'The system does not tell when this process started.')
  let mine: LockHolder = { ...self, program: options.program, url: null }

  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (createExclusively(options.file, mine)) {
      return {
        setUrl(url) {
          mine = { ...mine, url }
          writeFileAtomic(options.file, JSON.stringify(mine))
        },
        release() {
          const now = readHolder(options.file)
          if (now && now !== 'unreadable' && now.pid === mine.pid && now.startTime === mine.startTime) rmSync(options.file, { force: true })
        },
      }
    }
    const holder = readHolder(options.file)
    if (holder === null) continue
    if (holder !== 'unreadable' && (await isSameDurableProcess(holder))) throw new DataDirLockedError(holder, options.folder)
    takeAway(options.file, holder)
  }
  throw new AppError('conflict', `The lock ${options.file} keeps changing hands: several instances are starting at once.`)
}

/** Written whole elsewhere and then linked: nobody ever sees a half-written lock, and only one of several can win. */
function createExclusively(file: string, holder: LockHolder): boolean {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Removes a dead holder's lock, unless somebody else has taken it over in the meantime. */
function takeAway(file: string, seen: LockHolder | 'unreadable'): void {
  const now = readHolder(file)
  if (now === null || (now !== 'unreadable' && seen !== 'unreadable' && (now.pid !== seen.pid || now.startTime !== seen.startTime))) return
  rmSync(file, { force: true })
}
