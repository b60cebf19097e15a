import type { Logger } from 'pino';
import { RollcallError } from '../../protocol/errors.ts';
import type { Settings } from './config.ts';
import type { RunningParts } from './main.ts';
import { openContext } from './context.ts';

export interface Service extends RunningParts {
  close(): Promise<void>;
}

/** Runs the service until `close`. `onFatal` is called when it can no longer store. Also refuses with `port-in-use`. */
export async function startService(settings: Settings, log: Logger, onFatal: (error: Error) => void): Promise<Service> {
  // The store's thread starts on another core while this one loads the remaining code.
  const opening = openContext(settings, log, onFatal);
  const [context, { startParts }] = await Promise.all([opening, import('./main.ts')]);
  const started: (() => Promise<void>)[] = [async () => context.close()];
  // One after the other; a failure, for instance on a full disk, does not keep the later ones from closing.
  const stop = async (): Promise<void> => {
    const failed: unknown[] = [];
    for (const close of started.toReversed()) await close().catch((error: unknown) => failed.push(error));
    if (failed.length > 0) throw failed[0];
  };
  try {
    return { ...(await startParts(context, settings, log, (close) => started.push(close))), close: stop };
  } catch (error) {
    await stop();
    throw namedListenError(error);
  }
}

function namedListenError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') return error;
  const { address, port } = error as { address?: string; port?: number };
  return new RollcallError('port-in-use', { address, port });
}
