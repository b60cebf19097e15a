import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeviceDown, EnrolmentDown } from '../../protocol/messages.ts';
import { encode } from '../../protocol/messages.ts';
import { deviceTopic, enrolmentTopic } from '../../protocol/topics.ts';
import {
  deviceKey,
  disconnectFrame,
  heartbeatBytes,
  lastWill,
  newDeviceId,
  newEnrolmentId,
  publishFrame,
  rawSession,
  Recorder,
  startTestGateway,
  subscribeFrame,
  until,
  type TestGateway,
} from './test-support.ts';
import { connectDevice, newDevice, type Device } from './test-setup.ts';

const settings: DeviceDown = { type: 'settings', intervalS: 60, jitterS: 5, now: '2026-01-01T00:00:00Z' };
const goodbye: DeviceDown = {
  type: 'command',
  commandId: '00000000-0000-4000-8000-000000000000',
  name: 'unenroll',
  expiresInS: 0,
};
const challenge: EnrolmentDown = {
  type: 'challenge',
  requestId: '00000000-0000-4000-8000-000000000000',
  nonce: 'n'.repeat(43),
  expiresInS: 60,
};
const unenrollBytes = encode({ type: 'unenroll', epoch: 7 });

let service: TestGateway;
beforeAll(async () => {
  service = await startTestGateway({ limits: { lingerMs: 300 } });
});
afterAll(() => service.gateway.close());

const calls = (): string[] => service.recorder.calls;

/** A session takes over while a heartbeat of the older one is handled, until `open`. */
async function takenOver(device: Device) {
  const { resolve: open, promise: wait } = Promise.withResolvers<void>();
  service.recorder.onMessage = (call) => (call === 'heartbeat 1' ? wait : Promise.resolve());
  const older = await connectDevice(service, device, 7);
  older.socket.write(publishFrame(deviceTopic(device.id, 'heartbeat'), heartbeatBytes(1)));
  await until(() => calls().includes('heartbeat 1'));
  return { older, newer: await connectDevice(service, device, 8), open };
}

describe('the end of a session', () => {
  test('that is lost delivers its last will behind its earlier messages', async () => {
    const device = await newDevice(service);
    const { resolve: open, promise: wait } = Promise.withResolvers<void>();
    service.recorder.onMessage = (call) => (call === 'heartbeat 1' ? wait : Promise.resolve());
    const client = await connectDevice(service, device);
    for (const seq of [1, 2]) client.socket.write(publishFrame(deviceTopic(device.id, 'heartbeat'), heartbeatBytes(seq), seq));
    client.socket.write(Buffer.from([0xc0, 0]));
    await client.next(0xd0);
    client.socket.destroy();
    await until(() => !service.gateway.isConnected(device.id));
    open();
    await until(() => calls().includes('disconnected, lost'));
    expect(calls()).toEqual(['connected', 'heartbeat 1', 'heartbeat 2', 'will 7', 'disconnected, lost']);
  });

  test('with DISCONNECT has no last will, and what came before it is handled first', async () => {
    const device = await newDevice(service);
    const client = await connectDevice(service, device);
    const reason = encode({ type: 'will', epoch: 7, reason: 'shutdown' });
    client.socket.write(Buffer.concat([publishFrame(deviceTopic(device.id, 'will'), reason), disconnectFrame]));
    await until(() => calls().some((call) => call.startsWith('disconnected')));
    expect(calls()).toEqual(['connected', 'will 7 shutdown', 'disconnected, said']);
  });

  test('[P3] by a takeover: all of the older session comes before the newer one begins', async () => {
    const device = await newDevice(service);
    const { older, newer, open } = await takenOver(device);
    await older.untilClosed();
    newer.socket.write(publishFrame(deviceTopic(device.id, 'heartbeat'), heartbeatBytes(2, 8)));
    open();
    await newer.next(0x40);
    expect(calls()).toEqual(['connected', 'heartbeat 1', 'will 7', 'disconnected, lost', 'connected, took over', 'heartbeat 2']);
    expect(service.gateway.isConnected(device.id)).toBe(true);
    expect(await service.gateway.send(device.id, settings)).toBe(true);
    await newer.next(0x32);
    newer.socket.destroy();
    await until(() => calls().includes('will 8'));
  });

  test('[E9] by a revocation while it waits for the older one: it never began', async () => {
    const device = await newDevice(service);
    const { newer, open } = await takenOver(device);
    service.gateway.disconnect(device.id);
    await newer.untilClosed();
    open();
    await until(() => calls().includes('disconnected, lost'));
    await until(() => service.gateway.figures().deviceSessions === 0);
    expect(calls()).toEqual(['connected', 'heartbeat 1', 'will 7', 'disconnected, lost']);
  });

  test('[E9] by unenrolment closes it at once, and nothing that still comes is handled', async () => {
    const device = await newDevice(service);
    const client = await connectDevice(service, device);
    service.gateway.disconnect(device.id);
    expect(service.gateway.isConnected(device.id)).toBe(false);
    client.socket.write(publishFrame(deviceTopic(device.id, 'heartbeat'), heartbeatBytes(1)));
    await client.untilClosed();
    await until(() => calls().includes('disconnected, lost'));
    expect(calls()).toEqual(['connected', 'disconnected, lost']);
  });

  test('[E9] by unenrolment sends the courtesy just before', async () => {
    const device = await newDevice(service);
    const client = await connectDevice(service, device);
    service.gateway.disconnect(device.id, goodbye);
    const published = await client.next(0x32);
    expect(published.toString()).toContain('"name":"unenroll"');
    await client.untilClosed();
  });

  test('[E9] unenrol on the device: acknowledged after the commit, then closed, also when the revocation comes first', async () => {
    for (const revokedFirst of [false, true]) {
      const device = await newDevice(service);
      const { resolve: open, promise: wait } = Promise.withResolvers<void>();
      service.recorder.onMessage = async () => {
        await wait;
        if (revokedFirst) service.gateway.disconnect(device.id, goodbye);
      };
      const client = await connectDevice(service, device);
      client.socket.write(publishFrame(deviceTopic(device.id, 'unenroll'), unenrollBytes));
      client.socket.write(publishFrame(deviceTopic(device.id, 'heartbeat'), heartbeatBytes(1), 2));
      await until(() => calls().includes('unenroll 7'));
      expect(client.has(0x40)).toBe(false);
      open();
      expect((await client.next(0x40))[1]).toBe(1);
      await client.untilClosed();
      await until(() => calls().includes('disconnected, lost'));
      expect(calls()).toEqual(['connected', 'unenroll 7', 'disconnected, lost']);
      expect(client.has(0x40)).toBe(false);
    }
  });

  test('[P4] by the end of the service says nothing of its devices', async () => {
    const own = await startTestGateway({ authority: service.authority, recorder: new Recorder() });
    const id = newDeviceId();
    const { client } = await rawSession(own, { clientId: id, will: lastWill(id) }, await deviceKey(own.authority.issuer, id));
    await until(() => own.recorder.calls.includes('connected'));
    const enrolment = await rawSession(own, { clientId: newEnrolmentId() });
    await own.gateway.close();
    await client.untilClosed();
    await enrolment.client.untilClosed();
    expect(own.recorder.calls).toEqual(['connected', 'opened', 'closed']);
  });
});

describe('an enrolment session', () => {
  test('is sent what the service says, and ended once that is flushed and acknowledged', async () => {
    const { recorder } = service;
    recorder.calls.length = 0;
    recorder.onMessage = async () => {
      const session = recorder.enrolments.at(-1);
      void session?.send(challenge);
      void session?.send(challenge);
      session?.end();
    };
    const clientId = newEnrolmentId();
    const { client } = await rawSession(service, { clientId });
    client.socket.write(subscribeFrame(enrolmentTopic(clientId, 'down')));
    await client.next(0x90);
    client.socket.write(publishFrame(enrolmentTopic(clientId, 'up'), 'request'));
    await client.untilClosed();
    expect(client.packets.map(({ header }) => header).toSorted((a, b) => a - b)).toEqual([0x32, 0x32, 0x40]);
    await until(() => recorder.calls.includes('closed'));
    expect(recorder.calls).toEqual(['opened', 'up request', 'closed']);
    await expect(recorder.enrolments.at(-1)?.send(challenge)).resolves.toBeUndefined();
  });

  test('lives so long and no longer', async () => {
    const own = await startTestGateway({ authority: service.authority, limits: { enrolmentSessionMs: 50 } });
    const { client } = await rawSession(own, { clientId: newEnrolmentId() });
    await client.untilClosed();
    await until(() => own.recorder.calls.includes('closed'));
    expect(own.gateway.figures()).toMatchObject({ enrolmentSessions: 0, refused: { 'enrolment-expired': 1 } });
    await own.gateway.close();
  });
});
