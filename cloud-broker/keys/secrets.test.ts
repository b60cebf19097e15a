import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSecrets, newToken, tokenHash } from './secrets.ts';

const key = randomBytes(32);
const secrets = createSecrets(key);

test('[D7] the hash needs the master key, and tells texts and purposes apart', () => {
  const hash = secrets.hash('pairing code', 'ABCD-EFGH');
  expect(secrets.hash('pairing code', 'ABCD-EFGH')).toBe(hash);
  expect(createSecrets(randomBytes(32)).hash('pairing code', 'ABCD-EFGH')).not.toBe(hash);
  expect(secrets.hash('pairing code', 'ABCD-EFGJ')).not.toBe(hash);
  expect(secrets.hash('product key', 'ABCD-EFGH')).not.toBe(hash);
  expect(() => createSecrets(randomBytes(31))).toThrow('32 bytes');
});

test('[D7] a sealed text opens in its place under its key and purpose only, and shows a changed byte', () => {
  const sealed = secrets.seal('pairing code', 'springfield', 'ABCD-EFGH');
  expect(secrets.open('pairing code', 'springfield', sealed)).toBe('ABCD-EFGH');
  expect(Buffer.from(sealed).includes('ABCD')).toBe(false);
  expect(() => secrets.open('pairing code', 'shelbyville', sealed)).toThrow('authenticate');
  expect(() => secrets.open('mail', 'springfield', sealed)).toThrow('authenticate');
  expect(() => createSecrets(randomBytes(32)).open('pairing code', 'springfield', sealed)).toThrow('authenticate');
  for (const at of sealed.keys()) {
    const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
    expect(() => secrets.open('pairing code', 'springfield', changed)).toThrow('authenticate');
  }
});

test('[D2] a token has 256 random bits and is known by its hash', () => {
  const token = newToken(randomBytes);
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(tokenHash(token)).toMatch(/^[0-9a-f]{64}$/);
  expect(tokenHash(token)).not.toBe(tokenHash(newToken(randomBytes)));
});
