import { open, readdir } from 'node:fs/promises';

/** The only access to the machine underneath: every read has a timeout and a byte limit, and returns null instead of throwing. */
export interface Host {
  /** The first 4 KiB of a small file; null if it is missing, not permitted or too slow. */
  read(path: string): Promise<string | null>;
  /** At most 64 names in a folder, sorted; empty if it is missing. */
  list(path: string): Promise<string[]>;
  /** Standard output of a command, at most 256 KiB within 3 s; null if it fails. */
  run(command: string, args: readonly string[]): Promise<string | null>;
}

const READ_MOST_BYTES = 4096;
const LIST_MOST_NAMES = 64;
const RUN_MOST_BYTES = 256 * 1024;
const TIMEOUT_MS = 3000;

/** `work`, or `fallback` if it fails or takes longer than `timeoutMs`. */
export async function within<T>(work: Promise<T>, timeoutMs: number, fallback: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(fallback), timeoutMs);
  });
  try {
    return await Promise.race([work.catch(() => fallback), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function readSmall(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(READ_MOST_BYTES), 0, READ_MOST_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function runSmall(command: string, args: readonly string[]): Promise<string | null> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    const limits = { timeout: TIMEOUT_MS, maxBuffer: RUN_MOST_BYTES, killSignal: 'SIGKILL' } as const;
    execFile(command, [...args], limits, (error, output) => resolve(error === null ? output : null));
  });
}

export const thisHost: Host = {
  read: (path) => within<string | null>(readSmall(path), TIMEOUT_MS, null),
  list: (path) =>
    within(
      readdir(path).then((names) => names.toSorted().slice(0, LIST_MOST_NAMES)),
      TIMEOUT_MS,
      [],
    ),
  run: (command, args) => within(runSmall(command, args), TIMEOUT_MS + 500, null),
};
