import { writeSync } from 'node:fs';

/** The numbers that JSON logs commonly use for them. */
const LEVELS = { info: 30, warn: 40 } as const;

/** Where progress goes: one JSON line an event. Fields never hold the private key or a pairing code. */
export interface Log {
  note(event: string, fields?: Record<string, unknown>, level?: keyof typeof LEVELS): void;
}

/**
 * Logs to standard error, which leaves standard output to results. Written at once: whoever reads a line knows that
 * everything before it has happened, even if the process is killed right after.
 */
export function createLog(): Log {
  return {
    note: (event, fields = {}, level = 'info') => {
      const line = { level: LEVELS[level], time: new Date().toISOString(), pid: process.pid, event, ...fields };
      try {
        writeSync(2, `${JSON.stringify(line)}\n`);
      } catch {
        // Nobody listens any more, or the disk is full: a display lives on without its log.
      }
    },
  };
}
