/**
 * Pairing codes (D7): 8 symbols of Crockford base 32, made by the service. Stored are a keyed hash, which identifies a typed code, and a sealed copy,
 * which the console can show again.
 */
import { crockfordCode, normaliseCode } from '../../protocol/text.ts';
import type { Secrets } from '../keys/secrets.ts';

const PURPOSE = 'pairing code';
const PAIRING_CODE_SYMBOLS = 8;
/** D7: a new code may leave the old one valid for up to 7 days. */
export const MAX_PREVIOUS_DAYS = 7;

/** A new code, `XXXX-XXXX`, from at least 8 random bytes. */
export function newPairingCode(random: Uint8Array): string {
  const code = crockfordCode(random, PAIRING_CODE_SYMBOLS);
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** A new code for this domain, and what the store keeps of it. */
export function makePairingCode(
  secrets: Secrets,
  domain: string,
  random: (bytes: number) => Uint8Array,
): { code: string; hash: string; sealed: Uint8Array } {
  const code = newPairingCode(random(PAIRING_CODE_SYMBOLS));
  return { code, hash: pairingHash(secrets, code), sealed: secrets.seal(PURPOSE, domain, code) };
}

/** Decrypts the code for the domain's admins. */
export function openPairingCode(secrets: Secrets, domain: string, sealed: Uint8Array): string {
  return secrets.open(PURPOSE, domain, sealed);
}

/** Keyed hash of a code as typed: case, spaces and dashes are ignored, O is 0, I and L are 1. */
export function pairingHash(secrets: Secrets, typed: string): string {
  return secrets.hash(PURPOSE, normaliseCode(typed));
}
