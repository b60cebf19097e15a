import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtFrom, consoleSources } from '../../scripts/console-sources.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');

/** Builds it in the folder for temporary files, unless another test file has. */
async function builtAside(sources: string): Promise<string> {
  const folder = join(tmpdir(), `rollcall-console-${sources}`);
  if (existsSync(folder)) return folder;
  const own = join(tmpdir(), `rollcall-console-${randomUUID()}`);
  const config = join(ROOT, 'cloud-broker/console/vite.config.ts');
  // A process of its own, because vitest sets NODE_ENV to `test` and React would come with its development checks.
  await run(process.execPath, [VITE, 'build', '--config', config, '--outDir', own, '--logLevel', 'warn'], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  await rm(builtFrom(own));
  try {
    await rename(own, folder);
  } catch (error) {
    // Another test file was faster.
    await rm(own, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function upToDate(): Promise<string> {
  const sources = await consoleSources();
  const folder = join(ROOT, 'dist/console');
  const from = await readFile(builtFrom(folder), 'utf8').catch(() => null);
  return from === sources ? folder : builtAside(sources);
}

let built: Promise<string> | null = null;

/** A folder with the console built from the present sources: that of `npm run build` where it is up to date. */
export function builtConsole(): Promise<string> {
  return (built ??= upToDate());
}
