import { createHash } from 'node:crypto';
import { lineProblem } from '../../../protocol/table-problems.ts';
import { serialKey } from '../../../protocol/text.ts';
import { REGISTER_NAMES, namedValues } from './entry.ts';

const MAX_LINES_NAMED = 10;

/** As it is compared: what CSV and JSON write differently is the same. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}

/**
 * K2: which serials stand on several lines of one file with other data. None of these lines is listed: nobody but who wrote the file can
 * say which is right, and the last one would win in silence. The same line twice is one board. A serial written in other case is other data.
 */
export class SameSerial {
  private readonly first = new Map<string, { line: number; content: string }>();
  private readonly differing = new Map<string, number[]>();

  /** Every line of the file, before any is listed. */
  note({ line, values }: { line: number; values: unknown }): void {
    const { named, flaw } = namedValues(values);
    const key = serialKey(textOf(named['serial']));
    if (key === '') return;
    const texts = REGISTER_NAMES.map((name) => textOf(named[name]));
    const content = createHash('sha256')
      .update(JSON.stringify([texts, flaw]))
      .digest('base64url')
      .slice(0, 22);
    const before = this.first.get(key);
    if (before === undefined) {
      this.first.set(key, { line, content });
      return;
    }
    const lines = this.differing.get(key);
    if (lines !== undefined) lines.push(line);
    else if (before.content !== content) this.differing.set(key, [before.line, line]);
  }

  /** Why a line is not listed; null: its serial stands here once, or always with the same data. */
  reasonOf(values: unknown): string | null {
    const lines = this.differing.get(serialKey(textOf(namedValues(values).named['serial'])));
    if (lines === undefined) return null;
    return lineProblem({ kind: 'same-serial', lines: lines.slice(0, MAX_LINES_NAMED) }, 'en');
  }
}
