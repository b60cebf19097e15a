import { statSync } from 'node:fs';
import type { Logger } from 'pino';

/** Three times what is written back at once: the write-ahead log (WAL) stays below this unless a reader blocks it. */
const WORTH_TELLING_BYTES = 48 * 1024 * 1024;

/** Size of the write-ahead log (WAL) in bytes; 0 if there is none. */
export function walBytes(databaseFile: string): number {
  return statSync(`${databaseFile}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * The returned check reports when the write-ahead log grows: as long as anybody reads from an old snapshot (a backup tool, a shell with an open
 * transaction), nothing of it can be written back, and it fills the disk. Reported again each time it has doubled, and when it is over.
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
