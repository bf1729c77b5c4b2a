-- Documents and attachments of tasks and boards.
CREATE TABLE documents (
  id TEXT PRIMARY KEY,
  board_id TEXT NOT NULL REFERENCES boards(id) ON DELETE CASCADE,
  task_id TEXT REFERENCES tasks(id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  content TEXT NOT NULL DEFAULT '',              -- Markdown
  type TEXT NOT NULL DEFAULT 'note',             -- deliverable, note, template, reference
  version INTEGER NOT NULL DEFAULT 1,            -- grows when the content changes, and only then
  size INTEGER NOT NULL,                         -- characters
  author_type TEXT NOT NULL,
  author_name TEXT NOT NULL,
  agent_id TEXT,
  edited_by_type TEXT NOT NULL,
  edited_by_name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER                             -- kept for a while after it was deleted
) STRICT;
CREATE INDEX documents_board ON documents(board_id, updated_at);
CREATE INDEX documents_task ON documents(task_id, updated_at);
CREATE INDEX documents_deleted ON documents(deleted_at) WHERE deleted_at IS NOT NULL;

-- Every content a document had, the present one among them.
CREATE TABLE document_versions (
  id TEXT PRIMARY KEY,
  document_id TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  content TEXT NOT NULL,
  size INTEGER NOT NULL,
  author_type TEXT NOT NULL,
  author_name TEXT NOT NULL,
  agent_id TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX document_versions_number ON document_versions(document_id, version);

-- The bytes lie in a file that is named after their sha-256; several rows may share one.
CREATE TABLE attachments (
  id TEXT PRIMARY KEY,
  board_id TEXT NOT NULL REFERENCES boards(id) ON DELETE CASCADE,
  task_id TEXT NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  comment_id TEXT REFERENCES messages(id) ON DELETE CASCADE,
  file_name TEXT NOT NULL,                       -- a label, never a part of a path
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,                         -- bytes
  sha256 TEXT NOT NULL,
  author_type TEXT NOT NULL,
  author_name TEXT NOT NULL,
  agent_id TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachments_task ON attachments(task_id, id);
CREATE INDEX attachments_comment ON attachments(comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX attachments_board ON attachments(board_id);
CREATE INDEX attachments_content ON attachments(sha256);

DROP VIEW search_content;
CREATE VIEW search_content AS
  SELECT r.id AS id, t.title AS title, t.description AS body FROM search_rows r JOIN tasks t ON t.id = r.ref_id WHERE r.kind = 'task'
  UNION ALL SELECT r.id, '', m.message FROM search_rows r JOIN messages m ON m.id = r.ref_id WHERE r.kind = 'comment'
  UNION ALL SELECT r.id, '', b.content FROM search_rows r JOIN board_memory b ON b.id = r.ref_id WHERE r.kind = 'memory'
  UNION ALL SELECT r.id, d.title, d.content FROM search_rows r JOIN documents d ON d.id = r.ref_id WHERE r.kind = 'document' AND d.deleted_at IS NULL;

-- A deleted document keeps its number, but cannot be found.
CREATE TRIGGER documents_searchable AFTER INSERT ON documents BEGIN
  INSERT INTO search_rows (kind, ref_id) VALUES ('document', new.id);
  INSERT INTO search_index (rowid, title, body) SELECT id, new.title, new.content FROM search_rows WHERE ref_id = new.id AND new.deleted_at IS NULL;
END;
CREATE TRIGGER documents_search_changed AFTER UPDATE OF title, content, deleted_at ON documents BEGIN
  INSERT INTO search_index (search_index, rowid, title, body) SELECT 'delete', id, old.title, old.content FROM search_rows WHERE ref_id = old.id AND old.deleted_at IS NULL;
  INSERT INTO search_index (rowid, title, body) SELECT id, new.title, new.content FROM search_rows WHERE ref_id = new.id AND new.deleted_at IS NULL;
END;
CREATE TRIGGER documents_search_gone AFTER DELETE ON documents BEGIN
  INSERT INTO search_index (search_index, rowid, title, body) SELECT 'delete', id, old.title, old.content FROM search_rows WHERE ref_id = old.id AND old.deleted_at IS NULL;
  DELETE FROM search_rows WHERE ref_id = old.id;
END;
