/**
 * How a command reaches the agent running on a state folder: one line of JSON each way, over a socket in that folder. If the socket cannot be created
 * (a read-only disk), the folder's lock accepts `status` instead, and nothing else, because any user of this machine can connect to it.
 */
import { once } from 'node:events';
import { chmod, open, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { answerShape, type Answer } from './answers.ts';
import { lockName } from './lock.ts';
import type { Log } from './log.ts';
import type { StateStore } from './state-store.ts';

const SOCKET = 'control';
/** The most bytes that fit into a Unix socket address. */
const MAX_PATH_BYTES = 100;
const MAX_CONNECTIONS = 8;
const MAX_BYTES = { wish: 4096, answer: 256 * 1024 };
const WISH_MS = 5000;

const language = z.enum(['en', 'fr']);
const statusShape = z.object({ do: z.literal('status'), language });
const wishShape = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('enroll'),
    language,
    typed: z.object({ domain: z.string().max(256), pairingCode: z.string().max(64).optional() }),
  }),
  z.object({ do: z.literal('unenroll'), language }),
  statusShape,
]);
export type Wish = z.output<typeof wishShape>;

/** The socket's address; if the folder's path is too long for one, through the opened folder. */
async function socketIn(folder: string): Promise<{ path: string; close(): Promise<void> }> {
  const path = join(folder, SOCKET);
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return { path, close: async () => undefined };
  const opened = await open(folder, 'r');
  return { path: `/proc/self/fd/${opened.fd}/${SOCKET}`, close: () => opened.close() };
}

/** The first line received, or null if none arrives within `mostMs` and `mostBytes`. */
function lineFrom(socket: Socket, mostBytes: number, mostMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const done = (line: string | null): void => {
      clearTimeout(timer);
      resolve(line);
    };
    const timer = setTimeout(() => done(null), mostMs);
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) done(text.slice(0, end));
      else if (text.length > mostBytes) done(null);
    });
    socket.on('error', () => done(null)).on('close', () => done(null));
  });
}

function parsed<T>(shape: z.ZodType<T>, line: string | null): T | null {
  try {
    return line === null ? null : (shape.safeParse(JSON.parse(line)).data ?? null);
  } catch {
    return null;
  }
}

type Handle = (wish: Wish) => Promise<Answer>;

async function serve(socket: Socket, shape: z.ZodType<Wish>, handle: Handle): Promise<void> {
  const wish = parsed(shape, await lineFrom(socket, MAX_BYTES.wish, WISH_MS));
  if (wish === null) return void socket.destroy();
  socket.write(`${JSON.stringify(await handle(wish))}\n`);
  socket.destroySoon();
}

async function listen(server: Server, folder: string): Promise<() => Promise<void>> {
  // The process holding the folder's lock is the only one, so an existing socket was left by an agent that was killed.
  await rm(join(folder, SOCKET), { force: true });
  const { path, close } = await socketIn(folder);
  try {
    server.listen({ path });
    await once(server, 'listening');
    await chmod(path, 0o600);
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Accepts commands until closed. Only those who may enter the folder (0700) reach its socket: its owner and root. The folder's lock must be held. A
 * folder that cannot hold a socket is only logged: running does not depend on it.
 */
export async function serveControl(
  { folder, hear }: Pick<StateStore, 'folder' | 'hear'>,
  log: Log,
  handle: Handle,
): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket, shape: z.ZodType<Wish>): void => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    if (sockets.size > MAX_CONNECTIONS) return void socket.destroy();
    serve(socket, shape, handle).catch(() => socket.destroy());
  };
  const server = createServer((socket) => accept(socket, wishShape));
  const left = await listen(server, folder).catch((error: unknown) => {
    server.close();
    log.note('control-unavailable', { detail: error instanceof Error ? error.message : '' }, 'warn');
    hear((socket) => accept(socket, statusShape));
    return async () => undefined;
  });
  return {
    close: async () => {
      hear(null);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroySoon();
      await closed;
      await left();
    },
  };
}

async function askAt(path: string, wish: Wish, mostMs: number, signal: AbortSignal): Promise<Answer | null> {
  const socket = connect({ path });
  const leave = (): void => void socket.destroy();
  signal.addEventListener('abort', leave);
  try {
    await once(socket, 'connect', { signal });
    socket.write(`${JSON.stringify(wish)}\n`);
    return parsed<Answer>(answerShape, await lineFrom(socket, MAX_BYTES.answer, mostMs));
  } catch (error) {
    return nobody(error);
  } finally {
    signal.removeEventListener('abort', leave);
    socket.destroy();
  }
}

/**
 * Asks the agent running on the folder, for at most `mostMs` at each of its addresses. Returns null if none listens or it ends before it answers.
 * Rejects with EACCES if the folder belongs to another user.
 */
export async function askRunning(folder: string, wish: Wish, mostMs: number, signal: AbortSignal): Promise<Answer | null> {
  const way = await socketIn(folder).catch(nobody);
  if (way === null) return null;
  try {
    const answer = await askAt(way.path, wish, mostMs, signal);
    if (answer !== null || wish.do !== 'status') return answer;
  } finally {
    await way.close();
  }
  const lock = await lockName(folder).catch(nobody);
  return lock === null ? null : askAt(lock, wish, mostMs, signal);
}

function nobody(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'EACCES') throw error;
  return null;
}
