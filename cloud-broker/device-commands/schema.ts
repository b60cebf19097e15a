/** P8: commands wait here and never in the broker, so that a restart loses none. An ended command never reopens. */
export const commandTables = `
CREATE TABLE commands (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  device_id TEXT NOT NULL REFERENCES devices (id),
  name TEXT NOT NULL CHECK (name IN ('identify', 'refresh', 'set-tags')),
  -- JSON object.
  args TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at > created_at),
  sent_at INTEGER,
  delivered_at INTEGER,
  ended_at INTEGER,
  outcome TEXT CHECK (outcome IN ('done', 'failed', 'expired')),
  detail TEXT,
  actor TEXT NOT NULL,
  CHECK ((outcome IS NULL) = (ended_at IS NULL)),
  CHECK (delivered_at IS NULL OR sent_at IS NOT NULL)
) STRICT;
CREATE INDEX commands_by_device ON commands (device_id, n);
CREATE INDEX commands_open ON commands (device_id, n) WHERE outcome IS NULL;
CREATE INDEX commands_by_expiry ON commands (expires_at) WHERE outcome IS NULL;
CREATE INDEX commands_by_age ON commands (created_at);

-- What was asked of many devices at once; one command may serve two such wishes.
CREATE TABLE command_batches (
  batch_id TEXT NOT NULL,
  command_n INTEGER NOT NULL REFERENCES commands (n) ON DELETE CASCADE,
  PRIMARY KEY (batch_id, command_n)
) STRICT, WITHOUT ROWID;
CREATE INDEX batches_by_command ON command_batches (command_n);

CREATE TRIGGER an_ended_command_stays_ended BEFORE UPDATE ON commands
WHEN OLD.outcome IN ('done', 'failed') OR (OLD.outcome = 'expired' AND NEW.outcome IS NULL)
BEGIN SELECT RAISE(ABORT, 'a command ends once'); END;
`;
