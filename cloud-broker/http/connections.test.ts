import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { openHarness, type Harness } from '../service/testing/harness.ts';

const open: { harness?: Harness; sockets: Socket[] } = { sockets: [] };

afterEach(async () => {
  for (const socket of open.sockets.splice(0)) socket.destroy();
  await open.harness?.close();
});

/** A server with room for `connections`, and a way to connect to it from a loopback address of one's own. */
async function listening(connections: number) {
  const connection = { connections, headMs: 300, requestMs: 400, checkMs: 50, lingerMs: 50 };
  const harness = await openHarness({ limits: { connection } });
  open.harness = harness;
  await harness.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = harness.app.server.address() as AddressInfo;
  const dial = async (localAddress: string): Promise<Socket> => {
    // Half open on purpose: the other side's end does not end this one.
    const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
    open.sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const count = async (): Promise<number> =>
    new Promise((resolve) => harness.app.server.getConnections((_error, number) => resolve(number)));
  return { dial, count };
}

async function ask(socket: Socket): Promise<string> {
  socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString().split('\r\n')[0] ?? '';
}

describe('open connections', () => {
  test('[E10] a flood that says nothing makes room for those who ask, also over kept connections', async () => {
    const { dial, count } = await listening(50);
    const kept = await dial('127.0.0.2');
    expect(await ask(kept)).toContain('200');
    for (let n = 0; n < 120; n += 1) await dial('127.0.0.3');
    expect(await ask(await dial('127.0.0.4'))).toContain('200');
    expect(await ask(kept)).toContain('200');
    await expect.poll(count).toBeLessThanOrEqual(50);
  });

  test.each([
    ['say nothing', ''],
    ['stop within a head', 'GET / HTTP/1.1\r\nhost: loc'],
    [
      'stop within a body',
      'POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    ],
    ['speak something else', 'hello\r\n\r\n'],
  ])('[E10] half-open ones that %s are closed, all of them', async (_name, bytes) => {
    const { dial, count } = await listening(500);
    for (let n = 0; n < 60; n += 1) (await dial('127.0.0.3')).write(bytes);
    await expect.poll(count).toBe(0);
  });
});
