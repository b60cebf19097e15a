import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encode, type DeviceDown } from '../../protocol/messages.ts';
import { deviceTopic } from '../../protocol/topics.ts';
import {
  deviceKey,
  lastWill,
  newDeviceId,
  publishFrame,
  rawSession,
  startTestGateway,
  subscribeFrame,
  until,
  type TestGateway,
} from './test-support.ts';

const settings: DeviceDown = { type: 'settings', intervalS: 60, jitterS: 5, now: '2026-01-01T00:00:00Z' };
const command = (n: number): DeviceDown => ({
  type: 'command',
  commandId: `00000000-0000-4000-8000-00000000000${n}`,
  name: 'identify',
  expiresInS: 60,
});
/** PUBLISH with QoS 1, as it comes from the service. */
const DOWN = 0x32;
let service: TestGateway;
beforeAll(async () => {
  service = await startTestGateway();
});
afterAll(() => service.gateway.close());

async function connected() {
  const id = newDeviceId();
  const key = await deviceKey(service.authority.issuer, id);
  const { client } = await rawSession(service, { clientId: id, will: lastWill(id) }, key);
  await until(() => service.gateway.isConnected(id));
  client.socket.write(subscribeFrame(deviceTopic(id, 'down')));
  await client.next(0x90);
  /** The message that came, and its acknowledgement. */
  const take = async () => {
    const body = await client.next(DOWN);
    const at = 2 + body.readUInt16BE(0);
    const message = JSON.parse(body.subarray(at + 2).toString()) as { type: string; commandId?: string };
    return { message, acknowledge: () => client.socket.write(Buffer.from([0x40, 2, body[at] ?? 0, body[at + 1] ?? 0])) };
  };
  const birth = encode({ type: 'birth', epoch: 7, at: '2026-01-01T00:00:00Z', agentVersion: '1', intervalS: 60, inventory: {} });
  return { id, client, take, bear: () => client.socket.write(publishFrame(deviceTopic(id, 'birth'), birth)) };
}

describe('[P8] what a device is sent', () => {
  test('[P8] after its birth: the settings first, and only then is it said to be ready for commands', async () => {
    const device = await connected();
    const { recorder, gateway } = service;
    recorder.reply = settings;
    recorder.answered = (id, answer) => {
      expect([id, answer]).toEqual([device.id, settings]);
      void gateway.send(id, command(1));
    };
    device.bear();
    expect((await device.take()).message.type).toBe('settings');
    expect((await device.take()).message).toMatchObject({ type: 'command', commandId: expect.stringMatching(/1$/) });
    recorder.answered = () => undefined;
    device.client.socket.destroy();
  });

  test('[P8] tells of each message when the device acknowledged that one', async () => {
    const { id, client, take } = await connected();
    const heard: number[] = [];
    for (const n of [1, 2]) expect(await service.gateway.send(id, command(n), () => heard.push(n))).toBe(true);
    const [first, second] = [await take(), await take()];
    expect(heard).toEqual([]);
    first.acknowledge();
    await until(() => heard.length === 1);
    second.acknowledge();
    await until(() => heard.length === 2);
    expect(heard).toEqual([1, 2]);
    client.socket.destroy();
    await until(() => !service.gateway.isConnected(id));
    expect(await service.gateway.send(id, command(3))).toBe(false);
  });
});
