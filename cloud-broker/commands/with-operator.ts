import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Settings } from '../config.ts';
import { createLog } from '../log.ts';
import type { Operator } from '../operator/operator.ts';
import { remoteOperator } from '../operator/remote.ts';
import { openWorkshop } from '../workshop.ts';

const operatorFile = z.object({ url: z.url(), token: z.string(), pid: z.int() });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The running service of this data folder, as its operator.json tells; null where none runs. */
function placeOfService(dataFolder: string): { url: string; token: string } | null {
  try {
    const { url, token, pid } = operatorFile.parse(JSON.parse(readFileSync(join(dataFolder, 'operator.json'), 'utf8')));
    return isAlive(pid) ? { url, token } : null;
  } catch {
    return null;
  }
}

function runningService(dataFolder: string): Operator | null {
  const found = placeOfService(dataFolder);
  return found === null ? null : remoteOperator(found.url, found.token);
}

/** The HTTP address of the service that runs on this data folder; null where none runs. */
export function runningServiceUrl(dataFolder: string): string | null {
  return placeOfService(dataFolder)?.url ?? null;
}

/** Runs a command through the service that owns the data folder, or, where none runs, on the folder itself under its lock (S4). */
export async function withOperator<Result>(settings: Settings, work: (operator: Operator) => Promise<Result>): Promise<Result> {
  const running = runningService(settings.dataFolder);
  if (running !== null) return work(running);
  const workshop = await openWorkshop(settings, createLog('error'), (error) => {
    process.stderr.write(`internal: ${error.message}\n`);
    process.exit(1);
  });
  try {
    return await work(workshop.operator);
  } finally {
    await workshop.close();
  }
}
