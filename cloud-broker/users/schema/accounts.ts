/**
 * Tables of the sign-in library (better-auth 1.7), renamed `auth_*`. The text is what its own compileMigrations prints for
 * accounts-library.ts, and a test holds that it finds nothing missing; added are only the checks and the
 * reference to the domain. Not STRICT: the library writes its dates as ISO 8601 texts and asks for columns of type `date`.
 */
export const accountTables = `
CREATE TABLE auth_user (
  "id" TEXT NOT NULL PRIMARY KEY,
  "name" TEXT NOT NULL,
  "email" TEXT NOT NULL UNIQUE,
  "emailVerified" INTEGER NOT NULL,
  "image" TEXT,
  "createdAt" DATE NOT NULL,
  "updatedAt" DATE NOT NULL,
  "contactEmail" TEXT NOT NULL CHECK ("contactEmail" = lower("contactEmail")),
  "domainId" INTEGER NOT NULL REFERENCES domains (id),
  "role" TEXT NOT NULL CHECK ("role" IN ('domain-admin', 'admin', 'user')),
  "billing" INTEGER NOT NULL CHECK ("billing" IN (0, 1)),
  "tags" TEXT NOT NULL CHECK (json_valid("tags")),
  "language" TEXT NOT NULL CHECK ("language" IN ('en', 'fr'))
);
CREATE INDEX "auth_user_contactEmail_idx" ON auth_user ("contactEmail");
CREATE INDEX "auth_user_domainId_idx" ON auth_user ("domainId");

CREATE TABLE auth_session (
  "id" TEXT NOT NULL PRIMARY KEY,
  "expiresAt" DATE NOT NULL,
  "token" TEXT NOT NULL UNIQUE,
  "createdAt" DATE NOT NULL,
  "updatedAt" DATE NOT NULL,
  "ipAddress" TEXT,
  "userAgent" TEXT,
  "userId" TEXT NOT NULL REFERENCES auth_user ("id") ON DELETE CASCADE
);
CREATE INDEX "auth_session_userId_idx" ON auth_session ("userId");

CREATE TABLE auth_account (
  "id" TEXT NOT NULL PRIMARY KEY,
  "accountId" TEXT NOT NULL,
  "providerId" TEXT NOT NULL,
  "userId" TEXT NOT NULL REFERENCES auth_user ("id") ON DELETE CASCADE,
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
CREATE INDEX "auth_account_userId_idx" ON auth_account ("userId");

CREATE TABLE auth_verification (
  "id" TEXT NOT NULL PRIMARY KEY,
  "identifier" TEXT NOT NULL,
  "value" TEXT NOT NULL,
  "expiresAt" DATE NOT NULL,
  "createdAt" DATE NOT NULL,
  "updatedAt" DATE NOT NULL
);
CREATE INDEX "auth_verification_identifier_idx" ON auth_verification ("identifier");
`;
