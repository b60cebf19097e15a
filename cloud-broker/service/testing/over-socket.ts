import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operator } from '../../operator/operator.ts';
import { remoteOperator } from '../../operator/remote.ts';
import { openSocket } from '../../operator/socket.ts';
import { buildOperatorServer } from '../operator-server.ts';
import type { Harness } from './harness.ts';

/** The operator as commands reach it, through a socket that is there as long as the harness. */
export async function operatorOverSocket({ app, deps }: Harness): Promise<Operator> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-operator-'));
  const server = await buildOperatorServer(deps, () => ({ http: '', mqtt: '', ca: '', publicHttp: '', publicMqtt: '' }));
  const { close } = await openSocket(folder, async (path) => server.listen({ path }));
  app.addHook('onClose', async () => {
    await server.close();
    close();
    await rm(folder, { recursive: true });
  });
  return remoteOperator(folder);
}
