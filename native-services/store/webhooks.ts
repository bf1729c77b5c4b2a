/** Webhooks in and what came through them. Secrets are sealed before they get here. */
import type { Webhook, WebhookPayload } from '../contract/webhooks.ts'
import { createId } from '../platform/ids.ts'
import { assignments, type Listed, type Paging, type Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

/** Which address the server has is not the store's to know. */
export interface WebhookRow extends Stored<Omit<Webhook, 'endpoint_url'>> {
  secret_sealed: string | null
}
export type PayloadRow = Stored<WebhookPayload>
export type WebhookFields = Pick<WebhookRow, 'agent_id' | 'description' | 'enabled' | 'secret_sealed' | 'secret_hint' | 'signature_header'>

/** How many payloads of one webhook are kept, beside those that are still on their way. */
export const payloadsKept = 2000
const previewLength = 500

export function webhooksRepository({ db, clock, touch }: RepositoryContext) {
  const select = `SELECT w.*, (SELECT count(*) FROM webhook_payloads p WHERE p.webhook_id = w.id) AS payload_count,
    (SELECT max(received_at) FROM webhook_payloads p WHERE p.webhook_id = w.id) AS last_received_at FROM webhooks w`
  const byId = db.prepare(`${select} WHERE w.id = ?`)
  const payloadColumns = `p.id, p.webhook_id, p.board_id, p.content_type, p.headers_json, p.source_ip, length(p.payload) AS length, p.notification_id,
    n.state AS delivery_state, p.received_at, p.expires_at`
  const payloadById = db.prepare(
    `SELECT ${payloadColumns}, substr(p.payload, 1, ?) AS payload FROM webhook_payloads p LEFT JOIN notifications n ON n.id = p.notification_id WHERE p.id = ?`,
  )
  const insertPayload = db.prepare(`INSERT INTO webhook_payloads
    (id, webhook_id, board_id, content_type, headers_json, source_ip, payload, received_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const underWay = `notification_id IN (SELECT id FROM notifications WHERE state IN ('queued', 'leased'))`
  const expire = db.prepare(`DELETE FROM webhook_payloads WHERE expires_at <= ? AND NOT (notification_id IS NOT NULL AND ${underWay})`)
  const crowd = db.prepare(`DELETE FROM webhook_payloads WHERE webhook_id = ? AND NOT (notification_id IS NOT NULL AND ${underWay})
    AND id <= (SELECT id FROM webhook_payloads WHERE webhook_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`)

  function shape(row: unknown): WebhookRow {
    const fields = row as WebhookRow
    return {
      ...fields,
      enabled: Boolean(fields.enabled),
      has_secret: fields.secret_sealed !== null,
      endpoint_path: `/api/v1/boards/${fields.board_id}/webhooks/${fields.id}`,
    }
  }
  function shapePayload(row: unknown): PayloadRow {
    const { headers_json: headers, ...fields } = row as Record<string, unknown>
    return { ...(fields as unknown as PayloadRow), headers: JSON.parse(headers as string) as Record<string, string> }
  }

  return {
    get(id: string): WebhookRow | undefined {
      const row = byId.get(id)
      return row === undefined ? undefined : shape(row)
    },
    list(filter: { board_id: string } & Paging): Listed<WebhookRow> {
      const rows = db
        .prepare(`${select} WHERE w.board_id = ? ORDER BY w.id LIMIT ? OFFSET ?`)
        .all(filter.board_id, filter.limit, filter.offset)
      const { n } = db.prepare('SELECT count(*) AS n FROM webhooks WHERE board_id = ?').get(filter.board_id) as { n: number }
      return { items: rows.map(shape), total: n }
    },

    /** @param id Chosen by the caller, because the secret is sealed for it. */
    create(id: string, boardId: string, fields: WebhookFields): WebhookRow {
      const now = clock.now()
      db.prepare(
        `INSERT INTO webhooks (id, board_id, agent_id, description, enabled, secret_sealed, secret_hint, signature_header, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        id,
        boardId,
        fields.agent_id,
        fields.description,
        Number(fields.enabled),
        fields.secret_sealed,
        fields.secret_hint,
        fields.signature_header,
        now,
        now,
      )
      touch('webhook', id)
      return shape(byId.get(id))
    },
    update(id: string, patch: Partial<{ [Key in keyof WebhookFields]: WebhookFields[Key] | undefined }>): void {
      const { sql, values } = assignments({ ...patch, updated_at: clock.now() })
      db.prepare(`UPDATE webhooks SET ${sql} WHERE id = ?`).run(...values, id)
      touch('webhook', id)
    },
    remove(id: string): void {
      db.prepare('DELETE FROM webhooks WHERE id = ?').run(id)
      touch('webhook', id, true)
    },

    /** A payload with at most `maxChars` of its text. */
    payload(id: string, maxChars = 2 ** 31): PayloadRow | undefined {
      const row = payloadById.get(maxChars, id)
      return row === undefined ? undefined : shapePayload(row)
    },
    /** Newest first, with the beginning of each text. */
    payloads(webhookId: string, paging: Paging): Listed<PayloadRow> {
      const rows = db
        .prepare(
          `SELECT ${payloadColumns}, substr(p.payload, 1, ${previewLength}) AS payload FROM webhook_payloads p
           LEFT JOIN notifications n ON n.id = p.notification_id WHERE p.webhook_id = ? ORDER BY p.id DESC LIMIT ? OFFSET ?`,
        )
        .all(webhookId, paging.limit, paging.offset)
      const { n } = db.prepare('SELECT count(*) AS n FROM webhook_payloads WHERE webhook_id = ?').get(webhookId) as { n: number }
      return { items: rows.map(shapePayload), total: n }
    },
    addPayload(
      payload: Pick<PayloadRow, 'webhook_id' | 'board_id' | 'content_type' | 'headers' | 'source_ip' | 'payload'> & { keep_ms: number },
    ): string {
      const now = clock.now()
      const id = createId(now)
      insertPayload.run(
        id,
        payload.webhook_id,
        payload.board_id,
        payload.content_type,
        JSON.stringify(payload.headers),
        payload.source_ip,
        payload.payload,
        now,
        now + payload.keep_ms,
      )
      touch('webhook', payload.webhook_id)
      return id
    },
    carriedBy(payloadId: string, notificationId: string): void {
      db.prepare('UPDATE webhook_payloads SET notification_id = ? WHERE id = ?').run(notificationId, payloadId)
    },
    /** Forgets what is too old, of all webhooks. */
    forgetOld(): void {
      expire.run(clock.now())
    },
    /** Forgets what is too old and what is too much, never what is still on its way. */
    prune(webhookId: string): void {
      expire.run(clock.now())
      crowd.run(webhookId, webhookId, payloadsKept)
    },
  }
}
