import pino from 'pino';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** Where progress goes: one JSON line an event. Fields never hold the private key or a pairing code. */
export interface Log {
  note(event: string, fields?: Record<string, unknown>, level?: Level): void;
}

/**
 * Logs to standard error, which leaves standard output to results. Written at once: whoever reads a line knows that
 * everything before it has happened, even if the process is killed right after.
 */
export function createLog(level: Level): Log {
  const logger = pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
  return { note: (event, fields = {}, at = 'info') => logger[at]({ event, ...fields }) };
}
