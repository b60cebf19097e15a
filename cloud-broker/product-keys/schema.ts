/** Product keys (K1): found by a keyed hash, shown again from a sealed copy; redeemed once, by one domain. */
export const keyTables = `
CREATE TABLE product_keys (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  sealed BLOB NOT NULL,
  -- The last four symbols, to recognise it by.
  ends_with TEXT NOT NULL CHECK (length(ends_with) = 4),
  credits INTEGER NOT NULL CHECK (credits > 0),
  -- K2: one key an invoice; null: a stand-alone key (K5).
  invoice TEXT UNIQUE,
  email TEXT,
  issued_at INTEGER NOT NULL,
  issued_by TEXT NOT NULL,
  redeemed_at INTEGER,
  redeemed_domain_id INTEGER REFERENCES domains (id),
  redeemed_by TEXT,
  transfer_id INTEGER UNIQUE REFERENCES transfers (id),
  CHECK ((redeemed_at IS NULL) = (redeemed_domain_id IS NULL) AND (redeemed_at IS NULL) = (redeemed_by IS NULL)),
  CHECK ((redeemed_at IS NULL) = (transfer_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER a_key_is_redeemed_once BEFORE UPDATE ON product_keys WHEN OLD.redeemed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a product key is redeemed once'); END;
CREATE TRIGGER keys_are_not_deleted BEFORE DELETE ON product_keys
BEGIN SELECT RAISE(ABORT, 'a product key is never deleted'); END;
-- Runs of daily use between two other rows are found by the other rows (L8).
CREATE INDEX transfers_beside_usage ON transfers (domain_id, n, balance_after) WHERE kind <> 'usage';
`;
