/**
 * Each time a message was sent. Written by the outbox itself, in the transaction that changes the message's row: an attempt is open exactly
 * while its message is leased, whatever was killed when.
 */
import type { DeliveryAttempt } from '../contract/threads.ts'
import type { Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type AttemptRow = Stored<DeliveryAttempt> & { notification_id: string }

interface End {
  outcome: DeliveryAttempt['outcome']
  error_code?: string | null | undefined
  error?: string | null | undefined
  run_id?: string | null | undefined
  next_attempt_at?: number | null
}

export function deliveryAttempts({ db, clock }: Pick<RepositoryContext, 'db' | 'clock'>) {
  const begin = db.prepare(`INSERT INTO delivery_attempts (notification_id, attempt, started_at)
    SELECT ?, 1 + ifnull((SELECT max(attempt) FROM delivery_attempts WHERE notification_id = ?), 0), ?`)
  const accept = db.prepare(
    'UPDATE delivery_attempts SET run_id = ?, accepted_at = ifnull(accepted_at, ?) WHERE notification_id = ? AND ended_at IS NULL',
  )
  const end =
    db.prepare(`UPDATE delivery_attempts SET ended_at = ?, outcome = ?, error_code = ?, error = ?, run_id = ifnull(?, run_id), next_attempt_at = ?
    WHERE notification_id = ? AND ended_at IS NULL`)
  const note = db.prepare(`INSERT INTO delivery_attempts (notification_id, attempt, started_at, ended_at, outcome)
    SELECT ?, 1 + ifnull((SELECT max(attempt) FROM delivery_attempts WHERE notification_id = ?), 0), ?, ?, ?`)
  const all = db.prepare('SELECT * FROM delivery_attempts WHERE notification_id = ? ORDER BY attempt')

  return {
    begin: (id: string): void => void begin.run(id, id, clock.now()),
    accepted: (id: string, runId: string): void => void accept.run(runId, clock.now(), id),
    /** Ends the open attempt; nothing happens when none is open (a message that was never sent is given up). */
    end: (id: string, with_: End): void =>
      void end.run(
        clock.now(),
        with_.outcome,
        with_.error_code ?? null,
        with_.error ?? null,
        with_.run_id ?? null,
        with_.next_attempt_at ?? null,
        id,
      ),
    sentAgain: (id: string): void => void note.run(id, id, clock.now(), clock.now(), 'sent_again'),
    list: (id: string): AttemptRow[] => all.all(id) as AttemptRow[],
  }
}
