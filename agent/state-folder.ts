import { randomBytes } from 'node:crypto';
import { access, chmod, constants, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { hastyDisk, NEWEST, OLDER, realDisk, replaceFile, sealed, unsealed, writeGeneration } from './generations.ts';
import { deviceKey } from './keys.ts';
import { isForbidden } from './refusal.ts';
import { agentState, type AgentState } from './state.ts';

const OWN_ID_FILE = 'own-id';
const STATUS_FILE = 'status.json';
const MAX_BYTES = 256 * 1024;
const PROBE_BYTES = 16 * 1024;

/** An error's system code (`ENOSPC` …), or its message. */
export function codeOf(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message;
  return String(error);
}

async function readSmallFile(path: string): Promise<string | null> {
  try {
    if ((await stat(path)).size > MAX_BYTES) return '';
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    if (isForbidden(error)) throw error;
    // Data that the disk cannot return is damaged.
    return '';
  }
}

function parsed<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The last status `run` reported. Worthless unless `run` still holds the lock. */
const status = z.object({
  connected: z.boolean(),
  epoch: z.int().nullable(),
  lastHeartbeatAt: z.iso.datetime().nullable(),
  buffered: z.int().min(0),
  /** The last message shown to a person in front of the board. */
  notice: z.object({ message: z.string(), at: z.iso.datetime() }).nullable(),
  /** Why there is no link, while there is none. */
  trouble: z.object({ code: z.string(), detail: z.string() }).nullable().default(null),
});
export type RunStatus = z.output<typeof status>;

export type StateRead =
  | { kind: 'missing' }
  | { kind: 'unreadable' }
  /** `isNewest`: the newest generation is intact; otherwise the older one, or what is left of one, is used. */
  | { kind: 'read'; state: AgentState; isNewest: boolean };

/** Creates the folder with mode 0700; it holds the private key. An existing folder is accepted as it is on a read-only file system. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (((await stat(folder)).mode & 0o077) === 0) return;
  await chmod(folder, 0o700).catch((error: unknown) => {
    if (codeOf(error) !== 'EROFS') throw error;
  });
}

/** One generation; null if it is damaged beyond use. A state without its key is none. */
function generation(text: string | null): { state: AgentState; isWhole: boolean } | null {
  const read = text === null ? null : unsealed(text);
  const state = read === null ? undefined : agentState.safeParse(read.content).data;
  if (read === null || state === undefined) return null;
  try {
    deviceKey(state.privateKey);
    return { state, isWhole: read.isWhole };
  } catch {
    return null;
  }
}

/** The newest intact generation; if none is, the newest that still has its key, because that is better than a board without an identity. */
export async function readState(folder: string): Promise<StateRead> {
  const newestText = await readSmallFile(join(folder, NEWEST));
  const newest = generation(newestText);
  if (newest?.isWhole) return { kind: 'read', state: newest.state, isNewest: true };
  const olderText = await readSmallFile(join(folder, OLDER));
  if (newestText === null && olderText === null) return { kind: 'missing' };
  const older = generation(olderText);
  const best = older?.isWhole ? older : (newest ?? older);
  return best === null ? { kind: 'unreadable' } : { kind: 'read', state: best.state, isNewest: false };
}

/**
 * `isWhole`: the newest generation on disk is intact and becomes the older one. `twice`: this one becomes both, because falling back to the state
 * before it would need a person (a new key, an enrolment).
 */
export async function writeState(folder: string, state: AgentState, how: { isWhole: boolean; twice: boolean }): Promise<void> {
  const text = sealed(state);
  await writeGeneration(folder, text, how.isWhole);
  if (how.twice) await writeGeneration(folder, text, true);
}

/**
 * E1: sets the state of another board aside under a dated name, with the random id that belongs to it. Nothing is deleted. The older generation is
 * moved first: on its own it would be taken for this board's.
 */
export async function setStateAside(folder: string, now: Date): Promise<string> {
  const stamp = now.toISOString().replace(/[:.]/g, '-');
  const names = {
    [OLDER]: `state-previous.${stamp}.aside.json`,
    [NEWEST]: `state.${stamp}.aside.json`,
    [OWN_ID_FILE]: `own-id.${stamp}.aside`,
  };
  for (const [name, aside] of Object.entries(names)) {
    await rename(join(folder, name), join(folder, aside)).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
  }
  await realDisk.syncFolder(folder);
  return names[NEWEST];
}

/**
 * Why the folder cannot be written to, as the system's code (`EROFS`, `ENOSPC` …), or null. Tested with a file the size of a state, as a full disk
 * still accepts an empty one; for a folder that does not exist yet, only where it would be created.
 */
export async function whyNotWritable(folder: string): Promise<string | null> {
  const probe = join(folder, `probe.${process.pid}.new`);
  try {
    await hastyDisk.write(probe, ' '.repeat(PROBE_BYTES));
    return null;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') return codeOf(error);
    const above = dirname(folder);
    const why = await access(above, constants.W_OK).then(() => null, codeOf);
    return why === 'ENOENT' && above !== folder ? whyNotWritable(above) : why;
  } finally {
    await realDisk.remove(probe).catch(() => undefined);
  }
}

/** The agent's own random id, 32 hexadecimal digits, created once: the last resort for a board without a machine id. */
export async function ownId(folder: string): Promise<string> {
  const path = join(folder, OWN_ID_FILE);
  const known = (await readSmallFile(path))?.trim() ?? '';
  if (/^[0-9a-f]{32}$/.test(known)) return known;
  const made = randomBytes(16).toString('hex');
  try {
    await makeFolder(folder);
    await replaceFile(folder, OWN_ID_FILE, `${made}\n`);
  } catch {
    // If nothing can be written, a new board is refused its key; a board with a state keeps the serial stored there.
  }
  return made;
}

export async function readStatus(folder: string): Promise<RunStatus | null> {
  const text = await readSmallFile(join(folder, STATUS_FILE));
  return text === null ? null : parsed(status, text);
}

/** Not synced: it is rewritten with every heartbeat, and worthless after a crash anyway. */
export function writeStatus(folder: string, value: RunStatus): Promise<void> {
  return replaceFile(folder, STATUS_FILE, `${JSON.stringify(value)}\n`, hastyDisk);
}
