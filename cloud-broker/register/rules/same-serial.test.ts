import { expect, test } from 'vitest';
import { SameSerial } from './same-serial.ts';

const LINE = { serial: 'SN-1', model: 'M', credits: '1095', fulfilment: 'on-enrolment' };

/** Why each of these lines of one file is not listed. */
function reasons(...lines: unknown[]): (string | null)[] {
  const same = new SameSerial();
  for (const [index, values] of lines.entries()) same.note({ line: index + 2, values });
  return lines.map((values) => same.reasonOf(values));
}

const told = (...lines: number[]): string =>
  `serial: the same serial is on lines ${lines.join(', ')} with different data: keep only the right one`;

test.each([{ credits: '1' }, { model: 'N' }, { serial: ' sn-1 ' }, { invoice: 'INV-1' }, { colour: 'red' }, { credits: 'many' }])(
  '[K2] [E12] the same serial with %j on another line: neither is listed',
  (change) => {
    expect(reasons(LINE, { ...LINE, serial: 'SN-2' }, { ...LINE, ...change })).toEqual([told(2, 4), null, told(2, 4)]);
  },
);

test('[K2] the same line again is one board, also where CSV and JSON write it differently', () => {
  const again = { SERIAL: ' SN-1 ', model: 'M', credits: 1095, fulfilment: 'on-enrolment', invoice: null, factoryPublicKey: '' };
  expect(reasons(LINE, LINE, again)).toEqual([null, null, null]);
  expect(reasons(LINE, LINE, { ...LINE, model: 'N' }, LINE)).toEqual(Array.from({ length: 4 }, () => told(2, 4, 5)));
});

test('[K2] what has no serial is no other’s double', () => {
  expect(reasons({ ...LINE, serial: '' }, { ...LINE, serial: ' ', model: 'N' }, null, [], 'x', 7)).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('[K2] of many such lines the first ten are named', () => {
  const lines = Array.from({ length: 30 }, (_, n) => ({ ...LINE, credits: n }));
  expect(reasons(...lines)[0]).toContain('on lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 with');
});
