/**
 * Connects a command with the service of the same data folder: a Unix socket in the folder, which only its owner can enter (protocol.md §3). Whoever
 * can put something there already owns the service's keys, so nothing else needs proof.
 */
import { chmodSync, closeSync, constants, fstatSync, lstatSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RollcallError } from '../../protocol/errors.ts';

const NAME = 'operator.sock';
const OTHERS = 0o077;

/**
 * Opens the data folder, and names the socket through the open folder: what is checked is then what is used, and the name is short however long the
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

/** Makes `listen` listen there, replacing whatever a dead service left. This process has locked the folder. Returns what ends the connection. */
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
 * Connects `ask` to the service listening there. Refuses with `unreachable` if there is nothing, and with `folder-not-private` if the folder, or what
 * is in the socket's place, may belong to a stranger.
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
