/**
 * D6: second factors, one per user, separate from the library's tables: its plugin counts wrong codes by user alone, so that anyone could lock an
 * admin out, and accepts a code twice.
 */
export const secondFactorTables = `
CREATE TABLE second_factors (
  user_id TEXT PRIMARY KEY REFERENCES auth_user ("id") ON DELETE CASCADE,
  -- Sealed under the master key; what an authenticator app makes its codes from.
  secret BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  -- Null until a first code showed that the app has the secret: then it is asked for.
  confirmed_at INTEGER,
  -- The 30 s step of the last code that was taken: no code of it or before it is taken again.
  last_step INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Keyed hashes of the codes that stand in for a lost app, each good once.
CREATE TABLE recovery_codes (
  user_id TEXT NOT NULL REFERENCES second_factors (user_id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  PRIMARY KEY (user_id, hash)
) STRICT, WITHOUT ROWID;
`;

/** Separate from the factor itself: a new factor inherits the wrong codes of the previous one. */
export const codeTryTables = `
CREATE TABLE second_factor_tries (
  user_id TEXT PRIMARY KEY REFERENCES auth_user ("id") ON DELETE CASCADE,
  -- Wrong codes since the last right one.
  wrong INTEGER NOT NULL CHECK (wrong > 0),
  last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
