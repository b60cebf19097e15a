import { pino, type Logger } from 'pino';
import type { Settings } from './config.ts';
import { standardError } from './log-output.ts';

/** The service's log: JSON lines on standard error; standard output is reserved for answers. */
export function createLog(level: Settings['logLevel']): Logger {
  return pino(
    {
      level,
      base: null,
      redact: { paths: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.pairingCode'], censor: '[secret]' },
    },
    standardError,
  );
}
