import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, test } from 'vitest';
import type { DeviceDown } from '../../protocol/messages.ts';
import { deviceTopic, enrolmentTopic } from '../../protocol/topics.ts';
import type { GatewayLimits } from './limits.ts';
import {
  connectFrame,
  deviceKey,
  frame,
  heartbeatBytes,
  lastWill,
  newDeviceId,
  newEnrolmentId,
  publishFrame,
  rawConnect,
  rawSession,
  subscribeFrame,
  until,
  type TestGateway,
} from './test-support.ts';
import { gatewayOfTest } from './test-setup.ts';

const start = (limits: Partial<GatewayLimits> = {}): Promise<TestGateway> => gatewayOfTest({ limits });

const refused = (service: TestGateway, reason: string): number => service.gateway.figures().refused[reason] ?? 0;

function plainSocket(service: TestGateway): net.Socket {
  const socket = net.connect(service.gateway.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
}

const gone = (socket: net.Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });

describe('a packet', () => {
  test('larger than 16 KiB before CONNECT ends the connection when its length is read', async () => {
    const service = await start();
    const client = await rawConnect(service);
    // A CONNECT that announces 190 MB: refused at its header, so nothing of it is kept.
    client.socket.write(Buffer.from([0x10, 0x80, 0x80, 0xce, 0x5a]));
    await client.untilClosed();
    expect(refused(service, 'packet-too-large')).toBe(1);
  });

  test('with a length of five bytes is malformed, and a client id of 65,000 bytes too large', async () => {
    const service = await start();
    const malformed = await rawConnect(service);
    malformed.socket.write(Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 0x01]));
    await malformed.untilClosed();
    const huge = await rawConnect(service);
    huge.socket.write(connectFrame({ clientId: 'x'.repeat(65_000) }));
    await huge.untilClosed();
    expect(service.gateway.figures().refused).toMatchObject({ 'packet-malformed': 1, 'packet-too-large': 1 });
    expect((await rawSession(service, { clientId: 'x'.repeat(16_000) })).code).toBe(2);
  });

  test('of 16 KiB is taken in a session, one byte more ends it', async () => {
    const service = await start();
    const clientId = newEnrolmentId();
    const { client } = await rawSession(service, { clientId });
    const up = enrolmentTopic(clientId, 'up');
    const overhead = publishFrame(up, 'x'.repeat(1000)).length - 1000;
    const largest = publishFrame(up, 'x'.repeat(16_384 - overhead));
    expect(largest.length).toBe(16_384);
    for (const byte of [largest.subarray(0, 1), largest.subarray(1, 2), largest.subarray(2)]) client.socket.write(byte);
    await client.next(0x40);
    client.socket.write(publishFrame(up, 'x'.repeat(16_384 - overhead + 1)));
    await client.untilClosed();
    expect(refused(service, 'packet-too-large')).toBe(1);
  });

  test('that the parser cannot read ends that session and nothing else', async () => {
    const service = await start();
    const witness = await rawSession(service, { clientId: newEnrolmentId() });
    const bad = [
      frame(0x32, Buffer.from([0, 200, 1])),
      frame(0x82),
      frame(0x82, Buffer.from([0, 1, 0])),
      frame(0x82, Buffer.from([0, 1, 0, 1, 97])),
      frame(0xa2, Buffer.from([0, 1, 9])),
      frame(0x32, Buffer.from([0, 0])),
      frame(0x10, Buffer.from([0, 4, 77])),
    ];
    for (const bytes of bad) {
      const { client } = await rawSession(service, { clientId: newEnrolmentId() });
      client.socket.write(bytes);
      await client.untilClosed();
    }
    witness.client.socket.write(Buffer.from([0xc0, 0]));
    await witness.client.next(0xd0);
    expect(service.gateway.figures().enrolmentSessions).toBe(1);
  });
});

describe('time and rate', () => {
  test('a handshake and a CONNECT that do not come end the connection', async () => {
    const service = await start({ handshakeMs: 60, connectMs: 60 });
    const silent = plainSocket(service);
    await gone(silent);
    const secure = await rawConnect(service);
    secure.socket.write(connectFrame({ clientId: newEnrolmentId() }).subarray(0, 9));
    await secure.untilClosed();
    expect(service.gateway.figures().refused).toMatchObject({ 'handshake-failed': 1, 'no-connect': 1 });
  });

  test('connections beyond the limit of the service are dropped', async () => {
    const service = await start({ connections: 2 });
    const two = [plainSocket(service), plainSocket(service)];
    await Promise.all(two.map((socket) => once(socket, 'connect')));
    await gone(plainSocket(service));
    expect(refused(service, 'connections-full')).toBe(1);
    for (const socket of two) socket.destroy();
    await Promise.all(two.map(gone));
  });
});

describe('a client that does not read', () => {
  const settings: DeviceDown = { type: 'settings', intervalS: 60, jitterS: 5, now: '2026-01-01T00:00:00Z' };

  test('is ended after so many messages, and neither stops others nor kills the process', async () => {
    const service = await start();
    const [frozen, other] = [newDeviceId(), newDeviceId()];
    const { client } = await rawSession(
      service,
      { clientId: frozen, will: lastWill(frozen) },
      await deviceKey(service.authority.issuer, frozen),
    );
    client.socket.write(subscribeFrame(deviceTopic(frozen, 'down')));
    await client.next(0x90);
    client.socket.pause();
    const { client: reader } = await rawSession(service, { clientId: other }, await deviceKey(service.authority.issuer, other));
    let sent = 0;
    while (await service.gateway.send(frozen, settings)) sent += 1;
    expect(sent).toBe(32);
    expect(service.gateway.isConnected(frozen)).toBe(false);
    expect(refused(service, 'frozen')).toBe(1);
    expect(await service.gateway.send(other, settings)).toBe(true);
    await reader.next(0x32);
    client.socket.destroy();
  });

  test('acknowledging what it is sent, it may be sent any number', async () => {
    const service = await start({ deviceBurst: 1e9 });
    const id = newDeviceId();
    const { client } = await rawSession(service, { clientId: id }, await deviceKey(service.authority.issuer, id));
    await until(() => service.gateway.isConnected(id));
    for (let round = 0; round < 100; round++) {
      expect(await service.gateway.send(id, settings)).toBe(true);
      const published = await client.next(0x32);
      const idAt = 2 + deviceTopic(id, 'down').length;
      client.socket.write(frame(0x40, published.subarray(idAt, idAt + 2)));
      client.socket.write(publishFrame(deviceTopic(id, 'heartbeat'), heartbeatBytes(round)));
      await client.next(0x40);
    }
  });

  test.each([
    ['by the bytes that its socket has not taken', { unacknowledged: 1e9 }],
    ["by the broker's own time-out", { unacknowledged: 1e9, unsentBytes: 1e9, drainMs: 50 }],
  ])('and is sent large messages is ended %s', async (_how, limits) => {
    const service = await start(limits);
    const id = newDeviceId();
    const { client } = await rawSession(service, { clientId: id }, await deviceKey(service.authority.issuer, id));
    client.socket.pause();
    await until(() => service.gateway.isConnected(id));
    const large: DeviceDown = {
      type: 'command',
      commandId: '00000000-0000-4000-8000-000000000000',
      name: 'set-tags',
      args: { tags: 'x'.repeat(15_000) },
      expiresInS: 1,
    };
    const sent: Promise<boolean>[] = [];
    while (service.gateway.isConnected(id) && sent.length < 2000) {
      sent.push(service.gateway.send(id, large));
      await new Promise(setImmediate);
    }
    await until(() => !service.gateway.isConnected(id));
    await Promise.all(sent);
    expect((await rawSession(service, { clientId: newEnrolmentId() })).code).toBe(0);
    client.socket.destroy();
  });
});

describe('a flood', () => {
  test('[E10] of thousands of garbage connections: memory stays bounded, an honest display at another address is served meanwhile', async () => {
    const service = await start();
    const id = newDeviceId();
    const key = await deviceKey(service.authority.issuer, id);
    const before = process.memoryUsage().rss;
    const garbage = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.alloc(3000, 0xff),
      Buffer.from([0x16, 3, 1, 2, 0, 1]),
      Buffer.from([0]),
    ];
    const flood = Array.from({ length: 2000 }, (_each, index) => {
      const socket = plainSocket(service);
      socket.write(garbage[index % garbage.length] ?? '');
      if (index % 4 !== 0) socket.end();
      return gone(socket);
    });
    const { code, client } = await rawSession(service, { clientId: id }, { ...key, localAddress: '127.0.0.2' });
    expect(code).toBe(0);
    client.socket.write(publishFrame(deviceTopic(id, 'heartbeat'), heartbeatBytes(1)));
    await client.next(0x40);
    const neighbour = newDeviceId();
    // Behind the same address as the flood: later than others, but never shut out.
    expect((await rawSession(service, { clientId: neighbour }, await deviceKey(service.authority.issuer, neighbour))).code).toBe(
      0,
    );
    await Promise.all(flood);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    expect(service.gateway.isConnected(id)).toBe(true);
    expect(service.gateway.figures().deviceSessions).toBe(2);
    expect(refused(service, 'handshake-failed')).toBeGreaterThan(1000);
  });

  test('[E10] of silent connections takes no place that others need', async () => {
    const service = await start({ strangers: 8, lateStrangers: 2, failures: 3, failuresPerSecond: 0 });
    const spent = Array.from({ length: 4 }, () => {
      const socket = plainSocket(service);
      socket.end('garbage that is no handshake');
      return gone(socket);
    });
    await Promise.all(spent);
    await until(() => refused(service, 'handshake-failed') >= 4);
    const silent = Array.from({ length: 40 }, () => plainSocket(service));
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    const { code } = await rawSession(service, { clientId: newEnrolmentId() }, { localAddress: '127.0.0.3' });
    expect(code).toBe(0);
    for (const socket of silent) socket.destroy();
    await Promise.all(silent.map(gone));
  });
});
