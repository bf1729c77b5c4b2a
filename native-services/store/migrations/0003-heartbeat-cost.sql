-- What a beat cost, from the usage of the run that it caused; and which message carried it.
ALTER TABLE heartbeats ADD COLUMN notification_id TEXT;
ALTER TABLE heartbeats ADD COLUMN input_tokens INTEGER;
ALTER TABLE heartbeats ADD COLUMN output_tokens INTEGER;
-- A beat that was left out on purpose: until then the silence of its agent is not its fault.
ALTER TABLE heartbeats ADD COLUMN excused_until_at INTEGER;
CREATE INDEX heartbeats_notification ON heartbeats(notification_id) WHERE notification_id IS NOT NULL;
CREATE INDEX heartbeats_excused ON heartbeats(agent_id, excused_until_at) WHERE excused_until_at IS NOT NULL;
-- Without these, each look for overdue answers and for agents without a next beat reads whole tables.
CREATE INDEX heartbeats_unanswered ON heartbeats(sent_at) WHERE outcome = 'sent';
CREATE INDEX heartbeats_unanswered_agent ON heartbeats(agent_id) WHERE outcome = 'sent';
CREATE INDEX agents_rhythm ON agents(heartbeat_every_ms, next_heartbeat_at);

-- The head of each session: the one waiting message that may be sent next. Kept by triggers, so that finding what is due costs
-- the same with ten waiting messages as with ten thousand, whoever changes a row.
ALTER TABLE notifications ADD COLUMN head INTEGER NOT NULL DEFAULT 0;
UPDATE notifications SET head = 1
WHERE seq IN (SELECT min(seq) FROM notifications WHERE state IN ('queued', 'leased') GROUP BY session_key);
CREATE INDEX notifications_heads ON notifications(seq) WHERE head = 1 AND state = 'queued';
CREATE INDEX notifications_heads_due ON notifications(next_attempt_at) WHERE head = 1 AND state = 'queued';

CREATE TRIGGER notifications_head_added AFTER INSERT ON notifications WHEN NEW.state IN ('queued', 'leased') BEGIN
  UPDATE notifications SET head = 1 WHERE seq = NEW.seq AND NOT EXISTS (
    SELECT 1 FROM notifications WHERE session_key = NEW.session_key AND state IN ('queued', 'leased') AND seq < NEW.seq);
END;
CREATE TRIGGER notifications_head_ended AFTER UPDATE OF state ON notifications
WHEN OLD.state IN ('queued', 'leased') AND NEW.state NOT IN ('queued', 'leased') BEGIN
  UPDATE notifications SET head = 0 WHERE seq = NEW.seq AND head = 1;
  UPDATE notifications SET head = 1 WHERE head = 0 AND seq = (
    SELECT seq FROM notifications WHERE session_key = NEW.session_key AND state IN ('queued', 'leased') ORDER BY seq LIMIT 1);
END;
CREATE TRIGGER notifications_head_returned AFTER UPDATE OF state ON notifications
WHEN OLD.state NOT IN ('queued', 'leased') AND NEW.state IN ('queued', 'leased') BEGIN
  UPDATE notifications SET head = 0
    WHERE session_key = NEW.session_key AND state IN ('queued', 'leased') AND head = 1;
  UPDATE notifications SET head = 1 WHERE seq = (
    SELECT seq FROM notifications WHERE session_key = NEW.session_key AND state IN ('queued', 'leased') ORDER BY seq LIMIT 1);
END;
CREATE TRIGGER notifications_head_removed AFTER DELETE ON notifications WHEN OLD.head = 1 BEGIN
  UPDATE notifications SET head = 1 WHERE seq = (
    SELECT seq FROM notifications WHERE session_key = OLD.session_key AND state IN ('queued', 'leased') ORDER BY seq LIMIT 1);
END;

-- What a task waits for, without its past messages.
CREATE INDEX notifications_pending ON notifications(task_id, seq) WHERE state IN ('queued', 'leased', 'dead');

-- Tasks per board and status: the numbers on every board and under every list.
CREATE TABLE task_counts (
  board_id TEXT NOT NULL,
  status TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (board_id, status)
) STRICT, WITHOUT ROWID;
INSERT INTO task_counts (board_id, status, n) SELECT board_id, status, count(*) FROM tasks GROUP BY board_id, status;
CREATE TRIGGER task_counts_added AFTER INSERT ON tasks BEGIN
  INSERT INTO task_counts (board_id, status, n) VALUES (NEW.board_id, NEW.status, 1)
    ON CONFLICT (board_id, status) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER task_counts_removed AFTER DELETE ON tasks BEGIN
  UPDATE task_counts SET n = n - 1 WHERE board_id = OLD.board_id AND status = OLD.status;
END;
CREATE TRIGGER task_counts_moved AFTER UPDATE OF status, board_id ON tasks
WHEN OLD.status <> NEW.status OR OLD.board_id <> NEW.board_id BEGIN
  UPDATE task_counts SET n = n - 1 WHERE board_id = OLD.board_id AND status = OLD.status;
  INSERT INTO task_counts (board_id, status, n) VALUES (NEW.board_id, NEW.status, 1)
    ON CONFLICT (board_id, status) DO UPDATE SET n = n + 1;
END;
