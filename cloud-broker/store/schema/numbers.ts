/**
 * Public ids must not reveal how busy other domains are, as rowids would, which count across all domains; rowids stay internal. Rows read in sequence
 * are numbered within their domain, and no number is used twice; rows that a request names by id have a random one.
 */
const NUMBERED = ['events', 'audit', 'alerts'];
const NAMED = ['blocks', 'api_keys', 'saved_views', 'portal_members'];

/** Existing rows keep the number they were shown with, and their domain continues after the highest number of any row. */
const numbered = (table: string): string => `
ALTER TABLE ${table} ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE ${table} SET number = id;
INSERT INTO counters SELECT '${table}', domain_id, (SELECT max(id) FROM ${table}) FROM ${table} WHERE domain_id IS NOT NULL GROUP BY domain_id;
CREATE UNIQUE INDEX ${table}_by_number ON ${table} (domain_id, number);
`;

const named = (table: string): string => `
ALTER TABLE ${table} ADD COLUMN public_id TEXT NOT NULL DEFAULT '';
UPDATE ${table} SET public_id = CAST(id AS TEXT);
CREATE UNIQUE INDEX ${table}_by_public_id ON ${table} (public_id);
CREATE TRIGGER ${table}_have_a_public_id AFTER INSERT ON ${table}
BEGIN UPDATE ${table} SET public_id = lower(hex(randomblob(10))) WHERE id = NEW.id; END;
`;

export const numbers = `
CREATE TABLE counters (
  what TEXT NOT NULL,
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  newest INTEGER NOT NULL,
  PRIMARY KEY (what, domain_id)
) STRICT, WITHOUT ROWID;

DROP TRIGGER audit_is_not_changed;
${NUMBERED.map(numbered).join('')}
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
-- Who follows the events of a domain that has none left may have heard of any number so far.
INSERT INTO counters SELECT 'events', d.id, s.seq FROM domains d JOIN sqlite_sequence s ON s.name = 'events' WHERE true
  ON CONFLICT DO UPDATE SET newest = excluded.newest;
-- Events and audit are numbered by the writer, many at once.
CREATE TRIGGER alerts_are_numbered AFTER INSERT ON alerts
BEGIN
  INSERT INTO counters VALUES ('alerts', NEW.domain_id, 1) ON CONFLICT DO UPDATE SET newest = newest + 1;
  UPDATE alerts SET number = (SELECT newest FROM counters WHERE what = 'alerts' AND domain_id = NEW.domain_id) WHERE id = NEW.id;
END;
${NAMED.map(named).join('')}
DROP INDEX events_by_domain;
DROP INDEX audit_by_domain;
DROP INDEX alerts_by_domain;
DROP INDEX alerts_open;
CREATE INDEX alerts_open ON alerts (domain_id, number) WHERE closed_at IS NULL;
`;
