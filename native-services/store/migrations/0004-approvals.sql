-- What agents ask of people: approvals (yes or no) and questions (an answer). Only a person resolves either.
CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  board_id TEXT NOT NULL REFERENCES boards(id) ON DELETE CASCADE,
  task_id TEXT REFERENCES tasks(id) ON DELETE CASCADE,
  agent_id TEXT REFERENCES agents(id) ON DELETE SET NULL,
  requested_by TEXT NOT NULL,                    -- name of the agent or the person
  action_type TEXT NOT NULL,
  reason TEXT NOT NULL,
  payload_json TEXT NOT NULL DEFAULT '{}',
  confidence REAL NOT NULL,                      -- 0..100
  rubric_scores_json TEXT NOT NULL DEFAULT '{}',
  status TEXT NOT NULL DEFAULT 'pending',        -- pending, approved, rejected
  resolution_comment TEXT,
  resolved_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX approvals_board ON approvals(board_id, status, id);
CREATE INDEX approvals_task ON approvals(task_id, status);
CREATE INDEX approvals_status ON approvals(status, id);
CREATE UNIQUE INDEX approvals_one_pending ON approvals(task_id) WHERE status = 'pending' AND task_id IS NOT NULL;

CREATE TABLE questions (
  id TEXT PRIMARY KEY,
  board_id TEXT NOT NULL REFERENCES boards(id) ON DELETE CASCADE,
  task_id TEXT REFERENCES tasks(id) ON DELETE CASCADE,
  agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
  content TEXT NOT NULL,
  correlation_id TEXT,
  status TEXT NOT NULL DEFAULT 'open',           -- open, answered, expired
  answer TEXT,
  expires_at INTEGER,
  resolved_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX questions_status ON questions(status, id);
CREATE INDEX questions_task ON questions(task_id, status);
CREATE INDEX questions_due ON questions(expires_at) WHERE status = 'open';
