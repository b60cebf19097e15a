import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlaceholderSerial } from './placeholder.ts';
import { asciiText, crockfordCode, deviceText, domainName, normaliseCode, normaliseDomain, serialKey } from './text.ts';

/** Control, zero-width, bidirectional, invisible: none of them may make two names look alike. */
const INVISIBLE = [
  0x00, 0x09, 0x0a, 0x1b, 0x7f, 0x85, 0xad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e, 0x200b, 0x200c, 0x200d,
  0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0x3164, 0xd800, 0xdfff, 0xe000, 0xfeff, 0xffa0, 0xfffd,
  0xe0001, 0xe0041,
];

describe('text from strangers', () => {
  test.each(INVISIBLE.map((code) => [code.toString(16), String.fromCodePoint(code)]))(
    '[A6] no U+%s anywhere in device text',
    (_, character) => {
      for (const text of [`a${character}b`, `${character}a`, `a${character}`])
        expect(deviceText(64).safeParse(text).success).toBe(false);
    },
  );

  test('[A6] 1 to 64 characters, not only blanks, left as they came', () => {
    const accepts = (text: string): boolean => deviceText(64).safeParse(text).success;
    expect(['Foyer 2ᵉ étage', 'ディスプレイ', '😀', 'x'.repeat(64), ' x '].every(accepts)).toBe(true);
    expect(deviceText(64).parse(' x ')).toBe(' x ');
    expect(['', ' ', '\u00a0', '\u3000', 'x'.repeat(65)].some(accepts)).toBe(false);
    expect(deviceText(256).safeParse('x'.repeat(256)).success).toBe(true);
  });

  test('[A6] serial, model and firmware are printable ASCII and nothing else', () => {
    const schema = asciiText(64);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aaaaZ9 -~\u007f\u0000\té\n😀'.split('')), maxLength: 70 }), (text) => {
        const allowed =
          text.length <= 64 && text.trim() !== '' && text.split('').every((character) => character >= ' ' && character <= '~');
        expect(schema.safeParse(text).success).toBe(allowed);
      }),
    );
    expect(asciiText(64).safeParse('SN-1\n').success).toBe(false);
  });

  test('[D1] a domain’s name has 3 to 32 lowercase letters or digits', () => {
    const accepts = (name: string): boolean => domainName.safeParse(name).success;
    expect(['abc', '123', 'a'.repeat(32)].every(accepts)).toBe(true);
    expect(['ab', 'a'.repeat(33), 'Abc', 'a-b', 'a b', 'écol', 'abc\n', ''].some(accepts)).toBe(false);
    expect(normaliseDomain('  SpringField\n')).toBe('springfield');
  });

  test('[E12] serials are compared trimmed and without case', () => {
    expect(serialKey(' sn-0042 ')).toBe(serialKey('SN-0042'));
    expect(serialKey('SN 1')).not.toBe(serialKey('SN1'));
  });
});

describe('codes that people type', () => {
  test.each([
    ['ab1o-il-9z', 'AB10119Z'],
    [' A B 1 0 – 1 1 9 Z ', 'AB10119Z'],
    ['AB10—119Z', 'AB10119Z'],
    ['AB10119Z', 'AB10119Z'],
    ['', ''],
  ])('[D7] %s is read as %s', (typed, meant) => {
    expect(normaliseCode(typed)).toBe(meant);
  });

  test('[D7] a code made by the service is typed back in any of these ways', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        fc.boolean(),
        fc.constantFrom('', ' ', '-', ' - '),
        (random, lower, separator) => {
          const code = crockfordCode(random, 8);
          expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
          const typed = code.split('').join(separator).replaceAll('0', 'O').replaceAll('1', 'l');
          expect(normaliseCode(lower ? typed.toLowerCase() : typed)).toBe(code);
        },
      ),
    );
  });

  test('[D7] every symbol is as likely as any other, and too few random bytes are refused', () => {
    const counts = new Map<string, number>();
    for (const symbol of crockfordCode(
      Uint8Array.from({ length: 256 }, (_, byte) => byte),
      256,
    ))
      counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    expect([...counts.values()]).toEqual(Array.from({ length: 32 }, () => 8));
    expect(() => crockfordCode(new Uint8Array(7), 8)).toThrow(RangeError);
  });
});

describe('serials that many boards share', () => {
  test.each([
    'To be filled by O.E.M.',
    ' default string ',
    '0123456789',
    '00000000',
    'xxxx',
    'FFFF-FFFF',
    '-',
    '....',
    'N/A',
    'None',
    'System Serial Number',
    '   ',
  ])('[E6] %s is a placeholder', (serial) => {
    expect(isPlaceholderSerial(serial)).toBe(true);
  });

  test.each(['SN-1', 'A1', '0123456788', 'NONE-1', 'D0D0'])('[E6] %s is a serial', (serial) => {
    expect(isPlaceholderSerial(serial)).toBe(false);
  });
});
