/** Webhooks out and their outbox. An event becomes rows in the transaction that it happens in. Secrets are sealed before they get here. */
import { type OutgoingDelivery, type OutgoingEvent, type OutgoingWebhook, pingEvent } from '../contract/webhooks-out.ts'
import { createId } from '../platform/ids.ts'
import { redact } from '../platform/redact.ts'
import { assignments, type Listed, type Paging, type Stored, where } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export interface OutgoingRow extends Stored<OutgoingWebhook> {
  secret_sealed: string
}
export interface OutgoingDeliveryRow extends Stored<OutgoingDelivery> {
  seq: number
}
type Ended = 'delivered' | 'skipped' | 'dead'

/** Something that others can be told of. */
export interface Announcement {
  type: OutgoingEvent
  message: string
  board_id?: string | null
  task_id?: string | null
  agent_id?: string | null
  actor?: { type: string; name: string }
  data?: Record<string, unknown>
}

/** After this long nobody wants to hear of it any more. */
const expiresAfterMs = 86_400_000
/** Kept of each webhook, beside what is on its way. */
export const deliveriesKept = 500
const keptForMs = 30 * 86_400_000
const longestText = 16_000

export function webhooksOutRepository({ db, clock, touch }: Pick<RepositoryContext, 'db' | 'clock' | 'touch'>) {
  const select = `SELECT w.*,
    (SELECT count(*) FROM outgoing_deliveries d WHERE d.webhook_id = w.id AND d.state IN ('queued', 'leased')) AS queued_count,
    (SELECT count(*) FROM outgoing_deliveries d WHERE d.webhook_id = w.id AND d.state = 'dead') AS dead_count FROM outgoing_webhooks w`
  const byId = db.prepare(`${select} WHERE w.id = ?`)
  const listeners = db.prepare(
    `SELECT id FROM outgoing_webhooks WHERE enabled = 1 AND (board_id IS NULL OR board_id = ?) AND EXISTS (SELECT 1 FROM json_each(events_json) WHERE value = ?)`,
  )
  const insert = db.prepare(`INSERT INTO outgoing_deliveries
    (id, webhook_id, event_id, event_type, board_id, task_id, body, next_attempt_at, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const columns =
    'seq, id, webhook_id, event_id, event_type, board_id, task_id, body, state, attempts, next_attempt_at, last_status, last_error, last_answer, expires_at, delivered_at, created_at'
  const delivery = db.prepare(`SELECT ${columns} FROM outgoing_deliveries WHERE id = ?`)
  // The oldest open row of each webhook; the others wait behind it, so that order is kept.
  const heads = `FROM outgoing_webhooks w JOIN outgoing_deliveries d
    ON d.seq = (SELECT min(seq) FROM outgoing_deliveries WHERE webhook_id = w.id AND state IN ('queued', 'leased'))
    WHERE w.enabled = 1 AND d.state = 'queued'`
  const due = db.prepare(`SELECT d.* ${heads} AND d.next_attempt_at <= ? ORDER BY d.seq LIMIT ?`)
  const nextDue = db.prepare(`SELECT min(d.next_attempt_at) AS at ${heads} AND d.next_attempt_at > ?`)
  const lease = db.prepare(
    `UPDATE outgoing_deliveries SET state = 'leased', attempts = attempts + 1, lease_until = ?, updated_at = ? WHERE id = ? AND state = 'queued'`,
  )
  const renew = db.prepare(`UPDATE outgoing_deliveries SET lease_until = ? WHERE id = ? AND state = 'leased'`)
  const end = db.prepare(
    `UPDATE outgoing_deliveries SET state = ?, last_status = ?, last_error = ?, last_answer = ?, delivered_at = ?, lease_until = NULL, next_attempt_at = NULL, updated_at = ? WHERE id = ?`,
  )
  const retry = db.prepare(
    `UPDATE outgoing_deliveries SET state = 'queued', attempts = attempts - ?, next_attempt_at = ?, last_status = ?, last_error = ?, last_answer = ?, lease_until = NULL, updated_at = ? WHERE id = ?`,
  )
  const release = db.prepare(
    `UPDATE outgoing_deliveries SET state = 'queued', next_attempt_at = ?, lease_until = NULL, updated_at = ? WHERE state = 'leased' AND (? OR lease_until <= ?)`,
  )
  const replay = db.prepare(
    `UPDATE outgoing_deliveries SET state = 'queued', attempts = 0, next_attempt_at = ?, expires_at = ?, last_error = NULL, last_status = NULL, lease_until = NULL, updated_at = ? WHERE id = ?`,
  )
  const result = db.prepare(
    `UPDATE outgoing_webhooks SET last_attempt_at = ?, last_status = ?, last_error = ?, last_success_at = ifnull(?, last_success_at) WHERE id = ?`,
  )
  const expire = db.prepare(
    `UPDATE outgoing_deliveries SET state = 'dead', last_error = ?, lease_until = NULL, next_attempt_at = NULL, updated_at = ? WHERE state = 'queued' AND expires_at <= ? RETURNING webhook_id`,
  )
  const forget = db.prepare(`DELETE FROM outgoing_deliveries WHERE state IN ('delivered', 'skipped', 'dead') AND updated_at <= ?`)
  const crowd = db.prepare(`DELETE FROM outgoing_deliveries WHERE webhook_id = ? AND state IN ('delivered', 'skipped')
    AND seq <= (SELECT seq FROM outgoing_deliveries WHERE webhook_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)`)
  const about = {
    board: db.prepare('SELECT id, name FROM boards WHERE id = ?'),
    task: db.prepare('SELECT id, number, title, status, priority FROM tasks WHERE id = ?'),
    agent: db.prepare('SELECT id, name, status FROM agents WHERE id = ?'),
  }

  function shape(row: unknown): OutgoingRow {
    const { events_json: events, ...fields } = row as Record<string, unknown>
    return {
      ...(fields as unknown as OutgoingRow),
      events: JSON.parse(events as string) as OutgoingRow['events'],
      enabled: fields['enabled'] === 1,
      allow_private: fields['allow_private'] === 1,
    }
  }
  const rowOf = (value: unknown): OutgoingDeliveryRow => value as OutgoingDeliveryRow

  function add(
    webhookId: string,
    event: { id: string; type: string; board_id: string | null; task_id: string | null; body: string },
  ): string {
    const now = clock.now()
    const id = createId(now)
    insert.run(id, webhookId, event.id, event.type, event.board_id, event.task_id, event.body, now, now + expiresAfterMs, now, now)
    touch('outgoing_webhook', webhookId)
    return id
  }

  /** What is sent. Texts are redacted here: nothing that looks like a secret leaves. */
  function bodyOf(id: string, type: string, event: Omit<Announcement, 'type'>): string {
    const find = (kind: keyof typeof about, key: string | null | undefined): unknown => (key ? (about[kind].get(key) ?? null) : null)
    return redact(
      JSON.stringify({
        id,
        type,
        created_at: new Date(clock.now()).toISOString(),
        message: event.message.slice(0, longestText),
        actor: event.actor ?? { type: 'system', name: 'Mission Control' },
        board: find('board', event.board_id),
        task: find('task', event.task_id),
        agent: find('agent', event.agent_id),
        data: event.data ?? {},
      }),
    )
  }

  return {
    get(id: string): OutgoingRow | undefined {
      const row = byId.get(id)
      return row === undefined ? undefined : shape(row)
    },
    list(filter: { board_id?: string | undefined } & Paging): Listed<OutgoingRow> {
      const condition = where([filter.board_id !== undefined && ['board_id = ?', filter.board_id]])
      const rows = db
        .prepare(`${select} ${condition.sql} ORDER BY w.id LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM outgoing_webhooks ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: rows.map(shape), total: n }
    },
    /** Those that have given something up. */
    withDead: (limit: number): OutgoingRow[] =>
      db
        .prepare(`${select} WHERE w.id IN (SELECT webhook_id FROM outgoing_deliveries WHERE state = 'dead') ORDER BY w.id LIMIT ?`)
        .all(limit)
        .map(shape),

    /** @param id Chosen by the caller, because the secret is sealed for it. */
    create(
      id: string,
      fields: Pick<OutgoingRow, 'board_id' | 'name' | 'url' | 'events' | 'enabled' | 'allow_private' | 'secret_sealed' | 'secret_hint'>,
    ): OutgoingRow {
      const now = clock.now()
      const { events, ...rest } = fields
      const all = {
        id,
        ...rest,
        enabled: Number(rest.enabled),
        allow_private: Number(rest.allow_private),
        events_json: JSON.stringify(events),
        created_at: now,
        updated_at: now,
      }
      const names = Object.keys(all)
      db.prepare(`INSERT INTO outgoing_webhooks (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(
        ...Object.values(all),
      )
      touch('outgoing_webhook', id)
      return shape(byId.get(id))
    },
    update(
      id: string,
      patch: {
        [Key in 'name' | 'url' | 'events' | 'enabled' | 'allow_private' | 'secret_sealed' | 'secret_hint']?: OutgoingRow[Key] | undefined
      },
    ): void {
      const { events, ...rest } = patch
      const { sql, values } = assignments({ ...rest, events_json: events && JSON.stringify(events), updated_at: clock.now() })
      db.prepare(`UPDATE outgoing_webhooks SET ${sql} WHERE id = ?`).run(...values, id)
      touch('outgoing_webhook', id)
    },
    remove(id: string): void {
      db.prepare('DELETE FROM outgoing_webhooks WHERE id = ?').run(id)
      touch('outgoing_webhook', id, true)
    },

    /** A row for each webhook that wants to hear of it. Call in the transaction of the event. */
    announce(event: Announcement): void {
      const wanted = listeners.all(event.board_id ?? null, event.type) as { id: string }[]
      if (wanted.length === 0) return
      const id = createId(clock.now())
      const row = {
        id,
        type: event.type,
        board_id: event.board_id ?? null,
        task_id: event.task_id ?? null,
        body: bodyOf(id, event.type, event),
      }
      for (const webhook of wanted) add(webhook.id, row)
    },
    ping(webhook: OutgoingRow): OutgoingDeliveryRow {
      const id = createId(clock.now())
      const message = `A test of the webhook ${webhook.name}.`
      const body = bodyOf(id, pingEvent, { message, board_id: webhook.board_id })
      return rowOf(delivery.get(add(webhook.id, { id, type: pingEvent, board_id: webhook.board_id, task_id: null, body })))
    },

    delivery: (id: string): OutgoingDeliveryRow | undefined => delivery.get(id) as OutgoingDeliveryRow | undefined,
    /** Newest first. */
    deliveries(filter: { webhook_id: string; state?: OutgoingDelivery['state'] | undefined } & Paging): Listed<OutgoingDeliveryRow> {
      const condition = where([['webhook_id = ?', filter.webhook_id], filter.state !== undefined && ['state = ?', filter.state]])
      const rows = db
        .prepare(`SELECT ${columns} FROM outgoing_deliveries ${condition.sql} ORDER BY seq DESC LIMIT ? OFFSET ?`)
        .all(...condition.values, filter.limit, filter.offset)
      const { n } = db.prepare(`SELECT count(*) AS n FROM outgoing_deliveries ${condition.sql}`).get(...condition.values) as { n: number }
      return { items: rows.map(rowOf), total: n }
    },

    /** What may be sent now, at most one per webhook. */
    due: (now: number, limit: number): OutgoingDeliveryRow[] => due.all(now, limit).map(rowOf),
    nextDueAt: (now: number): number | null => (nextDue.get(now) as { at: number | null }).at,
    /** Counts as an attempt. False when somebody else has it. */
    lease: (id: string, until: number): boolean => lease.run(until, clock.now(), id).changes === 1,
    /** It is still under way: its lease runs on. */
    renew(id: string, until: number): void {
      renew.run(until, id)
    },
    /** Leases of a process that is gone (all of them at the start), or that ran out, return to the queue. */
    releaseLeases(before: number | 'all'): number {
      const now = clock.now()
      return release.run(now, now, before === 'all' ? 1 : 0, before === 'all' ? 0 : before).changes
    },

    finish(row: OutgoingDeliveryRow, outcome: { state: Ended; status: number | null; error: string | null; answer: string | null }): void {
      const now = clock.now()
      const delivered = outcome.state === 'delivered'
      end.run(outcome.state, outcome.status, outcome.error, outcome.answer, delivered ? now : null, now, row.id)
      if (outcome.state !== 'skipped') result.run(now, outcome.status, outcome.error, delivered ? now : null, row.webhook_id)
      crowd.run(row.webhook_id, row.webhook_id, deliveriesKept)
      touch('outgoing_webhook', row.webhook_id)
    },
    /** @param again.refund The attempt does not count: we stopped in the middle of it. */
    retry(
      row: OutgoingDeliveryRow,
      again: { at: number; status: number | null; error: string | null; answer: string | null; refund?: boolean },
    ): void {
      const now = clock.now()
      retry.run(again.refund ? 1 : 0, again.at, again.status, again.error, again.answer, now, row.id)
      if (!again.refund) result.run(now, again.status, again.error, null, row.webhook_id)
      touch('outgoing_webhook', row.webhook_id)
    },
    /** To the queue again, at once and with a fresh count. Its place in the order is the one it had. */
    replay(row: OutgoingDeliveryRow): void {
      const now = clock.now()
      replay.run(now, now + expiresAfterMs, now, row.id)
      touch('outgoing_webhook', row.webhook_id)
    },
    deadOf: (webhookId: string): OutgoingDeliveryRow[] =>
      db
        .prepare(`SELECT ${columns} FROM outgoing_deliveries WHERE webhook_id = ? AND state = 'dead' ORDER BY seq`)
        .all(webhookId)
        .map(rowOf),

    /** Gives up what waited too long (of webhooks that are switched off, too) and forgets what ended long ago. */
    forgetOld(): void {
      const now = clock.now()
      const expired = expire.all('Nobody took it in time.', now, now) as { webhook_id: string }[]
      for (const id of new Set(expired.map((row) => row.webhook_id))) touch('outgoing_webhook', id)
      forget.run(now - keptForMs)
    },
  }
}
