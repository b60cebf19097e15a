import { networkInterfaces } from 'node:os';
import type { Context } from '../context.ts';
import type { StateStore } from '../state-store.ts';
import { Refusal } from '../refusal.ts';
import type { RunEnd } from '../run.ts';
import type { StatusKeeper } from '../status-keeper.ts';
import type { Job, Wishes } from '../wishes.ts';
import { runWithSetup } from './run-with-setup.ts';
import { startSetupServer } from './server.ts';
import { SetupDesk, wordsInBoth, type Typed } from './setup-desk.ts';

/** Whether the board has any address other than loopback. */
function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal) === true);
}

/** Serves the setup page and runs as a device until the agent is stopped. Refuses with `port-in-use`. */
export async function servePage(
  context: Context,
  store: StateStore,
  status: StatusKeeper,
  port: number,
  wishes: Wishes<Typed | Job>,
): Promise<RunEnd> {
  const desk = new SetupDesk(wishes);
  const { serial, model } = store.identity;
  const view = () => {
    const { connected, lastHeartbeatAt, trouble } = status.now;
    const shown = connected || trouble === null ? null : { ...trouble, words: wordsInBoth(trouble.code) };
    return { serial, model, network: hasNetwork(), connected, lastHeartbeatAt, trouble: shown, phase: desk.phase };
  };
  const server = await startSetupServer({ desk, view, port }).catch((error: unknown) => {
    throw new Refusal('port-in-use', {
      detail: `ROLLCALL_SETUP_PORT: 127.0.0.1:${port} ${error instanceof Error ? error.message : ''}`,
    });
  });
  context.log.note('setup-page', { url: server.url });
  try {
    await runWithSetup(context, store, status, desk);
    return { why: 'stopped' };
  } finally {
    await server.close();
  }
}
