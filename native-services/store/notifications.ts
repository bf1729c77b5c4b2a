/** The outbox: what has to reach an agent, in order within its session, exactly once in effect. */
import type { Notification } from '../contract/entities.ts'
import type { DeliveryStatus } from '../contract/states.ts'
import { createId } from '../platform/ids.ts'
import { deliveryAttempts } from './delivery-attempts.ts'
import { type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export interface NotificationRow extends Stored<Notification> {
  seq: number
  body: string
  lease_until: number | null
  no_reply_count: number
  /** 1: the next of its session. */
  head: 0 | 1
  /** 1: out of its session's line until `next_attempt_at`, because of a daily cap. */
  held: 0 | 1
  updated_at: number
}

export type NewNotification = Pick<
  NotificationRow,
  'type' | 'agent_id' | 'board_id' | 'task_id' | 'comment_id' | 'title' | 'body' | 'session_key'
> & {
  /** Not sent sooner (ms epoch). */
  not_before_at?: number
}

export function notificationsRepository({ db, clock, touch }: RepositoryContext) {
  const byId = db.prepare('SELECT * FROM notifications WHERE id = ?')
  const insert =
    db.prepare(`INSERT INTO notifications (id, type, agent_id, board_id, task_id, comment_id, title, body, session_key, next_attempt_at, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  // The head of each session that nothing of is being sent; later rows of a session wait for its head, so order is kept. `head` is kept
  // by triggers (migration 3): nothing here looks at the rows behind it.
  // Agents that the gateway does not know yet (provisioning, failed) get theirs when they are set up: sent now it would be refused for good.
  // CROSS JOIN keeps SQLite from visiting agents first.
  const due = db.prepare(`
    SELECT n.* FROM notifications n INDEXED BY notifications_heads
    CROSS JOIN agents a ON a.id = n.agent_id
    LEFT JOIN boards b ON b.id = n.board_id
    WHERE n.head = 1 AND n.state = 'queued' AND n.next_attempt_at <= ? AND a.status NOT IN ('paused', 'deleting', 'provisioning', 'failed') AND ifnull(b.paused, 0) = 0
    ORDER BY n.seq LIMIT ?`)
  const nextDue = db.prepare(
    `SELECT min(next_attempt_at) AS at FROM notifications INDEXED BY notifications_heads_due WHERE head = 1 AND state = 'queued' AND next_attempt_at > ?`,
  )
  const nextHeld = db.prepare('SELECT min(next_attempt_at) AS at FROM notifications INDEXED BY notifications_held WHERE held = 1')
  const lease = db.prepare(
    `UPDATE notifications SET state = 'leased', attempts = attempts + 1, lease_until = ?, updated_at = ? WHERE id = ? AND state = 'queued'`,
  )
  const finish = db.prepare(
    `UPDATE notifications SET state = ?, delivered_at = ?, run_id = ifnull(?, run_id), last_error_code = ?, last_error = ?, lease_until = NULL, next_attempt_at = NULL, updated_at = ? WHERE id = ?`,
  )
  const retry = db.prepare(
    `UPDATE notifications SET state = 'queued', next_attempt_at = ?, attempts = attempts - ?, no_reply_count = no_reply_count + ?, last_error_code = ?, last_error = ?, lease_until = NULL, updated_at = ? WHERE id = ?`,
  )

  const anyWaiting = db.prepare(`SELECT 1 FROM notifications WHERE state = 'queued' LIMIT 1`)
  const renew = db.prepare(`UPDATE notifications SET lease_until = ? WHERE id = ? AND state = 'leased'`)
  const recordRun = db.prepare('UPDATE notifications SET run_id = ?, updated_at = ? WHERE id = ?')
  // An agent's answer does not stand for a person's comment, which needs an answer.
  const newer = db.prepare(`SELECT 1 FROM notifications WHERE task_id = ? AND agent_id = ? AND type = ? AND state = 'queued' AND seq > ?
    AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = comment_id AND m.author_type = 'agent')`)
  const lastOf = db.prepare(
    'SELECT * FROM notifications INDEXED BY notifications_task WHERE task_id = ? AND agent_id = ? AND type = ? ORDER BY seq DESC LIMIT 1',
  )

  const row = (value: unknown): NotificationRow => value as NotificationRow
  const attempts = deliveryAttempts({ db, clock })
  function changed(id: string): void {
    touch('notification', id)
    const taskId = (byId.get(id) as NotificationRow | undefined)?.task_id
    if (taskId) touch('task', taskId)
  }

  return {
    get(id: string): NotificationRow | undefined {
      return byId.get(id) as NotificationRow | undefined
    },

    list(
      filter: { state?: DeliveryStatus | undefined; agent_id?: string | undefined; task_id?: string | undefined } & Paging,
    ): Listed<NotificationRow> {
      const condition = where([
        filter.state !== undefined && ['state = ?', filter.state],
        filter.agent_id !== undefined && ['agent_id = ?', filter.agent_id],
        filter.task_id !== undefined && ['task_id = ?', filter.task_id],
      ])
      const rows = db
        .prepare(`SELECT * FROM notifications ${condition.sql} ORDER BY seq DESC LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM notifications ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: rows.map(row), total: n }
    },

    enqueue(notification: NewNotification): NotificationRow {
      const now = clock.now()
      const id = createId(now)
      insert.run(
        id,
        notification.type,
        notification.agent_id,
        notification.board_id,
        notification.task_id,
        notification.comment_id,
        notification.title,
        notification.body,
        notification.session_key,
        notification.not_before_at ?? now,
        now,
        now,
      )
      changed(id)
      return row(byId.get(id))
    },

    /** A message of this kind that has not been sent yet says something else. False when there is none. */
    rewriteWaiting(which: Pick<NotificationRow, 'agent_id' | 'board_id' | 'type'>, text: { title: string; body: string }): boolean {
      const found = db
        .prepare(
          `SELECT id FROM notifications INDEXED BY notifications_agent WHERE agent_id = ? AND board_id = ? AND type = ? AND state = 'queued' AND attempts = 0 LIMIT 1`,
        )
        .get(which.agent_id, which.board_id, which.type) as { id: string } | undefined
      if (!found) return false
      db.prepare('UPDATE notifications SET title = ?, body = ?, updated_at = ? WHERE id = ?').run(
        text.title,
        text.body,
        clock.now(),
        found.id,
      )
      changed(found.id)
      return true
    },

    /** An unsent `thread_update` of the same task to the same agent takes the newer comment instead of adding a row. */
    coalesce(notification: NewNotification): NotificationRow | undefined {
      const found = db
        .prepare(
          `SELECT id FROM notifications WHERE task_id = ? AND agent_id = ? AND type = 'thread_update' AND state = 'queued' AND attempts = 0`,
        )
        .get(notification.task_id, notification.agent_id) as { id: string } | undefined
      if (!found) return undefined
      db.prepare('UPDATE notifications SET comment_id = ?, title = ?, body = ?, updated_at = ? WHERE id = ?').run(
        notification.comment_id,
        notification.title,
        notification.body,
        clock.now(),
        found.id,
      )
      changed(found.id)
      return row(byId.get(found.id))
    },

    /** Up to `limit` messages that may be sent now, at most one per session. */
    due: (now: number, limit: number): NotificationRow[] => due.all(now, limit).map(row),
    /** When the next waiting message comes due; null when none waits. */
    nextDueAt: (now: number): number | null => (nextDue.get(now) as { at: number | null }).at,

    /** Takes a message for sending. False when somebody else has it. Counts as an attempt. */
    lease(id: string, until: number): boolean {
      const taken = lease.run(until, clock.now(), id).changes === 1
      if (taken) {
        attempts.begin(id)
        changed(id)
      }
      return taken
    },
    /** The send is still under way: its lease runs on. */
    renew(id: string, until: number): void {
      renew.run(until, id)
    },
    recordRun(id: string, runId: string): void {
      recordRun.run(runId, clock.now(), id)
      attempts.accepted(id, runId)
      touch('notification', id)
    },

    /** Each time it was sent, oldest first. */
    attempts: (id: string) => attempts.list(id),
    /** The message that a session is busy with. */
    underWay: (sessionKey: string): NotificationRow | undefined =>
      db
        .prepare(
          `SELECT * FROM notifications WHERE session_key = ? AND state IN ('queued', 'leased') AND held = 0 AND state = 'leased' LIMIT 1`,
        )
        .get(sessionKey) as NotificationRow | undefined,
    anyWaiting: (): boolean => anyWaiting.get() !== undefined,
    /** Messages that wait, and have waited since before then; the oldest first. */
    waitingSince: (before: number, limit: number): NotificationRow[] =>
      db
        .prepare(`SELECT * FROM notifications WHERE state = 'queued' AND created_at < ? AND updated_at < ? ORDER BY seq LIMIT ?`)
        .all(before, before, limit)
        .map(row),
    /** The newest message of a kind about a task to an agent. */
    lastOf: (taskId: string, agentId: string, type: NotificationRow['type']): NotificationRow | undefined =>
      lastOf.get(taskId, agentId, type) as NotificationRow | undefined,
    /** Messages that tell of a comment. */
    ofComment: (commentId: string): NotificationRow[] =>
      db.prepare('SELECT * FROM notifications WHERE comment_id = ? ORDER BY seq').all(commentId).map(row),
    /** Messages of a task that were not sent because their comment was gone. */
    withoutComment: (taskId: string): NotificationRow[] =>
      db
        .prepare(`SELECT * FROM notifications WHERE task_id = ? AND state = 'skipped' AND last_error_code = 'comment_gone' ORDER BY seq`)
        .all(taskId)
        .map(row),
    /** The comment was edited: who has not been told yet is told the new words. */
    reword(commentId: string, body: string): void {
      db.prepare(`UPDATE notifications SET body = ? WHERE comment_id = ? AND state = 'queued'`).run(body, commentId)
    },
    /** An unsent update that stood for several comments tells of another one of them. */
    retell(id: string, comment: { id: string; message: string }): void {
      db.prepare('UPDATE notifications SET comment_id = ?, body = ?, updated_at = ? WHERE id = ?').run(
        comment.id,
        comment.message,
        clock.now(),
        id,
      )
      changed(id)
    },

    /** Ends a message: delivered, skipped or dead. */
    finish(
      id: string,
      end: { state: 'delivered' | 'skipped' | 'dead'; run_id?: string | null; error_code?: string | null; error?: string | null },
    ): void {
      const now = clock.now()
      finish.run(end.state, end.state === 'delivered' ? now : null, end.run_id ?? null, end.error_code ?? null, end.error ?? null, now, id)
      attempts.end(id, { outcome: end.state, error_code: end.error_code, error: end.error, run_id: end.run_id })
      changed(id)
    },

    /** Puts a message back. `refund` gives the attempt back (the gateway was down: not the message's fault). */
    retry(id: string, again: { at: number; error_code: string; error: string; refund?: boolean; no_reply?: boolean }): void {
      retry.run(again.at, again.refund ? 1 : 0, again.no_reply ? 1 : 0, again.error_code, again.error, clock.now(), id)
      attempts.end(id, {
        outcome: again.refund ? 'refunded' : 'retry',
        error_code: again.error_code,
        error: again.error,
        next_attempt_at: again.at,
      })
      changed(id)
    },

    /** Takes a message out of its session's line until `until`, without blame: what comes after it may pass. */
    hold(id: string, held: { until: number; error_code: string; error: string }): void {
      db.prepare(
        `UPDATE notifications SET held = 1, next_attempt_at = ?, last_error_code = ?, last_error = ?, updated_at = ? WHERE id = ? AND state = 'queued'`,
      ).run(held.until, held.error_code, held.error, clock.now(), id)
      changed(id)
    },
    /** Puts held messages back into their lines: all of them, or those whose time has come by `now`. Returns how many. */
    releaseHeld(now: number | 'all'): number {
      const rows = db
        .prepare(`SELECT id FROM notifications INDEXED BY notifications_held WHERE held = 1 AND (? OR next_attempt_at <= ?)`)
        .all(now === 'all' ? 1 : 0, now === 'all' ? 0 : now) as { id: string }[]
      const release = db.prepare(
        `UPDATE notifications SET held = 0, next_attempt_at = iif(state = 'queued', ?, next_attempt_at), last_error_code = iif(state = 'queued', NULL, last_error_code),
           last_error = iif(state = 'queued', NULL, last_error), updated_at = ? WHERE id = ?`,
      )
      for (const { id } of rows) {
        release.run(clock.now(), clock.now(), id)
        changed(id)
      }
      return rows.length
    },
    /** When the first held message returns (ms epoch); null when none is held. */
    nextHeldAt: (): number | null => (nextHeld.get() as { at: number | null }).at,
    /** A dead (or waiting) message goes to the queue again, at once and with a fresh count. */
    replay(id: string): void {
      const now = clock.now()
      db.prepare(
        `UPDATE notifications SET state = 'queued', attempts = 0, no_reply_count = 0, next_attempt_at = ?, lease_until = NULL, last_error = NULL, last_error_code = NULL, updated_at = ? WHERE id = ?`,
      ).run(now, now, id)
      attempts.sentAgain(id)
      changed(id)
    },

    /** Leases of a process that is gone (all of them at start-up) return to the queue. Returns how many. */
    releaseLeases(before: number | 'all'): number {
      const rows = db
        .prepare(`SELECT id FROM notifications WHERE state = 'leased' AND (? OR lease_until <= ?)`)
        .all(before === 'all' ? 1 : 0, before === 'all' ? 0 : before) as { id: string }[]
      const now = clock.now()
      for (const { id } of rows) {
        db.prepare(`UPDATE notifications SET state = 'queued', next_attempt_at = ?, lease_until = NULL, updated_at = ? WHERE id = ?`).run(
          now,
          now,
          id,
        )
        attempts.end(id, { outcome: 'interrupted', next_attempt_at: now })
        changed(id)
      }
      return rows.length
    },

    countByState(): Record<DeliveryStatus, number> {
      const counts: Record<DeliveryStatus, number> = { queued: 0, leased: 0, delivered: 0, skipped: 0, dead: 0 }
      for (const { state, n } of db.prepare('SELECT state, count(*) AS n FROM notifications GROUP BY state').all() as {
        state: DeliveryStatus
        n: number
      }[])
        counts[state] = n
      return counts
    },

    /** Whether a newer message of the same kind, task and agent waits. */
    superseded: (notification: NotificationRow): boolean =>
      newer.get(notification.task_id, notification.agent_id, notification.type, notification.seq) !== undefined,

    /** Delivered and failed per minute since `from`, minutes without either left out. */
    perMinute: (from: number): { at: number; delivered: number; failed: number }[] =>
      db
        .prepare(
          `SELECT updated_at / 60000 * 60000 AS at, sum(state = 'delivered') AS delivered, sum(state = 'dead') AS failed
           FROM notifications WHERE state IN ('delivered', 'dead') AND updated_at >= ? GROUP BY 1 ORDER BY 1`,
        )
        .all(from) as { at: number; delivered: number; failed: number }[],
  }
}
