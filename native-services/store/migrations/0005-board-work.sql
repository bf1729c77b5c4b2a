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

-- What an operator may take back for a minute: fields of changed tasks, all rows of deleted ones. The token is kept as a hash.
CREATE TABLE undo_steps (
  token_hash TEXT PRIMARY KEY,
  steps_json TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX undo_steps_expiry ON undo_steps(expires_at);

-- Full-text search. `search_rows` gives every text a stable number (implicit rowids change when the file is compacted); the texts stay where they are.
CREATE TABLE search_rows (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,                            -- task, comment, memory
  ref_id TEXT NOT NULL UNIQUE
) STRICT;
CREATE VIEW search_content AS
  SELECT r.id AS id, t.title AS title, t.description AS body FROM search_rows r JOIN tasks t ON t.id = r.ref_id WHERE r.kind = 'task'
  UNION ALL SELECT r.id, '', m.message FROM search_rows r JOIN messages m ON m.id = r.ref_id WHERE r.kind = 'comment'
  UNION ALL SELECT r.id, '', b.content FROM search_rows r JOIN board_memory b ON b.id = r.ref_id WHERE r.kind = 'memory';
CREATE VIRTUAL TABLE search_index USING fts5(title, body, content = 'search_content', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');

INSERT INTO search_rows (kind, ref_id) SELECT 'task', id FROM tasks;
INSERT INTO search_rows (kind, ref_id) SELECT 'comment', id FROM messages;
INSERT INTO search_index (search_index) VALUES ('rebuild');

CREATE TRIGGER tasks_searchable AFTER INSERT ON tasks BEGIN
  INSERT INTO search_rows (kind, ref_id) VALUES ('task', new.id);
  INSERT INTO search_index (rowid, title, body) SELECT id, new.title, new.description FROM search_rows WHERE ref_id = new.id;
END;
CREATE TRIGGER tasks_search_changed AFTER UPDATE OF title, description ON tasks BEGIN
  INSERT INTO search_index (search_index, rowid, title, body) SELECT 'delete', id, old.title, old.description FROM search_rows WHERE ref_id = old.id;
  INSERT INTO search_index (rowid, title, body) SELECT id, new.title, new.description FROM search_rows WHERE ref_id = new.id;
END;
CREATE TRIGGER tasks_search_gone AFTER DELETE ON tasks BEGIN
  INSERT INTO search_index (search_index, rowid, title, body) SELECT 'delete', id, old.title, old.description FROM search_rows WHERE ref_id = old.id;
  DELETE FROM search_rows WHERE ref_id = old.id;
END;
CREATE TRIGGER messages_searchable AFTER INSERT ON messages BEGIN
  INSERT INTO search_rows (kind, ref_id) VALUES ('comment', new.id);
  INSERT INTO search_index (rowid, title, body) SELECT id, '', new.message FROM search_rows WHERE ref_id = new.id;
END;
CREATE TRIGGER messages_search_changed AFTER UPDATE OF message ON messages BEGIN
  INSERT INTO search_index (search_index, rowid, title, body) SELECT 'delete', id, '', old.message FROM search_rows WHERE ref_id = old.id;
  INSERT INTO search_index (rowid, title, body) SELECT id, '', new.message FROM search_rows WHERE ref_id = new.id;
END;
CREATE TRIGGER messages_search_gone AFTER DELETE ON messages BEGIN
  INSERT INTO search_index (search_index, rowid, title, body) SELECT 'delete', id, '', old.message FROM search_rows WHERE ref_id = old.id;
  DELETE FROM search_rows WHERE ref_id = old.id;
END;
CREATE TRIGGER board_memory_searchable AFTER INSERT ON board_memory BEGIN
  INSERT INTO search_rows (kind, ref_id) VALUES ('memory', new.id);
  INSERT INTO search_index (rowid, title, body) SELECT id, '', new.content FROM search_rows WHERE ref_id = new.id;
END;
CREATE TRIGGER board_memory_search_gone AFTER DELETE ON board_memory BEGIN
  INSERT INTO search_index (search_index, rowid, title, body) SELECT 'delete', id, '', old.content FROM search_rows WHERE ref_id = old.id;
  DELETE FROM search_rows WHERE ref_id = old.id;
END;
