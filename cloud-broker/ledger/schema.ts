/** L6: one row per domain and closed day. Days are closed in order, once, and a closed day is final. */
export const usageTables = `
CREATE TABLE usage_days (
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  -- Days since 1970.
  day INTEGER NOT NULL,
  devices INTEGER NOT NULL CHECK (devices >= 0),
  charged INTEGER NOT NULL CHECK (charged BETWEEN 0 AND devices),
  -- The operator closed it without a charge.
  waived INTEGER NOT NULL CHECK (waived IN (0, 1)),
  transfer_id INTEGER UNIQUE REFERENCES transfers (id),
  closed_at INTEGER NOT NULL,
  PRIMARY KEY (domain_id, day),
  CHECK ((charged > 0) = (transfer_id IS NOT NULL)),
  CHECK (waived = 0 OR charged = 0)
) STRICT, WITHOUT ROWID;
-- The spans of a day are those that end in it or later: history does not make a day dearer.
CREATE INDEX spans_by_end ON enrolment_spans (domain_id, ifnull(to_at, 9223372036854775807), from_at, device_id);
CREATE INDEX domains_by_open_day ON domains (next_usage_day) WHERE next_usage_day IS NOT NULL AND closed_at IS NULL;

CREATE TRIGGER days_are_closed_in_order BEFORE INSERT ON usage_days
WHEN NEW.day IS NOT (SELECT next_usage_day FROM domains WHERE id = NEW.domain_id)
BEGIN SELECT RAISE(ABORT, 'days are closed in order, each once'); END;
CREATE TRIGGER closed_days_move_on AFTER INSERT ON usage_days
BEGIN UPDATE domains SET next_usage_day = NEW.day + 1 WHERE id = NEW.domain_id; END;
CREATE TRIGGER closed_days_are_not_changed BEFORE UPDATE ON usage_days
BEGIN SELECT RAISE(ABORT, 'a closed day is final'); END;
CREATE TRIGGER closed_days_are_not_deleted BEFORE DELETE ON usage_days
BEGIN SELECT RAISE(ABORT, 'a closed day is final'); END;
CREATE TRIGGER usage_follows_its_days BEFORE UPDATE OF next_usage_day ON domains
WHEN OLD.next_usage_day IS NOT NULL AND NOT EXISTS (SELECT 1 FROM usage_days WHERE domain_id = NEW.id AND day = NEW.next_usage_day - 1)
BEGIN SELECT RAISE(ABORT, 'only a closed day moves on to the next'); END;
`;

/**
 * Where the domain's chain ended when the day was closed, which determines what could pay for it. Null for days closed by the balance at that moment.
 */
export const usageHeads = `
ALTER TABLE usage_days ADD COLUMN head_n INTEGER;
CREATE INDEX transfers_but_usage ON transfers (domain_id, n) WHERE kind <> 'usage';
`;

/** The same index with the function that PostgreSQL has too: an index on an expression serves only the very same words. */
export const spansByEnd = `
DROP INDEX spans_by_end;
CREATE INDEX spans_by_end ON enrolment_spans (domain_id, coalesce(to_at, 9223372036854775807), from_at, device_id);
`;
