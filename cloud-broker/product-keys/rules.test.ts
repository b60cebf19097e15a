import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { endOf, newCode, readCode } from './rules.ts';

const random = fc.uint8Array({ minLength: 16, maxLength: 16 });
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

test('[K1] a code is read however it is typed', () => {
  fc.assert(
    fc.property(random, (bytes) => {
      const code = newCode(bytes);
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{5}$/);
      const meant = code.replaceAll('-', '');
      const typed = ` ${code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('-', ' – ')} `;
      expect([readCode(code), readCode(typed), endOf(typed)]).toEqual([meant, meant, meant.slice(-4)]);
    }),
  );
});

test('[K1] every wrong symbol, every two neighbours that changed places and every lost symbol is a typing error', () => {
  fc.assert(
    fc.property(random, fc.nat(16), fc.integer({ min: 1, max: 31 }), (bytes, at, by) => {
      const code = newCode(bytes).replaceAll('-', '');
      const wrong = SYMBOLS[(SYMBOLS.indexOf(code[at] ?? '') + by) % 32] ?? '';
      expect(readCode(code.slice(0, at) + wrong + code.slice(at + 1))).toBeNull();
      expect(readCode(code.slice(0, at) + code.slice(at + 1))).toBeNull();
      const swapped = code.slice(0, at) + (code[at + 1] ?? '') + (code[at] ?? '') + code.slice(at + 2);
      if (at < 16 && code[at] !== code[at + 1]) expect(readCode(swapped)).toBeNull();
    }),
    { numRuns: 500 },
  );
  expect([readCode(''), readCode('not a key'), readCode('U'.repeat(17)), readCode('é'.repeat(17))]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
