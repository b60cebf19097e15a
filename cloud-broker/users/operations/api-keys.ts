import type { ApiScope } from '../../../protocol/api-keys.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { MAX_API_KEYS } from '../api-keys.ts';
import type { WriteContext } from '../../store/commit.ts';
import type { ChangeRequest } from '../../store/change-request.ts';
import { newPublicId } from '../../store/public-id.ts';

export interface CreateApiKey extends ChangeRequest {
  name: string;
  scopes: ApiScope[];
  /** SHA-256 of the key; the key itself never reaches this code. */
  hash: string;
}

/** A2. Refuses with `name-taken`, or with `conflict` if the domain has reached its limit. */
export async function createApiKey(context: WriteContext, input: CreateApiKey): Promise<{ id: string }> {
  const { tx } = context;
  const { domainId, name } = input;
  const live = await tx.all<{ name: string }>('SELECT name FROM api_keys WHERE domain_id = ? AND revoked_at IS NULL', domainId);
  if (live.some((key) => key.name === name)) throw new RollcallError('name-taken');
  if (live.length >= MAX_API_KEYS) throw new RollcallError('conflict', { reason: 'too-many-keys', most: MAX_API_KEYS });
  const id = newPublicId();
  tx.send(
    'INSERT INTO api_keys (public_id, domain_id, name, hash, scopes, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?)',
    id,
    domainId,
    name,
    input.hash,
    JSON.stringify(input.scopes),
    input.now,
    input.actor,
  );
  const { now: at, actor, address } = input;
  context.audit({ domainId, at, actor, address, action: 'api-key.created', subject: name, details: { scopes: input.scopes } });
  return { id };
}

/** A2: the key is invalid from this commit on. Refuses with `not-found`. */
export async function revokeApiKey(context: WriteContext, input: ChangeRequest & { id: string }): Promise<void> {
  const { domainId, now: at, actor, address } = input;
  const [key] = await context.tx.all<{ name: string }>(
    'UPDATE api_keys SET revoked_at = ? WHERE public_id = ? AND domain_id = ? AND revoked_at IS NULL RETURNING name',
    at,
    input.id,
    domainId,
  );
  if (key === undefined) throw new RollcallError('not-found');
  context.audit({ domainId, at, actor, address, action: 'api-key.revoked', subject: key.name });
}

/** A2: when a key was last used; called at most once a minute per key. */
export function noteKeyUse(context: WriteContext, input: { now: number; id: number }): void {
  context.tx.send('UPDATE api_keys SET last_used_at = ? WHERE id = ?', input.now, input.id);
}
