-- What was written into an agent's workspace files, by whom and when, so that every edit can be compared and undone.
CREATE TABLE agent_file_versions (
  id TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
  name TEXT NOT NULL,                            -- AGENTS.md, SOUL.md, …
  content TEXT NOT NULL,
  hash TEXT NOT NULL,                            -- the gateway's own hash of the content
  author_name TEXT NOT NULL,
  reason TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX agent_file_versions_file ON agent_file_versions(agent_id, name, id);

-- An agent that was there before us: it stays its owner's, nothing of it is deleted or overwritten.
ALTER TABLE agents ADD COLUMN imported INTEGER NOT NULL DEFAULT 0;
