import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deviceTopic } from '../../protocol/topics.ts';
import {
  deviceKey,
  heartbeatBytes,
  lastWill,
  newDeviceId,
  publishFrame,
  rawSession,
  startTestGateway,
  until,
  type RawClient,
  type TestGateway,
} from './test-support.ts';

const KEEP_ALIVE_S = 20;
const PATIENCE_MS = KEEP_ALIVE_S * 1500;

const time = { now: 1_000_000 };
let service: TestGateway;
beforeAll(async () => {
  service = await startTestGateway({ monotonic: () => time.now });
});
afterAll(() => service.gateway.close());

async function device(keepAliveS: number): Promise<{ id: string; client: RawClient }> {
  const id = newDeviceId();
  const key = await deviceKey(service.authority.issuer, id);
  const { client } = await rawSession(service, { clientId: id, keepAliveS, will: lastWill(id) }, key);
  await until(() => service.gateway.isConnected(id));
  return { id, client };
}

describe('a device that is silent', () => {
  test('for one and a half times its keep alive is lost, and its last will tells; others are left alone', async () => {
    const silent = await device(KEEP_ALIVE_S);
    const patient = await device(4 * KEEP_ALIVE_S);
    const speaking = await device(KEEP_ALIVE_S);
    time.now += PATIENCE_MS;
    speaking.client.socket.write(publishFrame(deviceTopic(speaking.id, 'heartbeat'), heartbeatBytes(1)));
    await speaking.client.next(0x40);
    expect(service.gateway.isConnected(silent.id)).toBe(true);
    time.now += 1;
    await silent.client.untilClosed();
    await until(() => service.recorder.calls.includes('disconnected, lost'));
    expect(service.recorder.calls.filter((call) => call !== 'connected')).toEqual([
      'heartbeat 1',
      'will 7',
      'disconnected, lost',
    ]);
    expect([patient, speaking].map(({ id }) => service.gateway.isConnected(id))).toEqual([true, true]);
  });

  test('but pings stays', async () => {
    const { id, client } = await device(KEEP_ALIVE_S);
    for (let round = 0; round < 3; round += 1) {
      time.now += PATIENCE_MS;
      client.socket.write(Buffer.from([0xc0, 0]));
      await client.next(0xd0);
    }
    expect(service.gateway.isConnected(id)).toBe(true);
  });
});

describe('a message', () => {
  test('is taken also where it comes byte by byte, between other packets', async () => {
    const { id, client } = await device(KEEP_ALIVE_S);
    const packets = Buffer.concat([
      Buffer.from([0xc0, 0]),
      publishFrame(deviceTopic(id, 'heartbeat'), heartbeatBytes(77), 9),
      Buffer.from([0xc0, 0]),
    ]);
    for (const byte of packets) {
      await new Promise<void>((resolve) => {
        client.socket.write(Buffer.from([byte]), () => resolve());
      });
    }
    expect([...(await client.next(0x40))]).toEqual([0, 9]);
    await until(() => client.has(0xd0, 2));
    expect(service.recorder.calls).toContain('heartbeat 77');
  });
});
