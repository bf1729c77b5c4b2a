-- Webhooks, board chat and memory, dependencies and tags.
-- Webhooks in: the secret itself is needed to check a signature, so it is kept encrypted under the install key, never in clear.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  board_id TEXT NOT NULL REFERENCES boards(id) ON DELETE CASCADE,
  agent_id TEXT REFERENCES agents(id) ON DELETE SET NULL,
  description TEXT NOT NULL DEFAULT '',
  enabled INTEGER NOT NULL DEFAULT 1,
  secret_sealed TEXT,
  secret_hint TEXT,
  signature_header TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE webhook_payloads (
  id TEXT PRIMARY KEY,
  webhook_id TEXT NOT NULL REFERENCES webhooks(id) ON DELETE CASCADE,
  board_id TEXT NOT NULL REFERENCES boards(id) ON DELETE CASCADE,
  content_type TEXT,
  headers_json TEXT NOT NULL DEFAULT '{}',
  source_ip TEXT,
  payload TEXT NOT NULL,
  notification_id TEXT,
  received_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_payloads_webhook ON webhook_payloads(webhook_id, id);
CREATE INDEX webhook_payloads_expiry ON webhook_payloads(expires_at);

-- Board chat and memory (the seed's board_memory).
CREATE TABLE board_memory (
  id TEXT PRIMARY KEY,
  board_id TEXT NOT NULL REFERENCES boards(id) ON DELETE CASCADE,
  content TEXT NOT NULL,
  tags_json TEXT NOT NULL DEFAULT '[]',
  is_chat INTEGER NOT NULL DEFAULT 0,
  source TEXT NOT NULL,
  author_type TEXT NOT NULL,
  author_name TEXT NOT NULL,
  agent_id TEXT,
  source_notification_id TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX board_memory_board ON board_memory(board_id, is_chat, id);
CREATE UNIQUE INDEX board_memory_source ON board_memory(source_notification_id) WHERE source_notification_id IS NOT NULL;

CREATE TABLE task_dependencies (
  task_id TEXT NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  depends_on_task_id TEXT NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (task_id, depends_on_task_id),
  CHECK (task_id <> depends_on_task_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_dependencies_on ON task_dependencies(depends_on_task_id);

CREATE TABLE tags (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  color TEXT NOT NULL DEFAULT '9e9e9e',
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE task_tags (
  task_id TEXT NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  tag_id TEXT NOT NULL REFERENCES tags(id) ON DELETE CASCADE,
  PRIMARY KEY (task_id, tag_id)
) STRICT, WITHOUT ROWID;
