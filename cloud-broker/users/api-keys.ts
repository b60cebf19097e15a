/** API keys (A2): `rk_` and 256 random bits; the prefix lets scanners for leaked secrets recognise them. */
import { newToken } from '../keys/secrets.ts';

const PREFIX = 'rk_';
const FORM = /^rk_[A-Za-z0-9_-]{43}$/;

/** A2: live keys per domain. */
export const MAX_API_KEYS = 50;
/** Milliseconds between two writes of a key's last use, which is shown to the minute. */
export const LAST_USE_STEP_MS = 60_000;

export function newApiKey(random: (bytes: number) => Uint8Array): string {
  return `${PREFIX}${newToken(random)}`;
}

/** The key in an Authorization header; null if there is none, '' if the value cannot be a key. */
export function bearerOf(authorization: string | undefined): string | null {
  const given = /^Bearer +(.*)$/i.exec(authorization ?? '')?.[1];
  if (given === undefined) return null;
  return FORM.test(given) ? given : '';
}
