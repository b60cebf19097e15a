import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';

export interface Lock {
  /** Passes each connection to the listener; any user of this machine may connect. Without a listener, connections are closed. */
  hear(listener: ((socket: Socket) => void) | null): void;
  release(): Promise<void>;
}

/** An abstract socket name has at most 107 characters. Using all of them makes every libuv version pad it to the same address. */
const NAME_LENGTH = 107;

/** The address of the lock. */
export async function lockName(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  const digest = createHash('sha256').update(`rollcall-agent\n${dev}\n${ino}`).digest('hex');
  return `\0${`rollcall-agent-${digest}-`.padEnd(NAME_LENGTH, '0')}`;
}

function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen({ path }, () => resolve(true));
  });
}

/**
 * Takes the state folder for this process, or returns null if another process has it. The lock is an abstract Unix socket named after the folder's
 * device and inode: taking it is atomic, the kernel drops it with the process however that ends, and no stale file needs to be judged.
 */
export async function takeLock(folder: string): Promise<Lock | null> {
  let heard: ((socket: Socket) => void) | null = null;
  const server = createServer((socket) => (heard === null ? socket.destroy() : heard(socket)));
  if (!(await listen(server, await lockName(folder)))) return null;
  server.unref();
  return {
    hear: (listener) => {
      heard = listener;
    },
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** True while a process holds the folder's lock. */
export async function isLocked(folder: string): Promise<boolean> {
  const lock = await takeLock(folder).catch(() => null);
  await lock?.release();
  return lock === null;
}
