import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deviceTopic, enrolmentTopic } from '../../protocol/topics.ts';
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
  startTestGateway,
  subscribeFrame,
  until,
  type ClientKey,
  type ConnectFields,
  type TestGateway,
} from './test-support.ts';

const id = newDeviceId();
let service: TestGateway;
let key: ClientKey;

beforeAll(async () => {
  service = await startTestGateway();
  key = await deviceKey(service.authority.issuer, id);
});
afterAll(() => service.gateway.close());

/** What came before the connection ended. */
async function answersTo(fields: ConnectFields, options: object = key): Promise<unknown[]> {
  const client = await rawConnect(service, options);
  client.socket.write(connectFrame(fields));
  await client.untilClosed();
  return client.packets;
}

async function session() {
  const clientId = newDeviceId();
  const own = await deviceKey(service.authority.issuer, clientId);
  return { clientId, ...(await rawSession(service, { clientId }, own)) };
}

describe('CONNECT', () => {
  test('of a device with its certificate is accepted, of an enrolment without any as well', async () => {
    const device = await rawSession(service, { clientId: id, will: lastWill(id) }, { ...key, ALPNProtocols: ['mqtt'] });
    expect(device.code).toBe(0);
    expect(device.client.socket.alpnProtocol).toBe('mqtt');
    const enrolment = await rawSession(service, { clientId: newEnrolmentId() });
    expect(enrolment.code).toBe(0);
    await until(() => service.gateway.isConnected(id));
    expect(service.gateway.figures()).toMatchObject({ deviceSessions: 1, enrolmentSessions: 1 });
    device.client.socket.destroy();
    enrolment.client.socket.destroy();
    await until(() => service.gateway.figures().deviceSessions + service.gateway.figures().enrolmentSessions === 0);
  });

  test.each([
    ['clean session 0', { clean: false }],
    ['keep alive 0', { keepAliveS: 0 }],
    ['keep alive 14', { keepAliveS: 14 }],
    ['keep alive 121', { keepAliveS: 121 }],
    ['a will on another topic', { will: { ...lastWill(id), topic: deviceTopic(id, 'birth') } }],
    ["another device's will", { will: lastWill(newDeviceId()) }],
    ['a will of QoS 0', { will: { ...lastWill(id), qos: 0 } }],
    ['a will of QoS 2', { will: { ...lastWill(id), qos: 2 } }],
    ['a retained will', { will: { ...lastWill(id), retain: true } }],
    ['a will that is no message', { will: { ...lastWill(id), payload: Buffer.from('{}') } }],
    ['a will with a reason', { will: { ...lastWill(id), payload: Buffer.from('{"type":"will","epoch":1,"reason":"sleep"}') } }],
  ])('with %s ends the session', async (_what, fields) => {
    expect(await answersTo({ clientId: id, ...fields })).toEqual([]);
  });

  test('of an enrolment session with a will ends it', async () => {
    const clientId = newEnrolmentId();
    expect(await answersTo({ clientId, will: { ...lastWill(id), topic: enrolmentTopic(clientId, 'up') } }, {})).toEqual([]);
  });

  test.each([3, 5, 6, 132])('of protocol level %i is refused', async (level) => {
    const client = await rawConnect(service);
    client.socket.write(connectFrame({ clientId: newEnrolmentId(), level }));
    await client.untilClosed();
    expect(client.packets.map(({ body }) => body[1])).toEqual([1]);
  });

  test.each(['', 'short', 'a/b/c/d/e/f', 'x'.repeat(65), '+'.repeat(12)])(
    'with the client id "%s" is refused with CONNACK 2',
    async (clientId) => {
      expect((await rawSession(service, { clientId })).code).toBe(2);
    },
  );

  test('with an empty client id is refused with CONNACK 2 where clean session is 0 as well', async () => {
    expect((await rawSession(service, { clientId: '', clean: false })).code).toBe(2);
  });

  test('for an enrolment client id that is in use is refused, and its holder stays', async () => {
    const clientId = newEnrolmentId();
    const holder = await rawSession(service, { clientId });
    expect((await rawSession(service, { clientId })).code).toBe(2);
    holder.client.socket.write(publishFrame(enrolmentTopic(clientId, 'up'), 'still here'));
    await holder.client.next(0x40);
    expect(service.recorder.calls).toContain('up still here');
    holder.client.socket.destroy();
  });

  test('is answered CONNACK 3 when the service fails', async () => {
    const { opened } = service.recorder.enrolment;
    service.recorder.enrolment.opened = () => {
      throw new Error('the service is gone');
    };
    expect((await rawSession(service, { clientId: newEnrolmentId() })).code).toBe(3);
    // It says that a session asked which cannot have said anything yet.
    service.recorder.enrolment.opened = (early) => early.asked();
    expect((await rawSession(service, { clientId: newEnrolmentId() })).code).toBe(3);
    service.recorder.enrolment.opened = opened;
  });

  test('that is not the first packet, or comes twice, ends the session', async () => {
    const first = await rawConnect(service);
    first.socket.write(subscribeFrame('a'));
    expect(await first.untilClosed()).toBe(true);
    const clientId = newEnrolmentId();
    const twice = await rawSession(service, { clientId });
    twice.client.socket.write(connectFrame({ clientId }));
    expect(await twice.client.untilClosed()).toBe(true);
  });

  test('and what a hasty client sends behind it without waiting is handled in order', async () => {
    const clientId = newEnrolmentId();
    const up = enrolmentTopic(clientId, 'up');
    const client = await rawConnect(service);
    const many = Array.from({ length: 20 }, (_each, index) => publishFrame(up, `hasty ${index}`, index + 1));
    client.socket.write(Buffer.concat([connectFrame({ clientId }), subscribeFrame(enrolmentTopic(clientId, 'down')), ...many]));
    await until(() => client.has(0x40, 20) && client.has(0x90));
    expect(client.packets[0]?.header).toBe(0x20);
    expect(service.recorder.calls.filter((call) => call.startsWith('up hasty'))).toEqual(
      many.map((_each, index) => `up hasty ${index}`),
    );
    client.socket.destroy();
  });
});

describe('a session', () => {
  test('that publishes with retain or with QoS 2 ends', async () => {
    for (const header of [0x31, 0x33, 0x34, 0x35, 0x36]) {
      const { client, clientId } = await session();
      client.socket.write(publishFrame(deviceTopic(clientId, 'heartbeat'), heartbeatBytes(1), 1, header));
      await client.untilClosed();
      expect(client.has(0x40)).toBe(false);
    }
  });

  const foreignTopics: [string, (own: string) => string][] = [
    ["another device's heartbeat", () => deviceTopic(id, 'heartbeat')],
    ["another device's down", () => deviceTopic(id, 'down')],
    ['its own down', (own) => deviceTopic(own, 'down')],
    ["an enrolment's up", () => enrolmentTopic(newEnrolmentId(), 'up')],
    ['a $SYS topic', () => '$SYS/broker/clients'],
    ['another version', (own) => `rollcall/2/devices/${own}/heartbeat`],
    ['a deeper topic', (own) => `${deviceTopic(own, 'heartbeat')}/more`],
    ['200 levels', () => '/'.repeat(200)],
  ];
  test.each(foreignTopics)('that publishes to %s ends, and nobody is told of the message', async (_what, topic) => {
    const { client, clientId } = await session();
    client.socket.write(publishFrame(topic(clientId), heartbeatBytes(666)));
    await client.untilClosed();
    expect(client.has(0x40)).toBe(false);
    expect(service.recorder.calls).not.toContain('heartbeat 666');
  });

  test('that subscribes to anything but its own down gets 0x80 and goes on', async () => {
    const { client, clientId } = await session();
    const down = deviceTopic(clientId, 'down');
    const others = [
      '#',
      '+/+/+/+/+',
      '$SYS/#',
      deviceTopic(id, 'down'),
      `rollcall/1/devices/+/down`,
      deviceTopic(clientId, 'birth'),
      '/'.repeat(99),
    ];
    client.socket.write(subscribeFrame(...others, down));
    expect([...(await client.next(0x90)).subarray(2)]).toEqual([...others.map(() => 0x80), 1]);
    client.socket.write(publishFrame(deviceTopic(clientId, 'heartbeat'), heartbeatBytes(1)));
    await client.next(0x40);
    client.socket.destroy();
  });

  test('of an enrolment may use its own up and down only', async () => {
    const clientId = newEnrolmentId();
    const foreign = enrolmentTopic(newEnrolmentId(), 'down');
    const { client } = await rawSession(service, { clientId });
    client.socket.write(subscribeFrame(foreign, enrolmentTopic(clientId, 'up'), enrolmentTopic(clientId, 'down')));
    expect([...(await client.next(0x90)).subarray(2)]).toEqual([0x80, 0x80, 1]);
    client.socket.write(publishFrame(deviceTopic(id, 'birth'), '{}'));
    await client.untilClosed();
    await until(() => service.recorder.calls.at(-1) === 'closed');
  });

  test('sends QoS 0 and QoS 1 alike; only QoS 1 is acknowledged', async () => {
    const { client, clientId } = await session();
    client.socket.write(publishFrame(deviceTopic(clientId, 'heartbeat'), heartbeatBytes(41), null));
    client.socket.write(publishFrame(deviceTopic(clientId, 'heartbeat'), heartbeatBytes(42), 5));
    expect([...(await client.next(0x40))]).toEqual([0, 5]);
    expect(client.has(0x40)).toBe(false);
    expect(service.recorder.calls.filter((call) => /heartbeat 4[12]/.test(call))).toEqual(['heartbeat 41', 'heartbeat 42']);
    client.socket.destroy();
  });

  test('may send nine messages that cannot be read, each acknowledged and dropped; the tenth ends it', async () => {
    const { client, clientId } = await session();
    const before = service.gateway.figures().refused['message-invalid'] ?? 0;
    const bad = ['', '{', '{"type":"heartbeat"}', '[]', 'null', '{"type":"birth"}', '\xff', '0', '"x"'];
    for (const [index, payload] of bad.entries()) {
      client.socket.write(publishFrame(deviceTopic(clientId, 'heartbeat'), payload, index + 1));
      expect((await client.next(0x40))[1]).toBe(index + 1);
    }
    expect(service.gateway.figures().refused['message-invalid']).toBe(before + 9);
    client.socket.write(publishFrame(deviceTopic(clientId, 'heartbeat'), 'tenth', 10));
    await client.untilClosed();
    expect(client.has(0x40)).toBe(false);
  });

  test('that sends packets only a server sends, or of QoS 2, ends', async () => {
    for (const header of [0x20, 0x50, 0x62, 0x70, 0x90, 0xb0, 0xd0, 0xf0, 0x00]) {
      const { client } = await session();
      client.socket.write(frame(header, Buffer.from([0, 1])));
      expect(await client.untilClosed()).toBe(true);
    }
  });
});
