import { RollcallError } from '../../protocol/errors.ts';
import { LINK_VALID_MS } from '../identity/links.ts';
import type { Reads, Tx } from '../store/tx.ts';

export type TokenPurpose = 'activation' | 'reset' | 'invitation';

/** A link's token as stored: its hash, purpose and user. */
export interface TokenRow {
  domainId: number;
  userId: string;
  expiresAt: number;
}

/** D2: stores the hash of a new link's token; an older one with the same user and purpose becomes invalid. */
export function putToken(
  tx: Tx,
  token: { hash: string; purpose: TokenPurpose; domainId: number; userId: string; now: number },
): void {
  voidTokens(tx, token.userId, token.purpose);
  tx.send(
    'INSERT INTO tokens (hash, purpose, domain_id, user_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
    token.hash,
    token.purpose,
    token.domainId,
    token.userId,
    token.now,
    token.now + LINK_VALID_MS,
  );
}

/** Invalidates all open links of a user for this purpose. */
export function voidTokens(tx: Tx, userId: string, purpose: TokenPurpose): void {
  tx.send('DELETE FROM tokens WHERE user_id = ? AND purpose = ? AND used_at IS NULL', userId, purpose);
}

/** The token of a link, if it is valid: known, not used, not replaced, not expired. */
export async function liveToken(tx: Reads, hash: string, purpose: TokenPurpose, now: number): Promise<TokenRow | null> {
  return await tx.get<TokenRow>(
    `SELECT domain_id AS domainId, user_id AS userId, expires_at AS expiresAt FROM tokens
     WHERE hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?`,
    hash,
    purpose,
    now,
  );
}

/** Consumes a link. Refuses with `link-not-valid`, whatever is wrong with it. */
export async function spendToken(tx: Tx, hash: string, purpose: TokenPurpose, now: number): Promise<TokenRow> {
  const token = await liveToken(tx, hash, purpose, now);
  if (token === null) throw new RollcallError('link-not-valid');
  tx.send('UPDATE tokens SET used_at = ? WHERE hash = ?', now, hash);
  return token;
}
