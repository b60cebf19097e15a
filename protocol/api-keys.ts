import * as z from 'zod';
import { cursor, limit } from './api.ts';
import { deviceText } from './text.ts';

/** A2: what an API key may do. Each route names the scope it requires; one without a scope is closed to keys. */
export const apiScopes = ['devices:read', 'devices:write', 'billing'] as const;
export type ApiScope = (typeof apiScopes)[number];

const time = z.iso.datetime();

/** An API key that is not revoked. The key cannot be shown again: only its hash is stored. */
const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(apiScopes)),
  createdAt: time,
  createdBy: z.string(),
  lastUsedAt: time.nullable(),
});
export const apiKeysPage = z.object({ items: z.array(apiKey), nextCursor: z.string().nullable(), total: z.int() });
export const apiKeysQuery = z.object({ cursor, limit });

export const newApiKeyBody = z.object({
  name: deviceText(64).transform((text) => text.trim()),
  scopes: z.array(z.enum(apiScopes)).min(1).max(apiScopes.length),
});
/** `secret` is the key itself, shown only this once. */
export const newApiKey = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(apiScopes)),
  secret: z.string(),
});

export type ApiKey = z.output<typeof apiKey>;
export type NewApiKey = z.output<typeof newApiKey>;
