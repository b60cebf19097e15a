import { writeSync } from 'node:fs';

/** What cannot be written now is kept up to this, so that a line is neither cut nor glued to the next; beyond it lines are lost. */
const MAX_KEPT_BYTES = 64 * 1024;
const AGAIN_MS = 1000;

/**
 * Where log lines go. A full disk, a pipe that nobody reads or any other failure of it is counted and swallowed: the service goes on, and writes on as soon
 * as that works again.
 */
export class LogOutput {
  /** Writes that failed, and lines that were lost. */
  failures = 0;
  private readonly writeSome: (bytes: Uint8Array) => number;
  private kept: Uint8Array = new Uint8Array();
  private again: NodeJS.Timeout | null = null;

  /** `writeSome` writes from the beginning of the bytes and says how many; it throws where none can be written. */
  constructor(writeSome: (bytes: Uint8Array) => number) {
    this.writeSome = writeSome;
  }

  write(line: string): void {
    this.flush();
    const bytes = Buffer.from(line);
    if (this.kept.length === 0) this.push(bytes);
    else if (this.kept.length + bytes.length <= MAX_KEPT_BYTES) this.kept = Buffer.concat([this.kept, bytes]);
    else this.failures += 1;
  }

  flush(): void {
    if (this.kept.length > 0) this.push(this.kept);
  }

  private push(bytes: Uint8Array): void {
    let rest = bytes;
    try {
      while (rest.length > 0) rest = rest.subarray(this.writeSome(rest));
    } catch {
      this.failures += 1;
      this.again ??= setTimeout(() => {
        this.again = null;
        this.flush();
      }, AGAIN_MS).unref();
    }
    this.kept = rest;
  }
}

/** Standard error is one for the whole process. */
export const standardError = new LogOutput((bytes) => writeSync(2, bytes));
