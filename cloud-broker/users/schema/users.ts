/**
 * D6: when each user last signed in. The library tells it by storing a session and by nothing else, so a trigger writes it down; its
 * times are ISO 8601 texts. The same trigger keeps a user's sessions few: those that are over go, and beyond 50 the oldest.
 */
export const userTables = `
CREATE TABLE sign_ins (
  user_id TEXT PRIMARY KEY REFERENCES auth_user ("id") ON DELETE CASCADE,
  last_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER a_session_is_a_sign_in AFTER INSERT ON auth_session
BEGIN
  INSERT INTO sign_ins VALUES (NEW."userId", NEW."createdAt") ON CONFLICT DO UPDATE SET last_at = excluded.last_at;
  DELETE FROM auth_session WHERE "userId" = NEW."userId" AND "id" <> NEW."id" AND (
    "expiresAt" <= NEW."createdAt"
    OR "id" NOT IN (SELECT "id" FROM auth_session WHERE "userId" = NEW."userId" ORDER BY "createdAt" DESC, "id" LIMIT 50)
  );
END;
`;
