-- Edits of comments, what a person has read, watches and is told of, and the attempts of a delivery.
-- Times are integer milliseconds UTC; ids are UUIDv7 text; booleans are 0/1; *_json columns hold JSON text.

ALTER TABLE messages ADD COLUMN edited_at INTEGER;
-- The wordings that an edited comment had before, oldest first.
CREATE TABLE message_versions (
  message_id TEXT NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  message TEXT NOT NULL,
  created_at INTEGER NOT NULL,                   -- when this wording was written
  PRIMARY KEY (message_id, version)
) STRICT, WITHOUT ROWID;

-- Beside the task itself: a list of tasks reads them with the row, without a statement of its own.
ALTER TABLE tasks ADD COLUMN last_read_at INTEGER;
ALTER TABLE tasks ADD COLUMN unread_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN watching INTEGER;   -- null: neither asked for nor refused
UPDATE tasks SET watching = 1 WHERE created_by = 'Operator' AND auto_created = 0;
CREATE INDEX tasks_unread ON tasks(board_id) WHERE unread_count > 0;

ALTER TABLE subscriptions ADD COLUMN manual INTEGER NOT NULL DEFAULT 0;

-- What happened that a person wants to know of.
CREATE TABLE operator_notices (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL DEFAULT '',
  link TEXT NOT NULL,
  -- What happens again to the same subject before it was read becomes one notice with a count.
  subject TEXT NOT NULL,
  count INTEGER NOT NULL DEFAULT 1,
  board_id TEXT REFERENCES boards(id) ON DELETE CASCADE,
  task_id TEXT REFERENCES tasks(id) ON DELETE CASCADE,
  agent_id TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  read_at INTEGER
) STRICT;
CREATE INDEX operator_notices_newest ON operator_notices(updated_at, id);
CREATE INDEX operator_notices_unread ON operator_notices(subject) WHERE read_at IS NULL;
CREATE INDEX operator_notices_task ON operator_notices(task_id);

-- Each time a message was sent, and how it ended. They go with their message.
CREATE TABLE delivery_attempts (
  notification_id TEXT NOT NULL REFERENCES notifications(id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,                      -- grows by one; unlike notifications.attempts it is never given back
  started_at INTEGER NOT NULL,
  accepted_at INTEGER,
  ended_at INTEGER,
  outcome TEXT NOT NULL DEFAULT 'running',
  error_code TEXT,
  error TEXT,
  run_id TEXT,
  next_attempt_at INTEGER,
  PRIMARY KEY (notification_id, attempt)
) STRICT, WITHOUT ROWID;
