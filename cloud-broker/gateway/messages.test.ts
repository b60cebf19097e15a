import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeviceDown } from '../../protocol/messages.ts';
import { encode } from '../../protocol/messages.ts';
import { deviceTopic } from '../../protocol/topics.ts';
import { heartbeatBytes, lastWill, publishFrame, startTestGateway, until, type TestGateway } from './test-support.ts';
import { connectDevice, newDevice } from './test-setup.ts';

const settings: DeviceDown = { type: 'settings', intervalS: 60, jitterS: 5, now: '2026-01-01T00:00:00Z' };
const goodbye: DeviceDown = {
  type: 'command',
  commandId: '00000000-0000-4000-8000-000000000000',
  name: 'unenroll',
  expiresInS: 0,
};
let service: TestGateway;
beforeAll(async () => {
  service = await startTestGateway({ limits: { lingerMs: 300 } });
});
afterAll(() => service.gateway.close());

const calls = (): string[] => service.recorder.calls;

describe('messages', () => {
  test('work with mqtt.js: subscribe, birth, settings, heartbeat, command, will of its own, goodbye', async () => {
    const { id, key } = await newDevice(service);
    service.recorder.reply = settings;
    const client: MqttClient = await connectAsync({
      protocol: 'mqtts',
      host: '127.0.0.1',
      servername: 'localhost',
      port: service.gateway.port,
      ca: service.authority.tls.clientCaPem,
      ...key,
      clientId: id,
      protocolVersion: 4,
      keepalive: 30,
      reconnectPeriod: 0,
      will: { ...lastWill(id), qos: 1, retain: false, payload: Buffer.from(lastWill(id).payload) },
    });
    const received: string[] = [];
    client.on('message', (topic, payload) => received.push(`${topic} ${payload.toString()}`));
    await client.subscribeAsync(deviceTopic(id, 'down'), { qos: 1 });
    const birth = {
      type: 'birth',
      epoch: 7,
      at: '2026-01-01T00:00:00Z',
      agentVersion: '1',
      intervalS: 60,
      inventory: {},
    } as const;
    await client.publishAsync(deviceTopic(id, 'birth'), encode(birth), { qos: 1 });
    await until(() => received.length === 1);
    service.recorder.reply = null;
    await client.publishAsync(deviceTopic(id, 'heartbeat'), heartbeatBytes(1), { qos: 1 });
    expect(await service.gateway.send(id, goodbye)).toBe(true);
    await until(() => received.length === 2);
    expect(received).toEqual([settings, goodbye].map((message) => `${deviceTopic(id, 'down')} ${encode(message).toString()}`));
    await client.publishAsync(deviceTopic(id, 'will'), encode({ type: 'will', epoch: 7, reason: 'sleep' }), { qos: 1 });
    await client.endAsync();
    await until(() => calls().includes('disconnected, said'));
    expect(calls()).toEqual(['connected', 'birth 7', 'heartbeat 1', 'will 7 sleep', 'disconnected, said']);
    expect(await service.gateway.send(id, settings)).toBe(false);
  });

  test('of one client are handled strictly in order, one at a time', async () => {
    const device = await newDevice(service);
    let running = 0;
    let most = 0;
    service.recorder.onMessage = async () => {
      running += 1;
      most = Math.max(most, running);
      // The earlier ones take longer: handled side by side they would end in the opposite order.
      for (let turns = 40 - calls().length; turns > 0; turns--) await new Promise(setImmediate);
      running -= 1;
    };
    const client = await connectDevice(service, device);
    const seqs = Array.from({ length: 32 }, (_each, index) => index + 1);
    const birth = (epoch: number) =>
      encode({ type: 'birth', epoch, at: '2026-01-01T00:00:00Z', agentVersion: '1', intervalS: 60, inventory: {} });
    client.socket.write(Buffer.concat(seqs.map((seq) => publishFrame(deviceTopic(device.id, 'birth'), birth(seq), seq))));
    await until(() => client.has(0x40, 32));
    expect(calls().slice(1)).toEqual(seqs.map((seq) => `birth ${seq}`));
    expect(client.packets.map(({ body }) => body[1])).toEqual(seqs);
    expect(most).toBe(1);
    client.socket.destroy();
  });

  test('[P5] are acknowledged only after the handler has resolved', async () => {
    const device = await newDevice(service);
    const { resolve: open, promise: wait } = Promise.withResolvers<void>();
    service.recorder.onMessage = () => wait;
    const client = await connectDevice(service, device);
    client.socket.write(publishFrame(deviceTopic(device.id, 'heartbeat'), heartbeatBytes(1)));
    await until(() => calls().includes('heartbeat 1'));
    client.socket.write(Buffer.from([0xc0, 0]));
    await client.next(0xd0);
    expect(client.has(0x40)).toBe(false);
    open();
    await client.next(0x40);
    client.socket.destroy();
  });

  test('are not acknowledged when the handler fails: the session ends', async () => {
    const device = await newDevice(service);
    service.recorder.onMessage = async (call) => {
      if (call === 'heartbeat 1') throw new Error('the store is gone');
    };
    const client = await connectDevice(service, device);
    client.socket.write(publishFrame(deviceTopic(device.id, 'heartbeat'), heartbeatBytes(1)));
    await client.untilClosed();
    expect(client.has(0x40)).toBe(false);
    await until(() => calls().includes('disconnected, lost'));
    expect(service.warnings.at(-1)).toContain('the store is gone');
  });
});
