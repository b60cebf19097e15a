/**
 * The Admin Portal's own tables (K3, K4): people, their organisations, claim codes and subscriptions. Nothing here names a domain.
 * `auth_portal_*` belong to the sign-in library: a test holds that it finds nothing missing.
 */
import { libraryTables } from '../identity/schema.ts';
import { portalRealm } from './realm.ts';

export const portalTables = `
CREATE TABLE auth_portal_user (
  "id" TEXT NOT NULL PRIMARY KEY,
  "name" TEXT NOT NULL,
  "email" TEXT NOT NULL UNIQUE CHECK ("email" = lower("email")),
  "emailVerified" INTEGER NOT NULL,
  "image" TEXT,
  "createdAt" DATE NOT NULL,
  "updatedAt" DATE NOT NULL,
  "language" TEXT NOT NULL CHECK ("language" IN ('en', 'fr'))
);
${libraryTables(portalRealm.tables)}
-- D2: a person becomes a user when link and password come together; until then there is only this.
CREATE TABLE portal_sign_ups (
  email TEXT PRIMARY KEY CHECK (email = lower(email)),
  name TEXT NOT NULL,
  organization TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  token_hash TEXT NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One open link a user; using it deletes it.
CREATE TABLE portal_resets (
  user_id TEXT PRIMARY KEY REFERENCES auth_portal_user ("id") ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE portal_organizations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A row with a token is an invitation; joining takes the token away and puts the user in.
CREATE TABLE portal_members (
  id INTEGER PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES portal_organizations (id),
  user_id TEXT REFERENCES auth_portal_user ("id"),
  email TEXT NOT NULL CHECK (email = lower(email)),
  role TEXT NOT NULL CHECK (role IN ('admin', 'member')),
  since_at INTEGER NOT NULL,
  invited_by TEXT,
  token_hash TEXT UNIQUE,
  expires_at INTEGER,
  CHECK ((user_id IS NULL) = (token_hash IS NOT NULL)),
  CHECK ((token_hash IS NULL) = (expires_at IS NULL)),
  UNIQUE (organization_id, email)
) STRICT;
CREATE UNIQUE INDEX portal_members_by_user ON portal_members (user_id, organization_id) WHERE user_id IS NOT NULL;

CREATE TABLE claim_codes (
  invoice TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  sealed BLOB NOT NULL,
  issued_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- K3: an invoice is claimed once, with its one product key.
CREATE TABLE portal_subscriptions (
  id INTEGER PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES portal_organizations (id),
  invoice TEXT NOT NULL UNIQUE REFERENCES claim_codes (invoice),
  product_key_id TEXT NOT NULL UNIQUE REFERENCES product_keys (id),
  claimed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX portal_subscriptions_by_organization ON portal_subscriptions (organization_id, id);
CREATE TRIGGER subscriptions_are_not_changed BEFORE UPDATE ON portal_subscriptions
BEGIN SELECT RAISE(ABORT, 'a subscription is never changed'); END;
CREATE TRIGGER subscriptions_are_not_deleted BEFORE DELETE ON portal_subscriptions
BEGIN SELECT RAISE(ABORT, 'a subscription is never deleted'); END;
`;
