/** What SQLite refuses, as an error that says what to do. Its result codes: https://sqlite.org/rescode.html */
import { AppError, type ErrorCode } from '../contract/errors.ts'

const troubles: readonly { code: RegExp; as: ErrorCode; message: string }[] = [
  {
    code: /^SQLITE_(FULL|IOERR_WRITE|IOERR_FSYNC|IOERR_SHMSIZE)$/,
    as: 'disk_full',
    message: 'The disk is full, so nothing was changed. Make room on the disk of the data folder, and try again.',
  },
  {
    code: /^SQLITE_(BUSY|LOCKED)/,
    as: 'database_unavailable',
    message: 'Another program holds the database, so nothing was changed. Close what else has mission-control.sqlite open, and try again.',
  },
  {
    code: /^SQLITE_(READONLY|PERM|CANTOPEN|AUTH)/,
    as: 'database_unavailable',
    message:
      'The database cannot be written, so nothing was changed. Let your user write in the data folder; the Doctor names what is not writable.',
  },
  {
    code: /^SQLITE_(CORRUPT|NOTADB)/,
    as: 'database_unavailable',
    message: 'The database is damaged, so nothing was changed. Restore a backup: Settings → Backups, or mission-control backup restore.',
  },
  {
    code: /^SQLITE_IOERR/,
    as: 'database_unavailable',
    message: 'The disk does not read or write, so nothing was changed. Look at the disk of the data folder, then run the Doctor.',
  },
]

/** The file itself is broken: no start will get past it. */
export const isDamaged = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error))

/** Null for everything that is not the database's own trouble, broken rules of a table included: those are faults of ours. */
export function storeTrouble(error: unknown): AppError | null {
  const code = codeOf(error)
  const known = troubles.find((trouble) => trouble.code.test(code))
  return known ? new AppError(known.as, known.message, { cause: error }) : null
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
