import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { deviceTopic, enrolmentTopic } from '../../protocol/topics.ts';
import type { GatewayLimits } from './limits.ts';
import {
  deviceKey,
  disconnectFrame,
  heartbeatBytes,
  lastWill,
  newDeviceId,
  newEnrolmentId,
  publishFrame,
  rawSession,
  until,
  type RawClient,
  type TestGateway,
} from './test-support.ts';
import { gatewayOfTest } from './test-setup.ts';

const PING = Buffer.from([0xc0, 0]);
const KEEP_ALIVE_S = 20;

/** A gateway whose handler lets messages through only while the gate is open, by a clock that stands still. */
async function start(limits: Partial<GatewayLimits> = {}) {
  const time = { now: 1_000_000 };
  const gate: { waiting: (() => void)[]; isOpen: boolean } = { waiting: [], isOpen: true };
  const unlimited = { deviceBurst: 1e9, packetsBurst: 1e9 };
  const service = await gatewayOfTest({ limits: { ...unlimited, ...limits }, monotonic: () => time.now });
  service.recorder.onMessage = async (call) => {
    if (call.startsWith('will')) return;
    await turn();
    if (!gate.isOpen) await new Promise<void>((resolve) => gate.waiting.push(resolve));
  };
  const open = (): void => {
    gate.isOpen = true;
    for (const resolve of gate.waiting.splice(0)) resolve();
  };
  return { ...service, time, open, shut: () => (gate.isOpen = false) };
}

async function device(service: TestGateway): Promise<{ id: string; client: RawClient; topic: string }> {
  const id = newDeviceId();
  const key = await deviceKey(service.authority.issuer, id);
  const { client } = await rawSession(service, { clientId: id, keepAliveS: KEEP_ALIVE_S, will: lastWill(id) }, key);
  await until(() => service.gateway.isConnected(id));
  return { id, client, topic: deviceTopic(id, 'heartbeat') };
}

const heartbeats = (topic: string, count: number, padding = ''): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, (_each, seq) =>
      publishFrame(topic, Buffer.concat([heartbeatBytes(seq), Buffer.from(padding)]), seq + 1),
    ),
  );

/** Message ids of the PUBACKs that came, in order. */
const acknowledged = (client: RawClient): number[] =>
  client.packets.filter(({ header }) => header === 0x40).map(({ body }) => body.readUInt16BE(0));

const heard = (service: TestGateway): number => service.recorder.calls.filter((call) => call.startsWith('heartbeat')).length;

describe('messages that come faster than they are handled', () => {
  test.each([40, 1000, 5000])(
    '[P5] %i at once are all acknowledged, in order, and others are served meanwhile',
    async (count) => {
      const service = await start();
      const { id, client, topic } = await device(service);
      const other = await device(service);
      client.socket.write(heartbeats(topic, count));
      await until(() => heard(service) > 32, 'the first messages');
      other.client.socket.write(publishFrame(other.topic, heartbeatBytes(1), 7));
      await other.client.next(0x40);
      await until(() => client.has(0x40, count), 'all acknowledgements', 60_000);
      expect(acknowledged(client)).toEqual(Array.from({ length: count }, (_each, n) => n + 1));
      expect(service.gateway.isConnected(id)).toBe(true);
      expect(service.gateway.figures().refused).toEqual({});
    },
  );

  test('[P5] are not read from 32 unhandled ones on: nothing is acknowledged early, and the client feels it', async () => {
    const service = await start();
    const { id, client, topic } = await device(service);
    const other = await device(service);
    service.shut();
    const padding = ' '.repeat(15_000);
    const MESSAGES = 4000;
    let taken = 0;
    for (let n = 0; n < MESSAGES; n++)
      client.socket.write(publishFrame(topic, `${heartbeatBytes(n).toString()}${padding}`, n + 1), () => (taken += 1));
    await until(() => heard(service) === 32, 'so many messages');
    for (let round = 0; round < 200; round++) await turn();
    expect(heard(service)).toBe(32);
    expect(acknowledged(client)).toEqual([]);
    // Of 60 MB the kernel and the gateway together took a few; the rest stays with the client.
    expect(client.socket.writableLength).toBeGreaterThan(30_000_000);
    expect(taken).toBeLessThan(MESSAGES / 2);
    service.open();
    await until(() => client.has(0x40, MESSAGES), 'all acknowledgements', 60_000);
    expect(acknowledged(client)).toEqual(Array.from({ length: MESSAGES }, (_each, n) => n + 1));
    expect([id, other.id].map((each) => service.gateway.isConnected(each))).toEqual([true, true]);
  });

  test('[P5] the later through first: acknowledged in order all the same', async () => {
    const service = await start();
    const { client, topic } = await device(service);
    const turns: (() => void)[] = [];
    service.recorder.onMessage = () => new Promise((resolve) => turns.push(resolve));
    client.socket.write(heartbeats(topic, 3));
    await until(() => turns.length === 3);
    turns[2]?.();
    turns[1]?.();
    client.socket.write(PING);
    await client.next(0xd0);
    expect(acknowledged(client)).toEqual([]);
    turns[0]?.();
    await until(() => client.has(0x40, 3));
    expect(acknowledged(client)).toEqual([1, 2, 3]);
  });

  test('a client that waits longer than its keep alive is not lost, and its ping behind them is answered', async () => {
    const service = await start();
    const { id, client, topic } = await device(service);
    service.shut();
    client.socket.write(Buffer.concat([heartbeats(topic, 40), PING]));
    await until(() => heard(service) === 32);
    const other = await device(service);
    service.time.now += KEEP_ALIVE_S * 1500 + 1;
    await other.client.untilClosed();
    expect(service.gateway.isConnected(id)).toBe(true);
    service.open();
    await client.next(0xd0);
    await until(() => acknowledged(client).length === 40);
    service.time.now += KEEP_ALIVE_S * 1500 + 1;
    await client.untilClosed();
  });

  test('with a handler that is dead are not held for ever', async () => {
    const service = await start({ stalledMs: 60_000, generations: 1 });
    const { client, topic, id } = await device(service);
    service.shut();
    client.socket.write(heartbeats(topic, 40));
    await until(() => heard(service) === 32);
    service.time.now += 60_000;
    service.time.now += 1;
    await client.untilClosed();
    expect(service.gateway.isConnected(id)).toBe(false);
    expect(acknowledged(client)).toEqual([]);
    expect(service.gateway.figures()).toMatchObject({ deviceSessions: 0, refused: { 'handler-failed': 1 } });
    expect(service.warnings.at(-1)).toContain('nothing was handled for');
  });

  test('and the DISCONNECT behind them: all are handled, then it is told; what comes behind that is not looked at', async () => {
    const service = await start();
    const { client, topic } = await device(service);
    const behind = publishFrame(topic, heartbeatBytes(666), 666);
    client.socket.write(Buffer.concat([heartbeats(topic, 40), disconnectFrame, behind]));
    await until(() => service.recorder.calls.includes('disconnected, said'));
    expect(heard(service)).toBe(40);
    expect(service.recorder.calls).not.toContain('heartbeat 666');
  });

  test('[E9] of a device that is unenrolled meanwhile are dropped, and it is told so', async () => {
    const service = await start();
    const { client, topic, id } = await device(service);
    service.shut();
    client.socket.write(heartbeats(topic, 2000));
    await until(() => heard(service) === 32);
    service.gateway.disconnect(id, {
      type: 'command',
      commandId: '00000000-0000-4000-8000-000000000000',
      name: 'unenroll',
      expiresInS: 0,
    });
    expect((await client.next(0x32)).toString()).toContain('"name":"unenroll"');
    await client.untilClosed();
    service.open();
    await until(() => service.recorder.calls.includes('disconnected, lost'));
    expect(heard(service)).toBe(32);
  });
});

describe('packets beyond the budget', () => {
  test('[P5] are read later: the session is not ended for them', async () => {
    const service = await start({ packetsBurst: 10, packetsPerSecond: 5 });
    const clientId = newEnrolmentId();
    const { client } = await rawSession(service, { clientId });
    client.socket.write(Buffer.concat(Array.from({ length: 14 }, () => PING)));
    client.socket.write(publishFrame(enrolmentTopic(clientId, 'up'), 'behind'));
    await until(() => client.has(0xd0, 9));
    for (let round = 0; round < 20; round++) await turn();
    expect(client.has(0xd0, 10)).toBe(false);
    service.time.now += 1000;
    await until(() => client.has(0xd0, 14), 'the next five');
    expect(client.has(0x40)).toBe(false);
    service.time.now += 1000;
    await client.next(0x40);
    expect(service.recorder.calls.at(-1)).toBe('up behind');
    expect(service.gateway.figures().refused).toEqual({});
  });

  test('are more for a device, whose certificate says who it is, than for a stranger', async () => {
    const service = await start({ packetsBurst: 10, packetsPerSecond: 0, deviceBurst: 50, devicePerSecond: 0 });
    const { client, topic } = await device(service);
    client.socket.write(heartbeats(topic, 60));
    await until(() => client.has(0x40, 50));
    for (let round = 0; round < 20; round++) await turn();
    expect(acknowledged(client)).toHaveLength(50);
  });
});
