import { RollcallError } from '../../protocol/errors.ts';
import type { Sql } from './sql.ts';

export type TokenPurpose = 'activation' | 'reset' | 'invitation';

/** D2: how long the link of a mail is good. */
export const LINK_VALID_MS = 48 * 3_600_000;

/** A link's token as the store keeps it: its hash, what it is for and for whom. */
export interface TokenRow {
  domainId: number;
  userId: string;
  expiresAt: number;
}

/** D2: stores a new link's token, by its hash; an older one of the same user and purpose is void from then on. */
export function putToken(
  sql: Sql,
  token: { hash: string; purpose: TokenPurpose; domainId: number; userId: string; now: number },
): void {
  voidTokens(sql, token.userId, token.purpose);
  sql.run(
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
export function voidTokens(sql: Sql, userId: string, purpose: TokenPurpose): void {
  sql.run('DELETE FROM tokens WHERE user_id = ? AND purpose = ? AND used_at IS NULL', userId, purpose);
}

/** What a link is for, as long as it is good: known, not used, not replaced, not over. */
export function liveToken(sql: Sql, hash: string, purpose: TokenPurpose, now: number): TokenRow | null {
  return sql.get<TokenRow>(
    `SELECT domain_id AS domainId, user_id AS userId, expires_at AS expiresAt FROM tokens
     WHERE hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?`,
    hash,
    purpose,
    now,
  );
}

/** Uses a link up. Refuses with `link-not-valid`, whatever is wrong with it. */
export function spendToken(sql: Sql, hash: string, purpose: TokenPurpose, now: number): TokenRow {
  const token = liveToken(sql, hash, purpose, now);
  if (token === null) throw new RollcallError('link-not-valid');
  sql.run('UPDATE tokens SET used_at = ? WHERE hash = ?', now, hash);
  return token;
}
