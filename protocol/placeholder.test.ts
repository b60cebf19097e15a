import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlaceholderSerial, isUnsetText } from './placeholder.ts';

const missed = (serials: string) => serials.split('|').filter((serial) => !isPlaceholderSerial(serial));
const taken = (serials: string) => serials.split('|').filter(isPlaceholderSerial);

describe('[E6] serials that many boards share', () => {
  test('one character repeated, blanks and signs', () => {
    expect(missed('00000000|XXXXXXXX|....|00-00-00||   |1|$|NNNNNNN|xxxxxxxxxxx|0x00000000|00FF00FF|FFFF-FFFF')).toEqual([]);
  });

  test.each([
    'To be filled by O.E.M.|  TO BE FILLED BY O.E.M. |To Be Filled By O.E.M. by More String|Fill By OEM|OEM|OEM_Serial|O.E.M.',
    'Default string|Default_string|System Serial Number|SystemSerialNumb|Base Board Serial Number|Chassis Serial Number|Type2 - Board Serial Number',
    'None|<none>|null|(null)|(null string)|N/A|Not Specified|Not Applicable|Not Available|unknown|Unknow|undefined|INVALID|empty|No Asset Tag',
    'EVAL|TEST|Sample|NoSerialNumber|Serial Number xxxxxx|SerNum0|IATPASS|Tulip Computers',
  ])('words that say that nothing is set: %s', (serials) => {
    expect(missed(serials)).toEqual([]);
  });

  test.each([
    '1234|12345|123456789|1234567890|0123456789|9876543210|87654321|54321|12345678901234567|123456789000|000012345678',
    '1234567890ABCDEF|0123456789ABCDEF|ABCDEF0123456789|fedcba9876543210|0x0123456789abcdef|01234567890123456789',
    'SN-12345|SN12345|S/N: 12345|SN-1234567890|SYS-1234567890|SYS-9876543210|MB-1234567890|SN-00000000|SN-XXXXXXXX',
    'Asset-1234567890|BSN12345678901234567|ATN12345678901234567|Baytrail12345678',
    'abcdefgh|qwertyuiop|ABCD1234|ABC123456|A1B2C3D4|A1B2C3D4E5F6|11223344|112233445566|0102030405060708',
  ])('sequences, with or without a label: %s', (serials) => {
    expect(missed(serials)).toEqual([]);
  });

  test('the same again and again', () => {
    const serials =
      '1234567812345678|ABCD1234ABCD1234|12341234|123123|12121212|abcdabcd|K7C0K7C0|5f3a91c05f3a91c0|0123456789 0123456789';
    expect(missed(serials)).toEqual([]);
  });

  test('kits of SoC makers, emulators, and what inventories have met', () => {
    const kits = 'c3d9b8674f4b94f6|C3D9B8674F4B94F6|20080411|0123456789ABCDEF|1234567|deadbeef|rockchip|HiSilicon';
    expect(missed(`${kits}|EMULATOR30X5X5X0|emulator-5554|CUTTLEFISHCVD011|SN-123456fvgv3i0b8o5n6n7k`)).toEqual([]);
  });
});

describe('[E6] real serials are not taken for placeholders', () => {
  test('as makers write them', () => {
    const makers = 'PF3ABCDE|10000000a1b2c3d4|K7C0019B2D|C02XK0AAJGH5|5CG1234XYZ|MXL1234567|/7XK2/CN1296|RK3588-77|20230415|D0D0';
    expect(taken(makers)).toEqual([]);
    expect(taken('SN-1|SN-0|SN-0000000|SN-1234|SN-23456|A1|AB|None1|NONE-1|TEST1|0123456788|0123456780|00000001')).toEqual([]);
  });

  test('by chance: 8 to 16 letters and digits, or 10 digits and more', () => {
    const of = (characters: string, minLength: number) =>
      fc.string({ unit: fc.constantFrom(...characters.split('')), minLength, maxLength: 16 });
    const any = fc.oneof(of('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 8), of('0123456789abcdef', 10), of('0123456789', 10));
    // Every value as likely as any other: the generator must not prefer what is short, small or the same again.
    const serials = fc.sample(fc.noBias(any), { numRuns: 20_000, seed: 13 });
    expect(serials.filter(isPlaceholderSerial)).toEqual([]);
  });

  test.each(['K7C', 'SB', 'A023AB', 'SMT-', 'BOARD-', '20260'])('a whole production under %s', (prefix) => {
    const numbers = Array.from({ length: 50_000 }, (_, n) => n);
    expect(numbers.map((n) => prefix + String(n).padStart(6, '0')).filter(isPlaceholderSerial)).toEqual([]);
  });
});

test('what is no model, and what is one though no serial', () => {
  expect(['Default string', 'System Product Name', 'To be filled by O.E.M.', 'None', ''].every(isUnsetText)).toBe(true);
  expect(['SBID-MX275-V4', 'Qualcomm', 'All Series', '1.2.3.4', 'OPS-i7'].filter(isUnsetText)).toEqual([]);
});
