import { writeSync } from 'node:fs';

/** The numbers that JSON logs commonly use for these levels. */
const LEVELS = { info: 30, warn: 40 } as const;

/** Field names, and texts within fields, that must never reach a log, no matter who put them there (A6). */
const SECRET_FIELD = /^(?:pairingCode|password|privateKey|authorization|token)$/i;
const SECRET_TEXT = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const CREDENTIALS = /(\w+:\/\/)[^\s/@]+@/g;

function redacted(name: string, value: unknown): unknown {
  if (SECRET_FIELD.test(name)) return '[secret]';
  return typeof value === 'string' ? value.replaceAll(SECRET_TEXT, '[secret]').replaceAll(CREDENTIALS, '$1[secret]@') : value;
}

/** One log line, without secrets. */
export function logLine(line: Record<string, unknown>): string {
  return JSON.stringify(line, redacted);
}

/** Where progress is reported: one JSON line per event. */
export interface Log {
  note(event: string, fields?: Record<string, unknown>, level?: keyof typeof LEVELS): void;
}

/**
 * Logs to standard error, leaving standard output for results. Writes synchronously: when a line appears, everything before it has happened, even if
 * the process is killed right after.
 */
export function createLog(): Log {
  return {
    note: (event, fields = {}, level = 'info') => {
      const line = { level: LEVELS[level], time: new Date().toISOString(), pid: process.pid, event, ...fields };
      try {
        writeSync(2, `${logLine(line)}\n`);
      } catch {
        // The reader is gone or the disk is full: a display keeps running without its log.
      }
    },
  };
}
