import { errorText } from '../../protocol/error-text.ts';
import { CommanderError } from 'commander';
import { isErrorCode, RollcallError, wordsOf, type ErrorCode } from '../../protocol/errors.ts';

/** Exit codes of every command (protocol.md §2). */
export const EXIT = { done: 0, refused: 1, usage: 2 } as const;

/** A usage error that only the command itself can detect. */
export const wrongUsage = (message: string): CommanderError => new CommanderError(EXIT.usage, 'usage', message);

/** `--json`, accepted by every command. */
export interface Json {
  json?: boolean;
}

/** Explains a refusal on standard error: code, message, details, next step. */
export function explain(error: unknown): string {
  if (!(error instanceof RollcallError)) return `internal: ${errorText(error)}`;
  const code: ErrorCode = isErrorCode(error.code) ? error.code : 'internal';
  const words = wordsOf(code, 'en');
  const details = Object.entries(error.details ?? {}).map(
    ([name, value]) => `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [`${code}: ${words.message}`, ...details, `Next step: ${words.next}`].join('\n');
}

/** One JSON document, or lines for people. */
export function print(json: boolean, document: unknown, lines: () => string[]): void {
  process.stdout.write(
    json
      ? `${JSON.stringify(document)}\n`
      : lines()
          .map((line) => `${line}\n`)
          .join(''),
  );
}

/** A progress bar on standard error, drawn only on a terminal. */
export function progressBar(label: string, total: number): { at(done: number): void; end(): void } {
  const width = 30;
  let drawn = -1;
  return {
    at(done) {
      const filled = total === 0 ? width : Math.floor((Math.min(done, total) / total) * width);
      if (!process.stderr.isTTY || (filled === drawn && done < total)) return;
      drawn = filled;
      process.stderr.write(
        `\r${label} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`,
      );
    },
    end() {
      if (process.stderr.isTTY && drawn >= 0) process.stderr.write('\n');
    },
  };
}

/** Columns padded to their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** An ISO 8601 time to the minute, as shown in tables. */
export function when(iso: string | null): string {
  return iso === null ? '-' : iso.slice(0, 16).replace('T', ' ');
}
