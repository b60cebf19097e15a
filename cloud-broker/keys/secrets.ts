/** Values the store must recognise or show again but never hold in the clear: keyed hashes, and texts sealed under the master key. */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** A separate key for each purpose, so that one use reveals nothing about another. */
type Purpose = 'second factor' | 'recovery code' | 'pairing code' | 'product key' | 'claim code' | 'mail' | 'webhook';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const TOKEN_BYTES = 32;

export interface Secrets {
  /** Keyed hash, hex: someone who has only the database can neither read the text nor test codes against the hash. */
  hash(purpose: Purpose, text: string): string;
  /** Seals a text for one place: `boundTo` names the row, so that a copy moved to another row cannot be opened. */
  seal(purpose: Purpose, boundTo: string, text: string): Uint8Array;
  /** Throws if purpose, place or bytes differ from those it was sealed with. */
  open(purpose: Purpose, boundTo: string, sealed: Uint8Array): string;
}

/** `random` is a parameter for tests only; an IV is never used twice. `masterKey` has at least 32 bytes (S1). */
export function createSecrets(masterKey: Uint8Array, random: (bytes: number) => Uint8Array = randomBytes): Secrets {
  if (masterKey.length < 32) throw new RangeError('the master key has at least 32 bytes');
  const keyFor = (purpose: Purpose, use: 'hash' | 'seal'): Buffer =>
    Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `rollcall ${purpose} ${use}`, 32));
  return {
    hash: (purpose, text) => createHmac('sha256', keyFor(purpose, 'hash')).update(text).digest('hex'),
    seal(purpose, boundTo, text) {
      const iv = random(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose, 'seal'), iv).setAAD(Buffer.from(boundTo));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
    },
    open(purpose, boundTo, sealed) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose, 'seal'), bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(boundTo)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
    },
  };
}

/** D2: the token of a link, 256 random bits as base64url; the store keeps only its hash. */
export function newToken(random: (bytes: number) => Uint8Array): string {
  return Buffer.from(random(TOKEN_BYTES)).toString('base64url');
}

/** SHA-256, hex: sufficient for 256 random bits, which cannot be guessed. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
