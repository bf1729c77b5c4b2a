-- Times are integer milliseconds UTC; ids are UUIDv7 text; booleans are 0/1; *_json columns hold JSON text.

CREATE TABLE gateways (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  workspace_root TEXT NOT NULL,
  is_local INTEGER NOT NULL DEFAULT 0,
  token_hint TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX gateways_one_local ON gateways(is_local) WHERE is_local = 1;

CREATE TABLE boards (
  id TEXT PRIMARY KEY,
  gateway_id TEXT NOT NULL REFERENCES gateways(id),
  name TEXT NOT NULL,
  slug TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  board_type TEXT NOT NULL DEFAULT 'general',
  objective TEXT,
  require_approval_for_done INTEGER NOT NULL DEFAULT 0,
  require_review_before_done INTEGER NOT NULL DEFAULT 0,
  comment_required_for_review INTEGER NOT NULL DEFAULT 0,
  block_status_changes_with_pending_approval INTEGER NOT NULL DEFAULT 0,
  only_lead_can_change_status INTEGER NOT NULL DEFAULT 0,
  max_agents INTEGER NOT NULL DEFAULT 10,
  paused INTEGER NOT NULL DEFAULT 0,
  next_task_number INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX boards_slug ON boards(gateway_id, slug);

CREATE TABLE agents (
  id TEXT PRIMARY KEY,
  gateway_id TEXT NOT NULL REFERENCES gateways(id),
  board_id TEXT REFERENCES boards(id),
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  gateway_agent_id TEXT NOT NULL,
  openclaw_session_id TEXT NOT NULL,
  workspace_path TEXT NOT NULL,
  status TEXT NOT NULL,
  status_reason TEXT,
  status_since_at INTEGER NOT NULL,
  heartbeat_config_json TEXT NOT NULL,
  heartbeat_every_ms INTEGER NOT NULL,          -- 0: no heartbeats
  identity_profile_json TEXT NOT NULL DEFAULT '{}',
  last_seen_at INTEGER,
  wake_attempts INTEGER NOT NULL DEFAULT 0,
  last_wake_sent_at INTEGER,
  checkin_deadline_at INTEGER,
  next_heartbeat_at INTEGER,
  last_provision_error TEXT,
  lifecycle_generation INTEGER NOT NULL DEFAULT 0,
  provision_step TEXT,
  current_task_id TEXT,
  -- Tokens are 256 random bits: a keyed hash finds and proves them; the previous one stays good until the new one is first used.
  token_prefix TEXT,
  token_hash TEXT,
  token_hint TEXT,
  token_status TEXT NOT NULL DEFAULT 'unverified',
  token_verified_at INTEGER,
  token_rotated_at INTEGER,
  previous_token_prefix TEXT,
  previous_token_hash TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX agents_gateway_agent ON agents(gateway_id, gateway_agent_id);
CREATE UNIQUE INDEX agents_name_per_board ON agents(gateway_id, ifnull(board_id, ''), name COLLATE NOCASE);
CREATE UNIQUE INDEX agents_one_lead ON agents(board_id) WHERE role = 'lead';
CREATE UNIQUE INDEX agents_one_main ON agents(gateway_id) WHERE role = 'main';
CREATE INDEX agents_token ON agents(token_prefix);
CREATE INDEX agents_previous_token ON agents(previous_token_prefix);
CREATE INDEX agents_board ON agents(board_id);
CREATE INDEX agents_heartbeat ON agents(next_heartbeat_at) WHERE next_heartbeat_at IS NOT NULL;

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  board_id TEXT NOT NULL REFERENCES boards(id),
  number INTEGER NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL,
  priority TEXT NOT NULL DEFAULT 'medium',
  position REAL NOT NULL,
  blocked_reason TEXT,
  due_at INTEGER,
  in_progress_at INTEGER,
  created_by TEXT NOT NULL,
  auto_created INTEGER NOT NULL DEFAULT 0,
  auto_reason TEXT,
  comment_count INTEGER NOT NULL DEFAULT 0,
  last_message_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tasks_number ON tasks(board_id, number);
CREATE INDEX tasks_column ON tasks(board_id, status, position);

CREATE TABLE assignments (
  task_id TEXT NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (task_id, agent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignments_agent ON assignments(agent_id);

CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  board_id TEXT NOT NULL REFERENCES boards(id),
  task_id TEXT NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  author_type TEXT NOT NULL,
  agent_id TEXT,
  author_name TEXT NOT NULL,
  message TEXT NOT NULL,
  mentions_json TEXT NOT NULL DEFAULT '[]',
  source_notification_id TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_thread ON messages(task_id, created_at, id);
-- The heart of exactly-once: one reply per notification, whatever is retried.
CREATE UNIQUE INDEX messages_source_notification ON messages(source_notification_id) WHERE source_notification_id IS NOT NULL;

CREATE TABLE subscriptions (
  task_id TEXT NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (task_id, agent_id)
) STRICT, WITHOUT ROWID;

-- The outbox. `seq` is the order within a session; a row is leased while it is being sent.
CREATE TABLE notifications (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
  board_id TEXT REFERENCES boards(id) ON DELETE CASCADE,
  task_id TEXT REFERENCES tasks(id) ON DELETE CASCADE,
  comment_id TEXT,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  session_key TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER,
  lease_until INTEGER,
  last_error_code TEXT,
  last_error TEXT,
  run_id TEXT,
  no_reply_count INTEGER NOT NULL DEFAULT 0,
  delivered_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notifications_due ON notifications(session_key, seq) WHERE state IN ('queued', 'leased');
CREATE INDEX notifications_state ON notifications(state, updated_at);
CREATE INDEX notifications_agent ON notifications(agent_id, seq);
CREATE INDEX notifications_task ON notifications(task_id, seq);

CREATE TABLE activity (
  id TEXT PRIMARY KEY,
  event_type TEXT NOT NULL,
  message TEXT NOT NULL,
  level TEXT NOT NULL DEFAULT 'info',
  actor_type TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  agent_id TEXT,
  task_id TEXT,
  board_id TEXT,
  gateway_id TEXT,
  data_json TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX activity_agent ON activity(agent_id, id);
CREATE INDEX activity_task ON activity(task_id, id);
CREATE INDEX activity_board ON activity(board_id, id);

-- What subscribers read from: every change of every entity, numbered.
CREATE TABLE changes (
  rev INTEGER PRIMARY KEY AUTOINCREMENT,
  entity TEXT NOT NULL,
  entity_id TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  at INTEGER NOT NULL
) STRICT;

-- Durable timers: one per (kind, subject). `generation` lets a stale one be recognised.
CREATE TABLE timers (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  generation INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  payload_json TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX timers_subject ON timers(kind, subject_id);
CREATE INDEX timers_due ON timers(due_at);

-- Heartbeats expected and seen.
CREATE TABLE heartbeats (
  id TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
  expected_at INTEGER NOT NULL,
  sent_at INTEGER,
  seen_at INTEGER,
  outcome TEXT NOT NULL,                         -- sent, seen, missed, skipped
  reason TEXT
) STRICT;
CREATE INDEX heartbeats_agent ON heartbeats(agent_id, expected_at);

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  title TEXT NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  step TEXT,
  input_json TEXT NOT NULL DEFAULT '{}',
  result_json TEXT,
  error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value_json TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
