/**
 * Which domains the boards of an invoice appeared in: those where one is enrolled or left a grant (E14). Boards with a factory key prove themselves
 * and are excluded. `condition` restricts it to one board; `board_id` is its column.
 */
export const insertPlaces = (condition: string): string => `
INSERT INTO invoice_places (board_id, domain_id, invoice)
  SELECT b.id, p.domain_id, b.invoice FROM (
    SELECT board_id, domain_id FROM devices WHERE state = 'enrolled' AND board_id IS NOT NULL AND ${condition}
    UNION
    SELECT board_id, domain_id FROM transfers t WHERE kind = 'enrolment' AND board_id IS NOT NULL AND ${condition}
      AND NOT EXISTS (SELECT 1 FROM transfers r WHERE r.reverses = t.id)
  ) p JOIN boards b ON b.id = p.board_id WHERE b.invoice IS NOT NULL AND b.factory_public_key IS NULL`;

export const unprovenTables = `
CREATE TABLE invoice_places (
  board_id INTEGER NOT NULL REFERENCES boards (id),
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  invoice TEXT NOT NULL,
  PRIMARY KEY (board_id, domain_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX places_by_invoice ON invoice_places (invoice, domain_id);
${insertPlaces('true')};

-- Unproven grants of the whole service, by UTC day (days since 1970).
CREATE TABLE unproven_days (
  day INTEGER PRIMARY KEY,
  grants INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO unproven_days (day, grants) SELECT unproven_day, sum(unproven_count) FROM domains WHERE unproven_count > 0 GROUP BY unproven_day;

-- On which day the operator was told last, so that he is told of each invoice, and of the service's limit, at most once a day.
CREATE TABLE unproven_warnings (
  reason TEXT NOT NULL CHECK (reason IN ('invoice-split', 'service-limit')),
  subject TEXT NOT NULL,
  day INTEGER NOT NULL,
  PRIMARY KEY (reason, subject)
) STRICT, WITHOUT ROWID;
`;
