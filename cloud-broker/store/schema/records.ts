/** What happened: the immutable audit log, the events that streams resume from, and refused enrolment attempts. */
export const records = `
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  domain_id INTEGER REFERENCES domains (id),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  address TEXT,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL DEFAULT '{}',
  correlation_id TEXT
) STRICT;
CREATE INDEX audit_by_domain ON audit (domain_id, id);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  at INTEGER NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('device', 'enrolment', 'billing', 'alert')),
  data TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_domain ON events (domain_id, id);

-- E11: what was refused lately, by serial and code, so that who comes after the installer's call still finds it.
CREATE TABLE refused_tries (
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  serial_key TEXT NOT NULL,
  code TEXT NOT NULL,
  -- Of the latest try, and how many there were since the first.
  serial TEXT NOT NULL,
  model TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  at INTEGER NOT NULL,
  address TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  times INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (domain_id, serial_key, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX refused_by_time ON refused_tries (domain_id, at, serial_key, code);
CREATE INDEX refused_to_prune ON refused_tries (at);
`;
