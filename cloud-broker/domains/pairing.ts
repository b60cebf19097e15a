/**
 * Pairing codes (D7): 8 symbols of Crockford base 32, made by the service. What is stored is a keyed hash, by which a
 * typed code is recognised, and a sealed copy, which the console can show again; both need the master key.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { crockfordCode, normaliseCode } from '../../protocol/text.ts';

export const PAIRING_CODE_SYMBOLS = 8;
/** D7: a new code may leave the old one good for up to 7 days. */
export const MAX_PREVIOUS_DAYS = 7;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A key of its own for each use, so that no use says anything about the other. */
function keyFor(masterKey: Uint8Array, use: 'hash' | 'seal'): Buffer {
  if (masterKey.length < 32) throw new RangeError('the master key has at least 32 bytes');
  return Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `rollcall pairing code ${use}`, 32));
}

/** A new code, `XXXX-XXXX`, from at least 8 random bytes. */
export function newPairingCode(random: Uint8Array): string {
  const code = crockfordCode(random, PAIRING_CODE_SYMBOLS);
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** Keyed hash of a code as it was typed: case, spaces and dashes do not count, O is 0, I and L are 1. */
export function pairingHash(masterKey: Uint8Array, typed: string): string {
  return createHmac('sha256', keyFor(masterKey, 'hash')).update(normaliseCode(typed)).digest('hex');
}

/** Seals a code for one domain: a copy moved to another domain's row does not open. `iv` is 12 random bytes, used once. */
export function sealPairingCode(masterKey: Uint8Array, domain: string, code: string, iv: Uint8Array): Uint8Array {
  if (iv.length !== IV_BYTES) throw new RangeError(`the iv has ${IV_BYTES} bytes`);
  const cipher = createCipheriv('aes-256-gcm', keyFor(masterKey, 'seal'), iv).setAAD(Buffer.from(domain));
  const sealed = Buffer.concat([cipher.update(code, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** The sealed code. Throws where the key, the domain or the bytes are not those it was sealed with. */
export function openPairingCode(masterKey: Uint8Array, domain: string, sealed: Uint8Array): string {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv('aes-256-gcm', keyFor(masterKey, 'seal'), bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(domain)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
}
