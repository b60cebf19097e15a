import { writeSync } from 'node:fs';

/** The numbers that JSON logs commonly use for them. */
const LEVELS = { info: 30, warn: 40 } as const;

/** Names of fields, and texts in fields, that must not reach a log whoever put them there (A6). */
const SECRET_FIELD = /^(?:pairingCode|password|privateKey|authorization|token)$/i;
const SECRET_TEXT = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const CREDENTIALS = /(\w+:\/\/)[^\s/@]+@/g;

function redacted(name: string, value: unknown): unknown {
  if (SECRET_FIELD.test(name)) return '[secret]';
  return typeof value === 'string' ? value.replaceAll(SECRET_TEXT, '[secret]').replaceAll(CREDENTIALS, '$1[secret]@') : value;
}

/** One line of the log, without secrets. */
export function logLine(line: Record<string, unknown>): string {
  return JSON.stringify(line, redacted);
}

/** Where progress goes: one JSON line an event. */
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
        writeSync(2, `${logLine(line)}\n`);
      } catch {
        // Nobody listens any more, or the disk is full: a display lives on without its log.
      }
    },
  };
}
