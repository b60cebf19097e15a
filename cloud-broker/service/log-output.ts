import { writeSync } from 'node:fs';

/** Unwritten output is kept up to this size, so that lines are neither cut nor joined; beyond it lines are lost. */
const MAX_KEPT_BYTES = 64 * 1024;
const AGAIN_MS = 1000;

/**
 * Where log lines go. A full disk, an unread pipe or any other output failure is counted and ignored: the service continues, and resumes writing as
 * soon as that works again.
 */
export class LogOutput {
  /** Failed writes and lost lines. */
  failures = 0;
  private readonly writeSome: (bytes: Uint8Array) => number;
  private kept: Uint8Array = new Uint8Array();
  private again: NodeJS.Timeout | null = null;

  /** `writeSome` writes a first part of the bytes and returns its length; it throws if none can be written. */
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

/** Standard error is shared by the whole process. */
export const standardError = new LogOutput((bytes) => writeSync(2, bytes));
