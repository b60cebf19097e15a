import * as z from 'zod';
import { apiScopes, type ApiKey, type ApiScope } from '../../../protocol/api-keys.ts';
import type { Reads } from '../../store/tx.ts';
import { decodeCursor, isoTime, nullableIsoTime, pageOf, type PageRequest } from '../../store/paging.ts';

const scopeList = z.array(z.enum(apiScopes));

interface KeyRow {
  id: number;
  publicId: string;
  domainId: number;
  name: string;
  scopes: string;
  createdAt: number;
  createdBy: string;
  lastUsedAt: number | null;
}

const SELECT = `SELECT id, public_id AS publicId, domain_id AS domainId, name, scopes, created_at AS createdAt, created_by AS createdBy,
  last_used_at AS lastUsedAt FROM api_keys WHERE revoked_at IS NULL`;
const BY_HASH = `${SELECT} AND hash = ?`;
const OF_DOMAIN = `${SELECT} AND domain_id = ? AND name > ? ORDER BY name LIMIT ?`;

export interface LiveApiKey extends Pick<KeyRow, 'id' | 'domainId' | 'name' | 'lastUsedAt'> {
  scopes: ApiScope[];
}

/** The live key with this hash; null if revoked. */
export async function apiKeyByHash(tx: Reads, hash: string): Promise<LiveApiKey | null> {
  const row = await tx.get<KeyRow>(BY_HASH, hash);
  return row === null ? null : { ...row, scopes: scopeList.parse(JSON.parse(row.scopes)) };
}

/** Live keys of a domain, sorted by name. */
export async function listApiKeys(
  tx: Reads,
  domainId: number,
  request: PageRequest,
): Promise<{ items: ApiKey[]; nextCursor: string | null; total: number }> {
  const after = decodeCursor(request.cursor, z.string().max(64)) ?? '';
  const rows = await tx.all<KeyRow>(OF_DOMAIN, domainId, after, request.limit + 1);
  const { items, nextCursor } = pageOf(rows, request.limit, (last) => last.name);
  const total =
    (await tx.get<{ keys: number }>('SELECT count(*) AS keys FROM api_keys WHERE domain_id = ? AND revoked_at IS NULL', domainId))
      ?.keys ?? 0;
  return { items: items.map(presentApiKey), nextCursor, total };
}

function presentApiKey(row: KeyRow): ApiKey {
  return {
    id: row.publicId,
    name: row.name,
    scopes: scopeList.parse(JSON.parse(row.scopes)),
    createdAt: isoTime(row.createdAt),
    createdBy: row.createdBy,
    lastUsedAt: nullableIsoTime(row.lastUsedAt),
  };
}
