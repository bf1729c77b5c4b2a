-- Webhooks out. The secret is needed to sign, so it is kept encrypted under the install key, never in clear.
CREATE TABLE outgoing_webhooks (
  id TEXT PRIMARY KEY,
  board_id TEXT REFERENCES boards(id) ON DELETE CASCADE,   -- null: all boards
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  events_json TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1,
  allow_private INTEGER NOT NULL DEFAULT 0,
  secret_sealed TEXT NOT NULL,
  secret_hint TEXT NOT NULL,
  last_attempt_at INTEGER,
  last_status INTEGER,
  last_error TEXT,
  last_success_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outgoing_webhooks_board ON outgoing_webhooks(board_id);

-- Their outbox: written in the transaction of the event, sent in order per webhook.
CREATE TABLE outgoing_deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  webhook_id TEXT NOT NULL REFERENCES outgoing_webhooks(id) ON DELETE CASCADE,
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  board_id TEXT,
  task_id TEXT,
  body TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued',          -- queued, leased, delivered, skipped, dead
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER,
  lease_until INTEGER,
  last_status INTEGER,
  last_error TEXT,
  last_answer TEXT,
  expires_at INTEGER NOT NULL,
  delivered_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX outgoing_deliveries_event ON outgoing_deliveries(webhook_id, event_id);
CREATE INDEX outgoing_deliveries_open ON outgoing_deliveries(webhook_id, seq) WHERE state IN ('queued', 'leased');
CREATE INDEX outgoing_deliveries_dead ON outgoing_deliveries(webhook_id) WHERE state = 'dead';
CREATE INDEX outgoing_deliveries_ended ON outgoing_deliveries(updated_at) WHERE state IN ('delivered', 'skipped', 'dead');

-- What stands still is looked for again and again: the oldest of each status first.
CREATE INDEX tasks_standing ON tasks(status, updated_at);
