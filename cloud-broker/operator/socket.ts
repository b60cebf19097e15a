/**
 * The way from a command to the service of the same data folder: a Unix socket in the folder, which only its owner can enter (protocol.md §3).
 * Who can put something there owns the keys of the service already, so nothing else has to be proved.
 */
import { chmodSync, closeSync, constants, fstatSync, lstatSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RollcallError } from '../../protocol/errors.ts';

const NAME = 'operator.sock';
const OTHERS = 0o077;

/**
 * Opens the data folder, and names the socket by the open folder: what is looked at is then what is used, and the name is short however long the
 * folder's own is (a socket's has at most 107 bytes).
 */
function openFolder(folder: string): { socket: string; close(): void; uid: number; isPrivate: boolean } {
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const { uid, mode } = fstatSync(descriptor);
  return {
    socket: process.platform === 'linux' ? `/proc/self/fd/${descriptor}/${NAME}` : join(folder, NAME),
    close: () => closeSync(descriptor),
    uid,
    isPrivate: (mode & OTHERS) === 0,
  };
}

/** Has `listen` listen there, in the place of whatever a dead service left. The folder is locked by this process. Returns what ends the way. */
export async function openSocket(folder: string, listen: (socket: string) => Promise<unknown>): Promise<{ close(): void }> {
  const { socket, close } = openFolder(folder);
  try {
    rmSync(socket, { force: true });
    await listen(socket);
    chmodSync(socket, 0o600);
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

/**
 * Lets `ask` speak to whoever listens there. Refuses with `unreachable` where nothing is, and with `folder-not-private` where the folder, or what
 * stands in the socket's place, may be a stranger's.
 */
export async function throughSocket<Answer>(folder: string, ask: (socket: string) => Promise<Answer>): Promise<Answer> {
  const { socket, close, uid, isPrivate } = openFolder(folder);
  try {
    const found = lstatSync(socket, { throwIfNoEntry: false });
    if (found === undefined) throw new RollcallError('unreachable', { folder });
    const self = process.geteuid?.() ?? uid;
    const mayTrust = isPrivate && (self === 0 || self === uid);
    if (!mayTrust || !found.isSocket() || ![0, uid, self].includes(found.uid))
      throw new RollcallError('folder-not-private', { folder, socket: NAME });
    return await ask(socket);
  } finally {
    close();
  }
}
