import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EXPORT_COLUMNS } from '../../../protocol/api-import.ts';
import { TableRefusal } from '../../../protocol/table-problems.ts';
import { csvLines } from '../../http/csv.ts';
import { piecesOf, readTable } from './csv.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8'): Uint8Array => Buffer.from(text, encoding);
/** `line kind` of what cannot be used. */
const problems = (text: string): string[] =>
  readTable(bytes(text)).problems.map(({ line, problem }) => `${line} ${problem.kind}`);

test('[A6] an export reads back as it was: quotes, commas, line ends, formulas and apostrophes', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab"\',;=+-@ é’'.split('')), minLength: 1, maxLength: 12 });
  // What tables lose around a text, the service takes for unchanged.
  const cell = text.map((one) => `x${one}`.slice(one.length % 2)).filter((one) => one.trim() === one && one !== '');
  const device = fc.record({ label: cell, tags: fc.array(cell, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(device, { minLength: 1, maxLength: 5 }), (devices) => {
      const rows = devices.map(({ label, tags }, n) => {
        const facts: Partial<Record<string, string>> = {
          id: `d-${n}`,
          serial: `SN-${n}`,
          label,
          tags: JSON.stringify(tags),
          os: '=x',
        };
        return EXPORT_COLUMNS.map((column) => facts[column] ?? '');
      });
      expect(readTable(bytes(csvLines([EXPORT_COLUMNS, ...rows])))).toEqual({
        rows: devices.map((one, n) => ({ line: n + 2, serial: `SN-${n}`, ...one })),
        problems: [],
        leftOut: EXPORT_COLUMNS.filter((name) => !['serial', 'label', 'tags'].includes(name)),
        isGuess: false,
      });
    }),
  );
});

test('a spreadsheet’s own: semicolons, a mark at the beginning, tags between commas, empty cells left as they are', () => {
  const text =
    '\uFEFF Serial;LABEL;Tags;;\r\nSN-1;Hall;"north, big";;\r\nSN-2;;;;\r\n;No serial;;;\r\nSN-3;;south;;\r\nSN-4;Gym;[broken;;\r\n';
  const read = {
    rows: [
      { line: 2, serial: 'SN-1', label: 'Hall', tags: ['north', 'big'] },
      { line: 5, serial: 'SN-3', tags: ['south'] },
    ],
    problems: [
      { line: 4, problem: { kind: 'value', column: 'serial' } },
      { line: 6, problem: { kind: 'value', column: 'tags' } },
    ],
    leftOut: [],
  };
  for (const encoding of ['utf8', 'utf16le'] as const)
    expect(readTable(bytes(text, encoding))).toEqual({ ...read, isGuess: false });
});

test('nothing that is written is passed over: another column, another delimiter or JSON refuses the file', () => {
  const refused = (text: string): unknown => {
    try {
      return readTable(bytes(text));
    } catch (error) {
      return error instanceof TableRefusal ? error.problems : error;
    }
  };
  expect(refused('name,labels,label\nx,y,z\n')).toEqual([
    { kind: 'unknown', column: 'name', nearest: null },
    { kind: 'unknown', column: 'labels', nearest: 'label' },
    { kind: 'missing', column: 'serial' },
  ]);
  expect(refused('serial|label\nx|y\n')).toEqual([{ kind: 'delimiter', delimiter: '|' }]);
  expect(refused('')).toEqual([{ kind: 'empty' }]);
  for (const json of ['[{"serial":"SN-1"}]', ' {"serial":"SN-1"}\n']) expect(refused(json)).toEqual([{ kind: 'json' }]);
});

test('a line that cannot be used is told by its number and reason, and the others are read', () => {
  const lines = [
    'SN-2,Board 65" 4K',
    'SN-3,"Hall',
    'SN-4',
    '1.23457E+12,Hall',
    '="00123",Hall',
    '#N/A,Hall',
    'SN-8,\uFFFD',
    'SN-9,ok',
  ];
  expect(problems(`serial,label\n${lines.join('\n')}\n`)).toEqual([
    '2 quote-inside',
    '3 quote-open',
    '4 cells',
    '5 damaged',
    '6 quote-inside',
    '7 damaged',
    '8 value',
  ]);
});

test('[E12] a serial twice with other labels or tags is told, and neither is sent; the same twice is fine', () => {
  const text = 'serial,label,tags\nSN-1,Hall,\nSN-2,Gym,\n sn-1,Aula,\nSN-2,Gym,\nSN-3,a,\nSN-3,,x\nSN-4,a,\nSN-4,,\n';
  expect(problems(text)).toEqual(['2 same-serial', '4 same-serial', '6 same-serial', '7 same-serial']);
  expect(readTable(bytes(text)).rows.map(({ line }) => line)).toEqual([3, 5, 8]);
});

test('[A6] what Western spreadsheets write is read letter by letter, and said to be a guess; U+FFFD never comes of it', () => {
  const text = 'serial;label\nSN-1;Salle d\u0092étude 2ème\n';
  expect(readTable(bytes(text, 'latin1'))).toMatchObject({ rows: [{ label: 'Salle d’étude 2ème' }], isGuess: true });
  expect(() => readTable(Buffer.concat([Buffer.from('\uFEFF'), Buffer.from(text, 'latin1')]))).toThrow('UTF-8');
});

test('pieces are no larger than one request takes', () => {
  const rows = Array.from({ length: 1200 }, (_, n) => ({
    line: n + 2,
    serial: `SN-${n}`,
    label: 'é'.repeat(n % 2 === 0 ? 60 : 3),
  }));
  const pieces = piecesOf(rows);
  expect(pieces.flat()).toEqual(rows);
  for (const piece of pieces) {
    expect(piece.length).toBeLessThanOrEqual(250);
    expect(new TextEncoder().encode(JSON.stringify(piece)).length).toBeLessThan(64 * 1024);
  }
  expect(piecesOf([])).toEqual([]);
});
