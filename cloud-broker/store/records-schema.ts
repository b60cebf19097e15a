/** What happened: the audit log, which nobody changes, and the events that streams are resumed from. */
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
`;
