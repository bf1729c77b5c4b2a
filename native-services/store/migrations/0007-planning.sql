-- Custom fields, recurring tasks and templates.
-- A field is defined once and bound to the boards that use it; its values hang on tasks. A value of a field that is no longer bound stays, unseen.
CREATE TABLE custom_fields (
  id TEXT PRIMARY KEY,
  field_key TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  field_type TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  options_json TEXT NOT NULL DEFAULT '[]',
  required INTEGER NOT NULL DEFAULT 0,
  default_json TEXT,
  ui_visibility TEXT NOT NULL DEFAULT 'if_set',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE custom_field_boards (
  board_id TEXT NOT NULL REFERENCES boards(id) ON DELETE CASCADE,
  field_id TEXT NOT NULL REFERENCES custom_fields(id) ON DELETE CASCADE,
  PRIMARY KEY (board_id, field_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX custom_field_boards_field ON custom_field_boards(field_id);

CREATE TABLE task_field_values (
  task_id TEXT NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  field_id TEXT NOT NULL REFERENCES custom_fields(id) ON DELETE CASCADE,
  value_json TEXT NOT NULL,
  PRIMARY KEY (task_id, field_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_field_values_value ON task_field_values(field_id, value_json);

-- Recurring tasks. The next run is a timer of the kind `recurring_task`; the same transaction makes the task, notes the run and moves the timer.
CREATE TABLE recurring_tasks (
  id TEXT PRIMARY KEY,
  board_id TEXT NOT NULL REFERENCES boards(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  schedule TEXT NOT NULL,                        -- five parts of cron, or `every 2 h`
  timezone TEXT NOT NULL,
  anchor_at INTEGER NOT NULL,                    -- where the rhythm of an interval begins
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  priority TEXT NOT NULL DEFAULT 'medium',
  assigned_agent_ids_json TEXT NOT NULL DEFAULT '[]',
  tag_ids_json TEXT NOT NULL DEFAULT '[]',
  custom_field_values_json TEXT NOT NULL DEFAULT '{}',
  missed_policy TEXT NOT NULL DEFAULT 'run_once',
  overlap_policy TEXT NOT NULL DEFAULT 'skip',
  paused INTEGER NOT NULL DEFAULT 0,
  run_count INTEGER NOT NULL DEFAULT 0,
  last_task_id TEXT REFERENCES tasks(id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX recurring_tasks_board ON recurring_tasks(board_id);

-- What came of each run. The key is what keeps a moment from firing twice, whatever is repeated.
CREATE TABLE recurring_runs (
  recurring_task_id TEXT NOT NULL REFERENCES recurring_tasks(id) ON DELETE CASCADE,
  due_at INTEGER NOT NULL,
  ran_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,                         -- created, skipped, failed
  reason TEXT,
  task_id TEXT REFERENCES tasks(id) ON DELETE SET NULL,
  asked_for INTEGER NOT NULL DEFAULT 0,          -- a person asked for it
  PRIMARY KEY (recurring_task_id, due_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX recurring_runs_task ON recurring_runs(task_id);
CREATE INDEX recurring_tasks_last ON recurring_tasks(last_task_id);

CREATE TABLE task_templates (
  id TEXT PRIMARY KEY,
  board_id TEXT REFERENCES boards(id) ON DELETE CASCADE,   -- null: for every board
  name TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  priority TEXT NOT NULL DEFAULT 'medium',
  tag_ids_json TEXT NOT NULL DEFAULT '[]',
  custom_field_values_json TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX task_templates_board ON task_templates(board_id);

-- A board without its threads, in the form of an export.
CREATE TABLE board_templates (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  document_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
