/** Webhooks, their position in the events of their domain, and the results of deliveries. */
export const webhookTables = `
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  url TEXT NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
  types TEXT NOT NULL,
  description TEXT NOT NULL CHECK (length(description) <= 100),
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  off_reason TEXT CHECK (off_reason IN ('gone', 'failing')),
  -- Sealed under the master key, bound to the webhook's id.
  secret BLOB NOT NULL,
  previous_secret BLOB,
  previous_until INTEGER,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  -- The event up to which all were delivered, given up or not meant for it.
  after_event INTEGER NOT NULL CHECK (after_event >= 0),
  -- When the event after it is tried again; null: it was not tried yet.
  next_try_at INTEGER,
  failing_since INTEGER,
  CHECK ((previous_secret IS NULL) = (previous_until IS NULL)),
  CHECK (off_reason IS NULL OR enabled = 0),
  CHECK (next_try_at IS NULL OR enabled = 1)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhooks_by_domain ON webhooks (domain_id, created_at);
CREATE INDEX webhooks_due ON webhooks (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE TRIGGER webhooks_are_few BEFORE INSERT ON webhooks
WHEN (SELECT count(*) FROM webhooks WHERE domain_id = NEW.domain_id) >= 5
BEGIN SELECT RAISE(ABORT, 'a domain has at most 5 webhooks'); END;

CREATE TABLE webhook_deliveries (
  webhook_id TEXT NOT NULL REFERENCES webhooks (id),
  event_id INTEGER NOT NULL,
  type TEXT NOT NULL,
  event_at INTEGER NOT NULL,
  -- waiting: tried again by itself; again: an admin asked for one more try.
  state TEXT NOT NULL CHECK (state IN ('waiting', 'again', 'delivered', 'failed')),
  tries INTEGER NOT NULL CHECK (tries > 0),
  first_try_at INTEGER NOT NULL,
  last_try_at INTEGER NOT NULL,
  status INTEGER,
  failure TEXT,
  PRIMARY KEY (webhook_id, event_id)
) STRICT, WITHOUT ROWID;
-- One event of a webhook waits at a time: they are sent in order.
CREATE UNIQUE INDEX one_waits ON webhook_deliveries (webhook_id) WHERE state = 'waiting';
CREATE INDEX asked_again ON webhook_deliveries (webhook_id, event_id) WHERE state = 'again';
`;
