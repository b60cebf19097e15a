/**
 * D6: when each user last signed in. The library signals a sign-in only by storing a session, so a trigger records it; its times are ISO 8601 text.
 * The same trigger limits a user's sessions: it deletes expired ones, and the oldest beyond 50.
 */
export const userTables = `
CREATE TABLE sign_ins (
  user_id TEXT PRIMARY KEY REFERENCES auth_user ("id") ON DELETE CASCADE,
  last_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER a_session_is_a_sign_in AFTER INSERT ON auth_session
BEGIN
  INSERT INTO sign_ins VALUES (NEW."userId", NEW."createdAt") ON CONFLICT (user_id) DO UPDATE SET last_at = excluded.last_at;
  DELETE FROM auth_session WHERE "userId" = NEW."userId" AND "id" <> NEW."id" AND (
    "expiresAt" <= NEW."createdAt"
    OR "id" NOT IN (SELECT "id" FROM auth_session WHERE "userId" = NEW."userId" ORDER BY "createdAt" DESC, "id" LIMIT 50)
  );
END;
`;
