/** The sources of the console, so that an unchanged console is not rebuilt. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** A hash of everything the console is built from. */
export async function consoleSources(): Promise<string> {
  const hash = createHash('sha256');
  const files = [...(await filesIn('cloud-broker/console')), ...(await filesIn('protocol'))];
  for (const file of [...files, join(ROOT, 'package-lock.json')])
    hash.update(file.slice(ROOT.length)).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

/** The file beside a built console that records the sources it was built from. */
export const builtFrom = (folder: string): string => `${folder}.built-from`;
