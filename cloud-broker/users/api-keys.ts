/** API keys (A2): `rk_` and 256 random bits, so that scanners for lost secrets know one when they see it. */
import { newToken } from '../keys/secrets.ts';

const PREFIX = 'rk_';
const FORM = /^rk_[A-Za-z0-9_-]{43}$/;

/** A2: live keys of one domain. */
export const MAX_API_KEYS = 50;
/** Milliseconds between two writes of a key's last use: it is shown to the minute. */
export const LAST_USE_STEP_MS = 60_000;

export function newApiKey(random: (bytes: number) => Uint8Array): string {
  return `${PREFIX}${newToken(random)}`;
}

/** The key that an Authorization header carries; null where it carries none, '' where what it carries cannot be one. */
export function bearerOf(authorization: string | undefined): string | null {
  const given = /^Bearer +(.*)$/i.exec(authorization ?? '')?.[1];
  if (given === undefined) return null;
  return FORM.test(given) ? given : '';
}
