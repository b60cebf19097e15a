import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLines } from './csv.ts';

const read = (text: string): string[][] =>
  parse(text, { relax_column_count: true, skip_empty_lines: false }).map((row: string[]) =>
    row.map((cell) => cell.replace(/^'/, '')),
  );

test('[A6] no cell begins a formula, and what is exported reads back unchanged', () => {
  const cell = fc.oneof(
    fc.string(),
    fc.constantFrom('=1+1', '+1', '-2+3', '@SUM(A1)', "'quoted", '\t=1', '\r=1', 'a,"b"\nc', '—é'),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
      const text = csvLines(rows);
      expect(read(text)).toEqual(rows);
      for (const row of parse(text, { relax_column_count: true }))
        for (const shown of row) expect(shown).not.toMatch(/^[=+\-@\t\r]/);
    }),
  );
});
