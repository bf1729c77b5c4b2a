-- What a beat cost, from the usage of the run that it caused; and which message carried it.
ALTER TABLE heartbeats ADD COLUMN notification_id TEXT;
ALTER TABLE heartbeats ADD COLUMN input_tokens INTEGER;
ALTER TABLE heartbeats ADD COLUMN output_tokens INTEGER;
CREATE INDEX heartbeats_notification ON heartbeats(notification_id) WHERE notification_id IS NOT NULL;
