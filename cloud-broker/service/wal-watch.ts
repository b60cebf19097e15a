import { statSync } from 'node:fs';
import type { Logger } from 'pino';

/** Three times what is written back at once: where nobody holds it, the log beside the database stays below. */
const WORTH_TELLING_BYTES = 48 * 1024 * 1024;

/** Bytes of the log beside the database (WAL); 0 where there is none. */
export function walBytes(databaseFile: string): number {
  return statSync(`${databaseFile}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * The look that is returned tells when the log beside the database grows: as long as anybody reads on from an old moment (a backup tool, a shell with an open transaction), nothing of
 * it can be written back, and it fills the disk. Told again each time it has doubled, and when it is over.
 */
export function walWatch(
  databaseFile: string,
  log: Pick<Logger, 'warn' | 'info'>,
  bytes: (databaseFile: string) => number = walBytes,
): () => void {
  let toldAt = 0;
  return () => {
    const size = bytes(databaseFile);
    if (size >= Math.max(WORTH_TELLING_BYTES, toldAt * 2)) {
      log.warn({ bytes: size }, 'the write-ahead log grows: something reads the database and does not end');
      toldAt = size;
    } else if (size < WORTH_TELLING_BYTES && toldAt > 0) {
      log.info({ bytes: size }, 'the write-ahead log is written back again');
      toldAt = 0;
    }
  };
}
