import type { Parameter } from './tx.ts';

/** Rows per statement: only a few counts, because each text is prepared once and kept. */
const ROWS_AT_ONCE = [64, 8, 1];

/** Few statements that insert `rows` in order. `into` is the table with its columns. */
export function* rowInserts(into: string, rows: readonly Parameter[][]): Generator<{ text: string; parameters: Parameter[] }> {
  let from = 0;
  for (const most of ROWS_AT_ONCE) {
    for (; rows.length - from >= most; from += most) {
      const part = rows.slice(from, from + most);
      const places = part.map((row) => `(${row.map(() => '?').join(',')})`).join(',');
      yield { text: `INSERT INTO ${into} VALUES ${places}`, parameters: part.flat() };
    }
  }
}
