import { existsSync } from 'node:fs';
import { RollcallError } from '../../protocol/errors.ts';
import type { Settings } from '../service/config.ts';
import type { Operator } from '../operator/operator.ts';
import { askWhereListening, remoteOperator } from '../operator/remote.ts';
import { lockFolder } from '../store/sqlite/folder-lock.ts';
import type { ServiceContext } from '../service/context.ts';

/** How long a command waits for the folder while a service starts or another command is using it. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 100;

const isRefused = (error: unknown, code: RollcallError['code']): boolean => error instanceof RollcallError && error.code === code;

async function whereListening(dataFolder: string): Promise<{ http: string } | null> {
  try {
    return await askWhereListening(dataFolder);
  } catch (error) {
    if (isRefused(error, 'unreachable')) return null;
    throw error;
  }
}

function isHeld(dataFolder: string): boolean {
  if (!existsSync(dataFolder)) return false;
  try {
    lockFolder(dataFolder).release();
    return false;
  } catch (error) {
    if (isRefused(error, 'folder-in-use')) return true;
    throw error;
  }
}

/** The HTTP address of the service running on this data folder; null if none runs. */
export async function runningServiceUrl(dataFolder: string): Promise<string | null> {
  return isHeld(dataFolder) ? ((await whereListening(dataFolder))?.http ?? null) : null;
}

/**
 * Working on a folder takes most of the service. It is loaded only if the lock shows that no service has the folder, and the lock is not held
 * meanwhile.
 */
async function openHere(settings: Settings): Promise<ServiceContext> {
  lockFolder(settings.dataFolder).release();
  const [{ openContext }, { createLog }] = await Promise.all([import('../service/context.ts'), import('../service/log.ts')]);
  const onFatal = (error: Error): void => {
    process.stderr.write(`internal: ${error.message}\n`);
    process.exit(1);
  };
  return openContext(settings, createLog('error'), onFatal);
}

/**
 * The folder, locked by this process; null where a service has it. The lock alone says whether one does: it dies with its process, and what that
 * leaves behind says nothing. Refuses as openContext, with `folder-in-use` where whoever has the folder is no service.
 */
async function takeFolder(settings: Settings): Promise<ServiceContext | null> {
  for (const endsMs = performance.now() + PATIENCE_MS; ;) {
    try {
      return await openHere(settings);
    } catch (error) {
      if (!isRefused(error, 'folder-in-use')) throw error;
      if ((await whereListening(settings.dataFolder)) !== null) return null;
      if (performance.now() > endsMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Runs a command through the service that owns the data folder or, if none runs, on the folder itself under its lock (S4). */
export async function onFolder<Result>(settings: Settings, work: (operator: Operator) => Promise<Result>): Promise<Result> {
  const context = await takeFolder(settings);
  if (context === null) return work(remoteOperator(settings.dataFolder));
  try {
    return await work(context.operator);
  } finally {
    await context.close();
  }
}
