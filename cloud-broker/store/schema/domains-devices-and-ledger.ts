/** Domains, boards, devices and the ledger: what the tables of other capabilities refer to. */
export const domainsAndDevices = `
CREATE TABLE domains (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 3 AND 32 AND name NOT GLOB '*[^a-z0-9]*'),
  organization TEXT NOT NULL,
  contact_name TEXT NOT NULL,
  phone TEXT NOT NULL,
  email TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  confirmation_mailed_at INTEGER,
  activated_at INTEGER,
  trial_ends_at INTEGER,
  closing_at INTEGER,
  closed_at INTEGER,
  erased_at INTEGER,
  credited INTEGER NOT NULL DEFAULT 0 CHECK (credited IN (0, 1)),
  unlisted TEXT NOT NULL DEFAULT 'approve' CHECK (unlisted IN ('approve', 'accept')),
  pairing_hash TEXT,
  pairing_sealed BLOB,
  pairing_previous_hash TEXT,
  pairing_previous_until INTEGER,
  language TEXT NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'fr')),
  -- Days since 1970 of the first UTC day that daily use is not closed for (L6).
  next_usage_day INTEGER,
  unproven_limit INTEGER NOT NULL DEFAULT 500,
  unproven_day INTEGER NOT NULL DEFAULT 0,
  unproven_count INTEGER NOT NULL DEFAULT 0,
  CHECK ((activated_at IS NULL) = (trial_ends_at IS NULL))
) STRICT;

CREATE TABLE tokens (
  hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('activation', 'reset', 'invitation')),
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_user ON tokens (user_id, purpose);

CREATE TABLE boards (
  id INTEGER PRIMARY KEY,
  serial_key TEXT NOT NULL UNIQUE,
  serial TEXT NOT NULL,
  model TEXT NOT NULL,
  factory_public_key TEXT,
  invoice TEXT,
  purchased_on TEXT,
  fulfilment TEXT NOT NULL CHECK (fulfilment IN ('on-enrolment', 'product-key')),
  credits INTEGER NOT NULL CHECK (credits >= 0),
  left_credits INTEGER NOT NULL CHECK (left_credits BETWEEN 0 AND credits),
  -- Its part of the invoice's product key (K2).
  key_credits INTEGER NOT NULL DEFAULT 0 CHECK (key_credits >= 0),
  product_key_id TEXT,
  grants INTEGER NOT NULL DEFAULT 0 CHECK (grants >= 0),
  listed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX boards_by_invoice ON boards (invoice) WHERE invoice IS NOT NULL;

CREATE TABLE devices (
  id TEXT PRIMARY KEY,
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  state TEXT NOT NULL CHECK (state IN ('pending', 'enrolled', 'unenrolled')),
  identity TEXT NOT NULL CHECK (identity IN ('listed', 'serial', 'key')),
  board_id INTEGER REFERENCES boards (id),
  serial TEXT NOT NULL,
  serial_key TEXT NOT NULL,
  serial_source TEXT NOT NULL,
  key_fingerprint TEXT NOT NULL,
  public_key TEXT NOT NULL,
  model TEXT NOT NULL,
  manufacturer TEXT,
  firmware TEXT,
  os TEXT NOT NULL,
  arch TEXT NOT NULL,
  agent_version TEXT NOT NULL,
  label TEXT NOT NULL,
  tags TEXT NOT NULL DEFAULT '[]',
  status TEXT NOT NULL DEFAULT 'never' CHECK (status IN ('never', 'online', 'late', 'offline', 'pending')),
  status_since INTEGER NOT NULL,
  enrolled_at INTEGER,
  unenrolled_at INTEGER,
  granted INTEGER NOT NULL DEFAULT 0,
  grant_reason TEXT,
  pending_code TEXT CHECK (pending_code IN ('awaiting-approval', 'key-changed')),
  competes_with TEXT REFERENCES devices (id),
  first_asked_at INTEGER,
  last_asked_at INTEGER,
  address TEXT,
  CHECK ((state = 'pending') = (pending_code IS NOT NULL)),
  CHECK ((state = 'pending') = (status = 'pending')),
  CHECK (state = 'pending' OR enrolled_at IS NOT NULL),
  CHECK ((identity = 'listed') = (board_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX one_device_a_board ON devices (board_id) WHERE state = 'enrolled' AND board_id IS NOT NULL;
-- These two also serve every look-up by serial or key: one index instead of two, in the way of every enrolment.
CREATE UNIQUE INDEX one_device_a_serial ON devices (serial_key, domain_id, CASE WHEN state = 'enrolled' AND identity <> 'key' THEN '' ELSE id END);
CREATE UNIQUE INDEX one_device_a_key ON devices (key_fingerprint, domain_id, CASE WHEN state <> 'unenrolled' THEN '' ELSE id END);
CREATE INDEX devices_by_label ON devices (domain_id, label, id) WHERE state <> 'unenrolled';
CREATE INDEX devices_by_enrolment ON devices (domain_id, enrolled_at, id) WHERE state <> 'unenrolled';
CREATE INDEX devices_by_status ON devices (domain_id, status, label, id) WHERE state <> 'unenrolled';
CREATE INDEX devices_by_status_enrolment ON devices (domain_id, status, enrolled_at, id) WHERE state <> 'unenrolled';
CREATE INDEX devices_left ON devices (unenrolled_at) WHERE state = 'unenrolled';
CREATE INDEX devices_waiting ON devices (last_asked_at) WHERE state = 'pending';
CREATE INDEX devices_held ON devices (domain_id, enrolled_at, id) WHERE state = 'enrolled' AND grant_reason = 'held';
CREATE INDEX devices_competing ON devices (competes_with) WHERE competes_with IS NOT NULL;

-- A key is bound to the first board that it was proved for (E1).
CREATE TABLE device_keys (
  fingerprint TEXT PRIMARY KEY,
  serial_key TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Serials that an admin said several boards share (E12): only the device key tells them apart.
CREATE TABLE shared_serials (
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  serial_key TEXT NOT NULL,
  PRIMARY KEY (domain_id, serial_key)
) STRICT, WITHOUT ROWID;

-- From when to when a device was enrolled: what daily use is counted by (L6).
CREATE TABLE enrolment_spans (
  id INTEGER PRIMARY KEY,
  device_id TEXT NOT NULL REFERENCES devices (id),
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  from_at INTEGER NOT NULL,
  to_at INTEGER CHECK (to_at >= from_at)
) STRICT;
-- One open span a device; and the spans of one device are found by it.
CREATE UNIQUE INDEX one_open_span_a_device ON enrolment_spans (device_id, CASE WHEN to_at IS NULL THEN 0 ELSE id END);

CREATE TABLE certificates (
  fingerprint TEXT PRIMARY KEY,
  device_id TEXT NOT NULL REFERENCES devices (id),
  serial_number TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  enrolled_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX certificates_by_device ON certificates (device_id, issued_at);

CREATE TABLE blocks (
  id INTEGER PRIMARY KEY,
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  kind TEXT NOT NULL CHECK (kind IN ('rejected', 'blocked')),
  key_fingerprint TEXT NOT NULL,
  serial TEXT NOT NULL,
  serial_key TEXT,
  since_at INTEGER NOT NULL,
  until_at INTEGER,
  actor TEXT NOT NULL
) STRICT;
CREATE INDEX blocks_by_key ON blocks (domain_id, key_fingerprint);
CREATE INDEX blocks_by_serial ON blocks (domain_id, serial_key) WHERE serial_key IS NOT NULL;

-- What changes with every heartbeat lives apart from the indexed device row.
CREATE TABLE presence (
  device_id TEXT PRIMARY KEY REFERENCES devices (id),
  epoch INTEGER NOT NULL DEFAULT 0,
  last_heartbeat_at INTEGER,
  interval_s INTEGER NOT NULL,
  ended TEXT CHECK (ended IN ('said', 'lost')),
  ended_at INTEGER,
  clock_difference_ms INTEGER,
  health TEXT,
  inventory TEXT
) STRICT, WITHOUT ROWID;
`;

export const ledger = `
-- One row a domain: n, hash and balance of the last transfer. Only a posted transfer moves it.
CREATE TABLE ledger_heads (
  domain_id INTEGER PRIMARY KEY REFERENCES domains (id),
  n INTEGER NOT NULL CHECK (n >= 0),
  hash TEXT NOT NULL,
  balance INTEGER NOT NULL CHECK (balance >= 0),
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE transfers (
  id INTEGER PRIMARY KEY,
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  n INTEGER NOT NULL CHECK (n >= 1),
  at INTEGER NOT NULL,
  date TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('enrolment', 'product-key', 'usage', 'adjustment', 'reversal')),
  debit TEXT NOT NULL,
  credit TEXT NOT NULL,
  credits INTEGER NOT NULL CHECK (credits > 0),
  idempotency_key TEXT NOT NULL UNIQUE,
  device_id TEXT REFERENCES devices (id),
  board_id INTEGER REFERENCES boards (id),
  product_key_id TEXT,
  reverses INTEGER REFERENCES transfers (id),
  reason TEXT,
  actor TEXT NOT NULL,
  balance_after INTEGER NOT NULL CHECK (balance_after >= 0),
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  UNIQUE (domain_id, n),
  CHECK ((debit = 'domain') <> (credit = 'domain')),
  CHECK (debit = 'domain' OR debit GLOB 'vendor:?*'),
  CHECK (credit = 'domain' OR credit GLOB 'vendor:?*')
) STRICT;
CREATE UNIQUE INDEX one_reversal_a_transfer ON transfers (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX transfers_by_board ON transfers (board_id) WHERE board_id IS NOT NULL;
CREATE INDEX transfers_by_device ON transfers (device_id) WHERE device_id IS NOT NULL;

CREATE TRIGGER transfers_follow_the_chain BEFORE INSERT ON transfers
WHEN NOT EXISTS (
  SELECT 1 FROM ledger_heads h
  WHERE h.domain_id = NEW.domain_id AND NEW.n = h.n + 1 AND NEW.previous_hash = h.hash AND NEW.at >= h.at
    AND NEW.balance_after = h.balance + CASE NEW.credit WHEN 'domain' THEN NEW.credits ELSE -NEW.credits END
)
BEGIN SELECT RAISE(ABORT, 'transfer does not follow the head of its chain'); END;

CREATE TRIGGER transfers_move_the_head AFTER INSERT ON transfers
BEGIN
  UPDATE ledger_heads SET n = NEW.n, hash = NEW.hash, balance = NEW.balance_after, at = NEW.at WHERE domain_id = NEW.domain_id;
END;

CREATE TRIGGER transfers_are_not_changed BEFORE UPDATE ON transfers
BEGIN SELECT RAISE(ABORT, 'a transfer is never changed'); END;
CREATE TRIGGER transfers_are_not_deleted BEFORE DELETE ON transfers
BEGIN SELECT RAISE(ABORT, 'a transfer is never deleted'); END;

CREATE TRIGGER reversals_reverse BEFORE INSERT ON transfers
WHEN (NEW.kind = 'reversal') <> (NEW.reverses IS NOT NULL) OR (NEW.reverses IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM transfers o WHERE o.id = NEW.reverses AND o.domain_id = NEW.domain_id AND o.kind <> 'reversal' AND o.credits >= NEW.credits
    AND o.debit = NEW.credit AND o.credit = NEW.debit
))
BEGIN SELECT RAISE(ABORT, 'a reversal names a transfer of its domain, takes no more than it, and is never reversed'); END;

-- INSERT OR REPLACE deletes the row in its way without firing a DELETE trigger.
CREATE TRIGGER transfers_are_not_replaced BEFORE INSERT ON transfers
WHEN EXISTS (
  SELECT 1 FROM transfers WHERE id = NEW.id OR idempotency_key = NEW.idempotency_key OR (domain_id = NEW.domain_id AND n = NEW.n) OR reverses = NEW.reverses
)
BEGIN SELECT RAISE(ABORT, 'a transfer is never replaced'); END;

CREATE TRIGGER heads_begin_empty BEFORE INSERT ON ledger_heads
WHEN NEW.n <> 0 OR NEW.balance <> 0 OR EXISTS (SELECT 1 FROM ledger_heads WHERE domain_id = NEW.domain_id)
BEGIN SELECT RAISE(ABORT, 'a chain begins once, with nothing'); END;
CREATE TRIGGER heads_follow_transfers BEFORE UPDATE ON ledger_heads
WHEN NOT EXISTS (
  SELECT 1 FROM transfers t
  WHERE t.domain_id = NEW.domain_id AND t.n = NEW.n AND t.hash = NEW.hash AND t.balance_after = NEW.balance AND NEW.n = OLD.n + 1
)
BEGIN SELECT RAISE(ABORT, 'only a posted transfer moves the head'); END;
CREATE TRIGGER heads_are_not_deleted BEFORE DELETE ON ledger_heads
BEGIN SELECT RAISE(ABORT, 'a head is never deleted'); END;
`;
