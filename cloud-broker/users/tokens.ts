import { RollcallError } from '../../protocol/errors.ts';
import { LINK_VALID_MS } from '../identity/links.ts';
import type { Reads, Tx } from '../store/tx.ts';

export type TokenPurpose = 'activation' | 'reset' | 'invitation';

/** A link's token as the store keeps it: its hash, what it is for and for whom. */
export interface TokenRow {
  domainId: number;
  userId: string;
  expiresAt: number;
}

/** D2: stores a new link's token, by its hash; an older one of the same user and purpose is void from then on. */
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

/** Makes every open link of a user for this purpose worthless. */
export function voidTokens(tx: Tx, userId: string, purpose: TokenPurpose): void {
  tx.send('DELETE FROM tokens WHERE user_id = ? AND purpose = ? AND used_at IS NULL', userId, purpose);
}

/** What a link is for, as long as it is good: known, not used, not replaced, not over. */
export async function liveToken(tx: Reads, hash: string, purpose: TokenPurpose, now: number): Promise<TokenRow | null> {
  return await tx.get<TokenRow>(
    `SELECT domain_id AS domainId, user_id AS userId, expires_at AS expiresAt FROM tokens
     WHERE hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?`,
    hash,
    purpose,
    now,
  );
}

/** Uses a link up. Refuses with `link-not-valid`, whatever is wrong with it. */
export async function spendToken(tx: Tx, hash: string, purpose: TokenPurpose, now: number): Promise<TokenRow> {
  const token = await liveToken(tx, hash, purpose, now);
  if (token === null) throw new RollcallError('link-not-valid');
  tx.send('UPDATE tokens SET used_at = ? WHERE hash = ?', now, hash);
  return token;
}
