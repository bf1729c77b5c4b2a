/** What an import has to say, and the steps that it is cut into. */
import type { ImportNote } from '../contract/planning.ts'

const notesShown = 200
/** Tasks that are written in one transaction: progress moves, and others get their turn in between. */
export const importChunk = 100

export function createNotes() {
  const notes: ImportNote[] = []
  let total = 0
  let errors = 0
  function add(level: ImportNote['level'], row: number | null, field: string | null, message: string): void {
    total += 1
    if (level === 'error') errors += 1
    // What keeps something out is shown before what was only changed.
    if (notes.length < notesShown || level === 'error') notes.push({ row, field, level, message })
  }
  return {
    error: (row: number | null, field: string | null, message: string) => add('error', row, field, message),
    warn: (row: number | null, field: string | null, message: string) => add('warning', row, field, message),
    errors: () => errors,
    shown: () => ({
      notes: [...notes.filter((note) => note.level === 'error'), ...notes.filter((note) => note.level === 'warning')].slice(0, notesShown),
      notes_total: total,
    }),
  }
}
export type ImportNotes = ReturnType<typeof createNotes>

/** Lets requests in between. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
