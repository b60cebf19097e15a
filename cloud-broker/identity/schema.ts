/**
 * Tables of the sign-in library (better-auth 1.7) for one realm, under names of ours. The text is what its own compileMigrations prints for library.ts, and
 * a test of each realm holds that it finds nothing missing; the table of users is the realm's own. Not STRICT: the library writes its dates as ISO 8601
 * texts and asks for columns of type `date`.
 */
export const libraryTables = (tables: string): string => `
CREATE TABLE ${tables}_session (
  "id" TEXT NOT NULL PRIMARY KEY,
  "expiresAt" DATE NOT NULL,
  "token" TEXT NOT NULL UNIQUE,
  "createdAt" DATE NOT NULL,
  "updatedAt" DATE NOT NULL,
  "ipAddress" TEXT,
  "userAgent" TEXT,
  "userId" TEXT NOT NULL REFERENCES ${tables}_user ("id") ON DELETE CASCADE
);
CREATE INDEX "${tables}_session_userId_idx" ON ${tables}_session ("userId");

CREATE TABLE ${tables}_account (
  "id" TEXT NOT NULL PRIMARY KEY,
  "accountId" TEXT NOT NULL,
  "providerId" TEXT NOT NULL,
  "userId" TEXT NOT NULL REFERENCES ${tables}_user ("id") ON DELETE CASCADE,
  "accessToken" TEXT,
  "refreshToken" TEXT,
  "idToken" TEXT,
  "accessTokenExpiresAt" DATE,
  "refreshTokenExpiresAt" DATE,
  "scope" TEXT,
  "password" TEXT,
  "createdAt" DATE NOT NULL,
  "updatedAt" DATE NOT NULL
);
CREATE INDEX "${tables}_account_userId_idx" ON ${tables}_account ("userId");

CREATE TABLE ${tables}_verification (
  "id" TEXT NOT NULL PRIMARY KEY,
  "identifier" TEXT NOT NULL,
  "value" TEXT NOT NULL,
  "expiresAt" DATE NOT NULL,
  "createdAt" DATE NOT NULL,
  "updatedAt" DATE NOT NULL
);
CREATE INDEX "${tables}_verification_identifier_idx" ON ${tables}_verification ("identifier");
`;
