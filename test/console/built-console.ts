import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');

async function sourcesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** A name for the state of everything that the console is built from. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const files = [...(await sourcesOf(join(ROOT, 'cloud-broker/console'))), ...(await sourcesOf(join(ROOT, 'protocol')))];
  for (const file of [...files, join(ROOT, 'package-lock.json')]) hash.update(file).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

/** A folder with the console built from the present sources; built once for all test files that ask for it. */
export async function builtConsole(): Promise<string> {
  const folder = join(tmpdir(), `rollcall-console-${await fingerprint()}`);
  const complete = join(folder, '.complete');
  if (existsSync(complete)) return folder;
  const own = join(tmpdir(), `rollcall-console-${randomUUID()}`);
  const config = join(ROOT, 'cloud-broker/console/vite.config.ts');
  // A process of its own, because vitest sets NODE_ENV to `test` and React would come with its development checks.
  await run(process.execPath, [VITE, 'build', '--config', config, '--outDir', own, '--logLevel', 'warn'], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  await writeFile(join(own, '.complete'), '');
  try {
    await rename(own, folder);
  } catch (error) {
    // Another test file was faster.
    await rm(own, { recursive: true });
    if (!existsSync(complete)) throw error;
  }
  return folder;
}
