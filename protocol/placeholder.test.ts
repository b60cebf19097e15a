import { expect, test } from 'vitest';
import { isPlaceholderSerial } from './placeholder.ts';

test('[E6] known placeholders, trimmed and without case, and one character repeated', () => {
  const shared = [
    'To be filled by O.E.M.',
    '  TO BE FILLED BY O.E.M. ',
    '0123456789',
    'Default string',
    'System Serial Number',
    'None',
    'Not Specified',
    '123456789',
    '00000000',
    'XXXXXXXX',
    '....',
    '00-00-00',
    '',
    '   ',
    '1',
  ];
  expect(shared.filter((serial) => !isPlaceholderSerial(serial))).toEqual([]);
});

test('real serials are not taken for placeholders', () => {
  const real = ['PF3ABCDE', '10000000a1b2c3d4', 'SIM-A', 'K7C0019B2D', 'None1', '0123456780', 'AB'];
  expect(real.filter(isPlaceholderSerial)).toEqual([]);
});
