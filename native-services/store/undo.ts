/** What can be taken back for a while: the rows that a piece of work touched, under the hash of a token. */
import { createRecorder, type RowChange } from './recorder.ts'
import type { RepositoryContext } from './store.ts'

export function undoRepository({ db, clock, touch }: RepositoryContext) {
  const insert = db.prepare('INSERT INTO undo_steps (token_hash, steps_json, expires_at) VALUES (?, ?, ?)')
  const find = db.prepare('SELECT steps_json FROM undo_steps WHERE token_hash = ? AND expires_at > ?')
  const remove = db.prepare('DELETE FROM undo_steps WHERE token_hash = ?')
  const expire = db.prepare('DELETE FROM undo_steps WHERE expires_at <= ?')
  const recorder = createRecorder({ db, touch })

  return {
    record: recorder.record,
    takeBack: recorder.takeBack,

    /** Keeps it under the hash of a token; forgets what is too old. False when it is larger than `mostChars`, and then it is not kept. */
    keep(tokenHash: string, step: { changes: readonly RowChange[] }, limits: { forMs: number; mostChars: number }): boolean {
      expire.run(clock.now())
      const text = JSON.stringify(step)
      if (text.length > limits.mostChars) return false
      insert.run(tokenHash, text, clock.now() + limits.forMs)
      return true
    },
    /** Takes what a token stands for out; undefined when there is nothing (any more). */
    take(tokenHash: string): unknown {
      const row = find.get(tokenHash, clock.now()) as { steps_json: string } | undefined
      if (!row) return undefined
      remove.run(tokenHash)
      return JSON.parse(row.steps_json)
    },
    forgetOld(): void {
      expire.run(clock.now())
    },
  }
}
