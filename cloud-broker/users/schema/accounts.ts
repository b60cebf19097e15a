/** Users of domains: the library's own columns, ours, and checks. */
import { libraryTables } from '../../identity/schema.ts';
import { domainRealm } from '../realm.ts';

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
${libraryTables(domainRealm.tables)}`;
