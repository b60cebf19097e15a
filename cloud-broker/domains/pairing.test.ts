import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSecrets } from '../keys/secrets.ts';
import { newPairingCode, pairingHash } from './pairing.ts';

const secrets = createSecrets(randomBytes(32));

test('[D7] a code is 8 symbols of Crockford base 32, and is recognised however it is typed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (random) => {
      const code = newPairingCode(random);
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
      const forgiving = ` ${code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replace('-', ' ')} `;
      expect(pairingHash(secrets, forgiving)).toBe(pairingHash(secrets, code));
    }),
  );
});
