import { createHash } from 'node:crypto';
import { lineProblem } from '../../../protocol/table-problems.ts';
import { serialKey } from '../../../protocol/text.ts';
import { REGISTER_NAMES, namedValues } from './entry.ts';

const MAX_LINES_NAMED = 10;

/** The text compared: what CSV and JSON only write differently is equal. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}

/**
 * K2: serial numbers that are on several lines of one file with different data. None of these lines is listed: only the author of the file knows
 * which is right, and the last would win silently. The same line twice is one board. A serial number in different case is different data.
 */
export class SameSerial {
  private readonly first = new Map<string, { line: number; content: string }>();
  private readonly differing = new Map<string, number[]>();

  /** Call for every line of the file before any is listed. */
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

  /** Why a line is not listed; null: its serial number occurs once, or always with the same data. */
  reasonOf(values: unknown): string | null {
    const lines = this.differing.get(serialKey(textOf(namedValues(values).named['serial'])));
    if (lines === undefined) return null;
    return lineProblem({ kind: 'same-serial', lines: lines.slice(0, MAX_LINES_NAMED) }, 'en');
  }
}
