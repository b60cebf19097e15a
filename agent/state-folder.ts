import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { agentState, type AgentState } from './state.ts';

const STATE_FILE = 'state.json';
const OWN_ID_FILE = 'own-id';
const STATUS_FILE = 'status.json';
const MOST_BYTES = 256 * 1024;

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a file so that a crash leaves the old or the new one, never half of one: aside, sync, rename, sync the folder. */
async function replaceFile(path: string, text: string, durable: boolean): Promise<void> {
  const aside = `${path}.${process.pid}.new`;
  const file = await open(aside, 'w', 0o600);
  try {
    await file.writeFile(text);
    if (durable) await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
  if (durable) await syncFolder(dirname(path));
}

async function readSmallFile(path: string): Promise<string | null> {
  try {
    if ((await stat(path)).size > MOST_BYTES) return '';
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function parsed<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** What `run` last said of itself. Worth nothing unless `run` still holds the lock. */
const status = z.object({
  connected: z.boolean(),
  epoch: z.int().nullable(),
  lastHeartbeatAt: z.iso.datetime().nullable(),
  buffered: z.int().min(0),
  /** The last message shown to whoever stands in front of the board. */
  notice: z.object({ message: z.string(), at: z.iso.datetime() }).nullable(),
  /** Why there is no link, while there is none. */
  trouble: z.object({ code: z.string(), detail: z.string() }).nullable().default(null),
});
export type RunStatus = z.output<typeof status>;

export type StateRead = { kind: 'missing' } | { kind: 'unreadable' } | { kind: 'read'; state: AgentState };

/** Makes the folder, 0700; it holds the private key. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (((await stat(folder)).mode & 0o077) !== 0) await chmod(folder, 0o700);
}

export async function readState(folder: string): Promise<StateRead> {
  const text = await readSmallFile(join(folder, STATE_FILE));
  if (text === null) return { kind: 'missing' };
  const state = parsed(agentState, text);
  return state === null ? { kind: 'unreadable' } : { kind: 'read', state };
}

export function writeState(folder: string, state: AgentState): Promise<void> {
  return replaceFile(join(folder, STATE_FILE), `${JSON.stringify(state, null, 2)}\n`, true);
}

/** E1: puts the state of another board aside under a dated name, with the own random id that belongs to it. Nothing is deleted. */
export async function setStateAside(folder: string, now: Date): Promise<string> {
  const stamp = now.toISOString().replace(/[:.]/g, '-');
  const aside = `state.${stamp}.aside.json`;
  await rename(join(folder, STATE_FILE), join(folder, aside));
  await rename(join(folder, OWN_ID_FILE), join(folder, `own-id.${stamp}.aside`)).catch(() => undefined);
  await syncFolder(folder);
  return aside;
}

/** The agent's own random id, 32 hexadecimal digits, made once: the last resort of a board without a machine id. */
export async function ownId(folder: string): Promise<string> {
  const path = join(folder, OWN_ID_FILE);
  const known = (await readSmallFile(path))?.trim() ?? '';
  if (/^[0-9a-f]{32}$/.test(known)) return known;
  const made = randomBytes(16).toString('hex');
  await makeFolder(folder);
  await replaceFile(path, `${made}\n`, true);
  return made;
}

export async function readStatus(folder: string): Promise<RunStatus | null> {
  const text = await readSmallFile(join(folder, STATUS_FILE));
  return text === null ? null : parsed(status, text);
}

/** Not synced: it is rewritten with every heartbeat, and a crash makes it worthless anyway. */
export function writeStatus(folder: string, value: RunStatus): Promise<void> {
  return replaceFile(join(folder, STATUS_FILE), `${JSON.stringify(value)}\n`, false);
}
