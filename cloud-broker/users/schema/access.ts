/** API keys (A2), search indexes of the audit log (A3), and closing domains (D8). */
export const access = `
-- SHA-256 is enough for 256 random bits, which nobody tries out. A revoked key stays: the audit log names it.
CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY,
  domain_id INTEGER NOT NULL REFERENCES domains (id),
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX one_live_key_a_name ON api_keys (domain_id, name) WHERE revoked_at IS NULL;

-- Closings that stand or are done, without their personal data being erased yet (D8).
CREATE INDEX domains_closing ON domains (closing_at) WHERE closing_at IS NOT NULL AND erased_at IS NULL;

-- A display acts on itself alone, so its rows are found by their subject.
CREATE INDEX audit_by_subject ON audit (domain_id, subject);
CREATE INDEX audit_by_action ON audit (domain_id, action);
CREATE INDEX audit_by_actor ON audit (domain_id, actor) WHERE actor NOT GLOB 'device:*';
CREATE INDEX audit_by_correlation ON audit (domain_id, correlation_id) WHERE correlation_id IS NOT NULL;
`;
