/**
 * Pairing codes (D7): 8 symbols of Crockford base 32, made by the service. What is stored is a keyed hash, by which a
 * typed code is recognised, and a sealed copy, which the console can show again.
 */
import { crockfordCode, normaliseCode } from '../../protocol/text.ts';
import type { Secrets } from '../keys/secrets.ts';

export const PAIRING_CODE_SYMBOLS = 8;
/** D7: a new code may leave the old one good for up to 7 days. */
export const MAX_PREVIOUS_DAYS = 7;

/** A new code, `XXXX-XXXX`, from at least 8 random bytes. */
export function newPairingCode(random: Uint8Array): string {
  const code = crockfordCode(random, PAIRING_CODE_SYMBOLS);
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** Keyed hash of a code as it was typed: case, spaces and dashes do not count, O is 0, I and L are 1. */
export function pairingHash(secrets: Secrets, typed: string): string {
  return secrets.hash('pairing code', normaliseCode(typed));
}
