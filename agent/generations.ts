/**
 * A small file that survives a power cut, even on flash memory that loses data it reported as written. It has two generations, the newest and the one
 * before, each with a checksum. Neither is touched until the new one is written and synced under another name.
 */
import { createHash } from 'node:crypto';
import { link, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const NEWEST = 'state.json';
export const OLDER = 'state-previous.json';

/** The steps of which a power cut may complete some and not others. */
export interface Disk {
  /** Writes a private file (0600) and syncs it. */
  write(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  /** Also if there is no such file. */
  remove(path: string): Promise<void>;
  syncFolder(folder: string): Promise<void>;
}

export const realDisk: Disk = {
  write: async (path, text) => {
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  rename,
  link,
  remove: (path) => rm(path, { force: true }),
  syncFolder: async (folder) => {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** For files that are rewritten constantly and worthless after a crash. */
export const hastyDisk: Disk = {
  ...realDisk,
  write: (path, text) => writeFile(path, text, { mode: 0o600 }),
  syncFolder: async () => undefined,
};

/** Replaces a file so that a crash leaves the old or the new one, never part of one: write aside, sync, rename, sync the folder. */
export async function replaceFile(folder: string, name: string, text: string, disk: Disk = realDisk): Promise<void> {
  const aside = join(folder, `${name}.${process.pid}.new`);
  try {
    await disk.write(aside, text);
    await disk.rename(aside, join(folder, name));
  } catch (error) {
    await disk.remove(aside).catch(() => undefined);
    throw error;
  }
  await disk.syncFolder(folder);
}

/** Makes the newest generation the older one too, through a second name (hard link), so that it is never missing. Without hard links it is moved. */
async function keepNewest(folder: string, disk: Disk): Promise<void> {
  const second = join(folder, `${OLDER}.new`);
  await disk.remove(second);
  try {
    await disk.link(join(folder, NEWEST), second);
  } catch {
    return disk.rename(join(folder, NEWEST), join(folder, OLDER));
  }
  return disk.rename(second, join(folder, OLDER));
}

/** Writes the next generation. `isWhole`: the newest one on disk is intact and is kept as the older one; a damaged one is not kept. */
export async function writeGeneration(folder: string, text: string, isWhole: boolean, disk: Disk = realDisk): Promise<void> {
  const aside = join(folder, `${NEWEST}.new`);
  try {
    await disk.write(aside, text);
    if (isWhole) await keepNewest(folder, disk);
    await disk.rename(aside, join(folder, NEWEST));
  } catch (error) {
    await disk.remove(aside).catch(() => undefined);
    throw error;
  }
  await disk.syncFolder(folder);
}

const sumOf = (content: Record<string, unknown>): string => createHash('sha256').update(JSON.stringify(content)).digest('hex');

/** JSON with its own checksum as the last entry. */
export function sealed(content: Record<string, unknown>): string {
  return `${JSON.stringify({ ...content, sum: sumOf(content) }, null, 2)}\n`;
}

/** What `sealed` wrote, or null if it is not a JSON object. `isWhole` is false if a bit has changed; older files have no checksum. */
export function unsealed(text: string): { content: Record<string, unknown>; isWhole: boolean } | null {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return null;
    const { sum, ...content } = read as Record<string, unknown>;
    return { content, isWhole: sum === undefined || sum === sumOf(content) };
  } catch {
    return null;
  }
}
