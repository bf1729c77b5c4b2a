-- Board groups, their memory, and the goals of boards.
CREATE TABLE board_groups (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX board_groups_name ON board_groups(name COLLATE NOCASE);

CREATE TABLE group_memory (
  id TEXT PRIMARY KEY,
  board_group_id TEXT NOT NULL REFERENCES board_groups(id) ON DELETE CASCADE,
  board_id TEXT REFERENCES boards(id) ON DELETE SET NULL,
  content TEXT NOT NULL,
  tags_json TEXT NOT NULL DEFAULT '[]',
  is_chat INTEGER NOT NULL DEFAULT 0,
  source TEXT NOT NULL,
  author_type TEXT NOT NULL,
  author_name TEXT NOT NULL,
  agent_id TEXT,
  source_notification_id TEXT,
  told_count INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX group_memory_group ON group_memory(board_group_id, is_chat, id);
CREATE UNIQUE INDEX group_memory_source ON group_memory(source_notification_id) WHERE source_notification_id IS NOT NULL;

ALTER TABLE boards ADD COLUMN board_group_id TEXT REFERENCES board_groups(id) ON DELETE SET NULL;
ALTER TABLE boards ADD COLUMN success_metrics_json TEXT NOT NULL DEFAULT '[]';
-- A day, YYYY-MM-DD.
ALTER TABLE boards ADD COLUMN target_date TEXT;
ALTER TABLE boards ADD COLUMN goal_confirmed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE boards ADD COLUMN goal_source TEXT;
CREATE INDEX boards_group ON boards(board_group_id) WHERE board_group_id IS NOT NULL;

-- The interview about a board's goal. The deadline of the agent's turn is a column; nothing of it lives in memory.
CREATE TABLE board_onboardings (
  id TEXT PRIMARY KEY,
  board_id TEXT NOT NULL REFERENCES boards(id) ON DELETE CASCADE,
  agent_id TEXT REFERENCES agents(id) ON DELETE SET NULL,
  agent_name TEXT NOT NULL,
  status TEXT NOT NULL,
  messages_json TEXT NOT NULL DEFAULT '[]',
  question_json TEXT,
  draft_json TEXT,
  notification_id TEXT,
  deadline_at INTEGER,
  answer_minutes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX board_onboardings_board ON board_onboardings(board_id, id);
CREATE INDEX board_onboardings_due ON board_onboardings(deadline_at) WHERE status = 'asking';
