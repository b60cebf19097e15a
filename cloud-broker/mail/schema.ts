/** Mails waiting or sent, and the reminders given. A row is waiting while it is neither sent nor given up. */
export const mailTables = `
CREATE TABLE outbox (
  -- Never given twice: it names the mail (Message-ID, .eml file).
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  domain_id INTEGER REFERENCES domains (id),
  recipient TEXT NOT NULL,
  template TEXT NOT NULL,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  data TEXT NOT NULL,
  -- A link's token or a key, sealed under the master key; erased once the mail is sent or given up.
  secret BLOB,
  created_at INTEGER NOT NULL,
  next_try_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
  sent_at INTEGER,
  given_up_at INTEGER,
  -- Why the last try failed: codes only, no address.
  failure TEXT,
  CHECK (sent_at IS NULL OR given_up_at IS NULL),
  CHECK (secret IS NULL OR (sent_at IS NULL AND given_up_at IS NULL))
) STRICT;
CREATE INDEX outbox_due ON outbox (next_try_at, id) WHERE sent_at IS NULL AND given_up_at IS NULL;
CREATE INDEX outbox_waiting ON outbox (recipient, template) WHERE sent_at IS NULL AND given_up_at IS NULL;
CREATE INDEX outbox_ended ON outbox (coalesce(sent_at, given_up_at)) WHERE sent_at IS NOT NULL OR given_up_at IS NOT NULL;

CREATE TABLE trial_reminders (
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  -- How many days before the trial's end.
  days INTEGER NOT NULL CHECK (days IN (1, 7)),
  at INTEGER NOT NULL,
  PRIMARY KEY (domain_id, days)
) STRICT, WITHOUT ROWID;
CREATE INDEX domains_by_trial_end ON domains (trial_ends_at, id) WHERE trial_ends_at IS NOT NULL;
`;
