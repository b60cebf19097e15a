import { expect, test } from 'vitest';
import { csvLines } from '../../http/csv.ts';
import { cellsOf, piecesOf, readTable } from './csv.ts';

test('[A6] an export reads back as it was: quotes, commas, line ends, formulas and apostrophes', () => {
  const label = '=1+1, "Hall"';
  const tags = ['a,b', "'c", '-d'];
  const text = csvLines([
    ['id', 'serial', 'label', 'tags'],
    ['d-1', 'SN-1', label, JSON.stringify(tags)],
    ['d-2', 'SN-2', "'quoted", '[]'],
  ]);
  expect(readTable(text)).toEqual({
    rows: [
      { line: 2, serial: 'SN-1', label, tags },
      { line: 3, serial: 'SN-2', label: "'quoted", tags: [] },
    ],
    unreadable: [],
    hasSerials: true,
  });
});

test('a spreadsheet’s own: semicolons, a mark at the beginning, tags between commas, empty cells left as they are', () => {
  const text =
    '\uFEFFSerial;Label;Tags\r\nSN-1;Hall;"north, big"\r\nSN-2;;\r\n;No serial;\r\nSN-3;;south\r\nSN-4;Gym;[broken\r\n';
  expect(readTable(text)).toEqual({
    rows: [
      { line: 2, serial: 'SN-1', label: 'Hall', tags: ['north', 'big'] },
      { line: 5, serial: 'SN-3', tags: ['south'] },
    ],
    unreadable: [4, 6],
    hasSerials: true,
  });
  expect(readTable('name,label\nx,y\n').hasSerials).toBe(false);
  expect(readTable('').hasSerials).toBe(false);
});

test('lines are counted as an editor counts them, also where a cell has a line end', () => {
  expect(cellsOf('a,b\n"x\ny",1\n\nz,2').map(({ line, cells }) => [line, cells[0]])).toEqual([
    [1, 'a'],
    [2, 'x\ny'],
    [5, 'z'],
  ]);
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
