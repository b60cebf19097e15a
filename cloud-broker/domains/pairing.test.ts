import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { newPairingCode, openPairingCode, pairingHash, sealPairingCode } from './pairing.ts';

const key = randomBytes(32);

test('[D7] a code is 8 symbols of Crockford base 32, and is recognised however it is typed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (random) => {
      const code = newPairingCode(random);
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
      const forgiving = ` ${code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replace('-', ' ')} `;
      expect(pairingHash(key, forgiving)).toBe(pairingHash(key, code));
    }),
  );
});

test('[D7] the hash needs the master key, and tells two codes apart', () => {
  expect(pairingHash(key, 'ABCD-EFGH')).not.toBe(pairingHash(randomBytes(32), 'ABCD-EFGH'));
  expect(pairingHash(key, 'ABCD-EFGH')).not.toBe(pairingHash(key, 'ABCD-EFGJ'));
});

test('[D7] a sealed code opens for its domain under its key only, and shows a changed byte', () => {
  const sealed = sealPairingCode(key, 'springfield', 'ABCD-EFGH', randomBytes(12));
  expect(openPairingCode(key, 'springfield', sealed)).toBe('ABCD-EFGH');
  expect(Buffer.from(sealed).includes('ABCD')).toBe(false);
  expect(() => openPairingCode(key, 'shelbyville', sealed)).toThrow('authenticate');
  expect(() => openPairingCode(randomBytes(32), 'springfield', sealed)).toThrow('authenticate');
  for (const at of sealed.keys()) {
    const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
    expect(() => openPairingCode(key, 'springfield', changed)).toThrow('authenticate');
  }
});
