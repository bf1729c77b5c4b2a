-- Runs, prices, daily totals and caps.
-- One row per run of an agent. No foreign keys: what was spent stays spent when the agent or the task is gone; `usage_names` keeps what it was called.
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  run_id TEXT,                                   -- the gateway's
  kind TEXT NOT NULL,                            -- delivery, heartbeat, wake, chat, webhook, onboarding, other
  agent_id TEXT NOT NULL,
  board_id TEXT,
  task_id TEXT,
  notification_id TEXT,
  session_key TEXT,
  provider TEXT NOT NULL DEFAULT '',
  model TEXT NOT NULL DEFAULT '',
  -- Null: the gateway did not tell.
  input_tokens INTEGER,
  output_tokens INTEGER,
  cache_read_tokens INTEGER,
  cache_write_tokens INTEGER,
  -- Millionths of a US dollar; null: no price is known.
  cost_micros INTEGER,
  price_source TEXT,                             -- gateway, catalogue, table; null with the cost
  outcome TEXT NOT NULL,                         -- ok, failed, aborted
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  day TEXT NOT NULL                              -- the local day on which it ended, YYYY-MM-DD
) STRICT;
CREATE UNIQUE INDEX runs_run ON runs(run_id) WHERE run_id IS NOT NULL;
CREATE INDEX runs_ended ON runs(ended_at);
CREATE INDEX runs_agent ON runs(agent_id, ended_at);
CREATE INDEX runs_task ON runs(task_id, ended_at) WHERE task_id IS NOT NULL;
CREATE INDEX runs_unpriced ON runs(provider, model) WHERE cost_micros IS NULL AND input_tokens IS NOT NULL;

-- Totals per local day, kept by triggers: a year is answered from some thousand rows. `unpriced_tokens` are those without a cost.
CREATE TABLE usage_days (
  day TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  board_id TEXT NOT NULL,                        -- '' for none
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  kind TEXT NOT NULL,
  runs INTEGER NOT NULL DEFAULT 0,
  failed_runs INTEGER NOT NULL DEFAULT 0,
  input_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0,
  cache_read_tokens INTEGER NOT NULL DEFAULT 0,
  cache_write_tokens INTEGER NOT NULL DEFAULT 0,
  cost_micros INTEGER NOT NULL DEFAULT 0,
  priced_runs INTEGER NOT NULL DEFAULT 0,
  unpriced_runs INTEGER NOT NULL DEFAULT 0,
  unpriced_tokens INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (day, agent_id, board_id, provider, model, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_days_agent ON usage_days(agent_id, day);

-- The same per task.
CREATE TABLE usage_task_days (
  task_id TEXT NOT NULL,
  day TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  runs INTEGER NOT NULL DEFAULT 0,
  failed_runs INTEGER NOT NULL DEFAULT 0,
  input_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0,
  cache_read_tokens INTEGER NOT NULL DEFAULT 0,
  cache_write_tokens INTEGER NOT NULL DEFAULT 0,
  cost_micros INTEGER NOT NULL DEFAULT 0,
  priced_runs INTEGER NOT NULL DEFAULT 0,
  unpriced_runs INTEGER NOT NULL DEFAULT 0,
  unpriced_tokens INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (task_id, day, agent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_task_days_day ON usage_task_days(day);

CREATE TRIGGER runs_counted AFTER INSERT ON runs BEGIN
  INSERT INTO usage_days (day, agent_id, board_id, provider, model, kind, runs, failed_runs, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, priced_runs, unpriced_runs, unpriced_tokens)
  VALUES (NEW.day, NEW.agent_id, ifnull(NEW.board_id, ''), NEW.provider, NEW.model, NEW.kind, 1, NEW.outcome <> 'ok',
    ifnull(NEW.input_tokens, 0), ifnull(NEW.output_tokens, 0), ifnull(NEW.cache_read_tokens, 0), ifnull(NEW.cache_write_tokens, 0),
    ifnull(NEW.cost_micros, 0), NEW.cost_micros IS NOT NULL, NEW.cost_micros IS NULL AND NEW.input_tokens IS NOT NULL,
    CASE WHEN NEW.cost_micros IS NULL THEN ifnull(NEW.input_tokens, 0) + ifnull(NEW.output_tokens, 0) + ifnull(NEW.cache_read_tokens, 0) + ifnull(NEW.cache_write_tokens, 0) ELSE 0 END)
  ON CONFLICT (day, agent_id, board_id, provider, model, kind) DO UPDATE SET
    runs = runs + 1, failed_runs = failed_runs + excluded.failed_runs, input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens, cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens, cost_micros = cost_micros + excluded.cost_micros,
    priced_runs = priced_runs + excluded.priced_runs, unpriced_runs = unpriced_runs + excluded.unpriced_runs,
    unpriced_tokens = unpriced_tokens + excluded.unpriced_tokens;
END;
CREATE TRIGGER runs_counted_for_task AFTER INSERT ON runs WHEN NEW.task_id IS NOT NULL BEGIN
  INSERT INTO usage_task_days (task_id, day, agent_id, runs, failed_runs, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, priced_runs, unpriced_runs, unpriced_tokens)
  VALUES (NEW.task_id, NEW.day, NEW.agent_id, 1, NEW.outcome <> 'ok',
    ifnull(NEW.input_tokens, 0), ifnull(NEW.output_tokens, 0), ifnull(NEW.cache_read_tokens, 0), ifnull(NEW.cache_write_tokens, 0),
    ifnull(NEW.cost_micros, 0), NEW.cost_micros IS NOT NULL, NEW.cost_micros IS NULL AND NEW.input_tokens IS NOT NULL,
    CASE WHEN NEW.cost_micros IS NULL THEN ifnull(NEW.input_tokens, 0) + ifnull(NEW.output_tokens, 0) + ifnull(NEW.cache_read_tokens, 0) + ifnull(NEW.cache_write_tokens, 0) ELSE 0 END)
  ON CONFLICT (task_id, day, agent_id) DO UPDATE SET
    runs = runs + 1, failed_runs = failed_runs + excluded.failed_runs, input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens, cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens, cost_micros = cost_micros + excluded.cost_micros,
    priced_runs = priced_runs + excluded.priced_runs, unpriced_runs = unpriced_runs + excluded.unpriced_runs,
    unpriced_tokens = unpriced_tokens + excluded.unpriced_tokens;
END;
-- A price that became known later. Nothing else of a run changes, and rows that grow too old are forgotten without being taken back.
CREATE TRIGGER runs_priced AFTER UPDATE OF cost_micros ON runs WHEN OLD.cost_micros IS NULL AND NEW.cost_micros IS NOT NULL AND NEW.input_tokens IS NOT NULL BEGIN
  UPDATE usage_days SET cost_micros = cost_micros + NEW.cost_micros, priced_runs = priced_runs + 1, unpriced_runs = unpriced_runs - 1,
    unpriced_tokens = unpriced_tokens - (ifnull(NEW.input_tokens, 0) + ifnull(NEW.output_tokens, 0) + ifnull(NEW.cache_read_tokens, 0) + ifnull(NEW.cache_write_tokens, 0))
  WHERE day = NEW.day AND agent_id = NEW.agent_id AND board_id = ifnull(NEW.board_id, '') AND provider = NEW.provider AND model = NEW.model AND kind = NEW.kind;
  UPDATE usage_task_days SET cost_micros = cost_micros + NEW.cost_micros, priced_runs = priced_runs + 1, unpriced_runs = unpriced_runs - 1,
    unpriced_tokens = unpriced_tokens - (ifnull(NEW.input_tokens, 0) + ifnull(NEW.output_tokens, 0) + ifnull(NEW.cache_read_tokens, 0) + ifnull(NEW.cache_write_tokens, 0))
  WHERE task_id = NEW.task_id AND day = NEW.day AND agent_id = NEW.agent_id;
END;

-- What the deleted were called.
CREATE TABLE usage_names (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER usage_agent_gone AFTER DELETE ON agents WHEN EXISTS (SELECT 1 FROM usage_days WHERE agent_id = OLD.id) BEGIN
  INSERT OR REPLACE INTO usage_names (id, name) VALUES (OLD.id, OLD.name);
END;
CREATE TRIGGER usage_board_gone AFTER DELETE ON boards BEGIN
  INSERT OR REPLACE INTO usage_names (id, name) VALUES (OLD.id, OLD.name);
END;
CREATE TRIGGER usage_task_gone AFTER DELETE ON tasks WHEN EXISTS (SELECT 1 FROM usage_task_days WHERE task_id = OLD.id) BEGIN
  INSERT OR REPLACE INTO usage_names (id, name) VALUES (OLD.id, '#' || OLD.number || ' ' || OLD.title);
END;

-- US dollars per million tokens, for models whose price OpenClaw's configuration does not tell. The first pattern that fits counts.
CREATE TABLE model_prices (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  pattern TEXT NOT NULL,
  input REAL NOT NULL,
  output REAL NOT NULL,
  cache_read REAL,
  cache_write REAL,
  updated_at INTEGER NOT NULL
) STRICT;

-- `scope` is 'all' or the id of an agent. On `waived_day` the hard cap does not hold.
CREATE TABLE usage_caps (
  scope TEXT PRIMARY KEY,
  soft_usd_micros INTEGER,
  hard_usd_micros INTEGER,
  soft_tokens INTEGER,
  hard_tokens INTEGER,
  waived_day TEXT,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER usage_cap_gone AFTER DELETE ON agents BEGIN
  DELETE FROM usage_caps WHERE scope = OLD.id;
END;

-- What the gateway itself counts for a day, all its agents together: more than ours when agents ran without us.
CREATE TABLE usage_gateway_days (
  day TEXT PRIMARY KEY,
  total_tokens INTEGER NOT NULL,
  cost_micros INTEGER,
  read_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A message that waits for the cap is out of its session's line: what is urgent passes it. `head` (migration 3) takes that into account.
ALTER TABLE notifications ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notifications_held ON notifications(next_attempt_at) WHERE held = 1;
CREATE INDEX notifications_run ON notifications(run_id) WHERE run_id IS NOT NULL;
DROP INDEX notifications_due;
CREATE INDEX notifications_line ON notifications(session_key, seq) WHERE state IN ('queued', 'leased') AND held = 0;

DROP TRIGGER notifications_head_added;
DROP TRIGGER notifications_head_ended;
DROP TRIGGER notifications_head_returned;
DROP TRIGGER notifications_head_removed;
CREATE TRIGGER notifications_head_added AFTER INSERT ON notifications WHEN NEW.state IN ('queued', 'leased') AND NEW.held = 0 BEGIN
  UPDATE notifications SET head = 1 WHERE seq = NEW.seq AND NOT EXISTS (
    SELECT 1 FROM notifications WHERE session_key = NEW.session_key AND state IN ('queued', 'leased') AND held = 0 AND seq < NEW.seq);
END;
CREATE TRIGGER notifications_head_ended AFTER UPDATE OF state, held ON notifications
WHEN OLD.state IN ('queued', 'leased') AND OLD.held = 0 AND NOT (NEW.state IN ('queued', 'leased') AND NEW.held = 0) BEGIN
  UPDATE notifications SET head = 0 WHERE seq = NEW.seq AND head = 1;
  UPDATE notifications SET head = 1 WHERE head = 0 AND seq = (
    SELECT seq FROM notifications WHERE session_key = NEW.session_key AND state IN ('queued', 'leased') AND held = 0 ORDER BY seq LIMIT 1);
END;
CREATE TRIGGER notifications_head_returned AFTER UPDATE OF state, held ON notifications
WHEN NOT (OLD.state IN ('queued', 'leased') AND OLD.held = 0) AND NEW.state IN ('queued', 'leased') AND NEW.held = 0 BEGIN
  -- One that is being sent stays the head until it has ended: what came back before it in the line does not run beside it.
  UPDATE notifications SET head = 0
    WHERE session_key = NEW.session_key AND state IN ('queued', 'leased') AND held = 0 AND head = 1 AND state = 'queued';
  UPDATE notifications SET head = 1 WHERE seq = (
    SELECT seq FROM notifications WHERE session_key = NEW.session_key AND state IN ('queued', 'leased') AND held = 0 ORDER BY seq LIMIT 1)
    AND NOT EXISTS (
      SELECT 1 FROM notifications WHERE session_key = NEW.session_key AND state IN ('queued', 'leased') AND held = 0 AND head = 1);
END;
CREATE TRIGGER notifications_head_removed AFTER DELETE ON notifications WHEN OLD.head = 1 BEGIN
  UPDATE notifications SET head = 1 WHERE seq = (
    SELECT seq FROM notifications WHERE session_key = OLD.session_key AND state IN ('queued', 'leased') AND held = 0 ORDER BY seq LIMIT 1);
END;
