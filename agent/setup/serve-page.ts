import { networkInterfaces } from 'node:os';
import type { Context } from '../context.ts';
import type { Memory } from '../memory.ts';
import { Refusal } from '../refusal.ts';
import type { StatusKeeper } from '../status-keeper.ts';
import { runWithSetup } from './run-with-setup.ts';
import { startSetupServer } from './server.ts';
import { SetupDesk } from './setup-desk.ts';

/** Whether the board has an address beyond itself. */
function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal) === true);
}

/** Serves the setup page and lives as a device until the agent is stopped. Refuses with `port-in-use`. */
export async function servePage(context: Context, memory: Memory, status: StatusKeeper, port: number): Promise<void> {
  const desk = new SetupDesk();
  const { serial, model } = memory.identity;
  const view = () => {
    const { connected, lastHeartbeatAt } = status.now;
    return { serial, model, network: hasNetwork(), connected, lastHeartbeatAt, phase: desk.phase };
  };
  const server = await startSetupServer({ desk, view, port }).catch((error: unknown) => {
    throw new Refusal('port-in-use', { detail: `127.0.0.1:${port} ${error instanceof Error ? error.message : ''}` });
  });
  context.log.note('setup-page', { url: server.url });
  try {
    await runWithSetup(context, memory, status, desk);
  } finally {
    await server.close();
  }
}
