/** MQTT 3.1.1, statement by statement, on real connections: what it calls malformed or a violation ends the session. */
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
  type ClientKey,
  type TestGateway,
} from './test-support.ts';

let service: TestGateway;
const id = newDeviceId();
let key: ClientKey;
beforeAll(async () => {
  service = await startTestGateway();
  key = await deviceKey(service.authority.issuer, id);
});
afterAll(() => service.gateway.close());

const text = (value: string | number[]): Buffer => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};
const PASSWORD = 0x40;
const USER = 0x80;
const WILL = 0x04;
const CLEAN = 0x02;

/** A CONNECT by its parts: flags (beside clean session), then the payload behind the client id. */
function connect(flags: number, ...payload: Buffer[]): Buffer {
  return frame(0x10, text('MQTT'), Buffer.from([4, CLEAN | flags, 0, 60]), text(id), ...payload);
}

const will = [text(lastWill(id).topic), text([...lastWill(id).payload])];
const surrogate = [0xed, 0xa0, 0x80];
const overlong = [0xc0, 0xaf];
const tooHigh = [0xf4, 0x90, 0x80, 0x80];

const connects: [string, string, Buffer][] = [
  ['2.2.2-2', 'flags in the first byte', Buffer.concat([Buffer.from([0x11]), connectFrame({ clientId: id }).subarray(1)])],
  ['3.1.0-1', 'another packet first', Buffer.from([0xc0, 0])],
  ['3.1.2-3', 'the reserved bit', connect(0x01)],
  ['3.1.2-11', 'a will QoS without a will', connect(0x08)],
  ['3.1.2-13', 'a will QoS 2 without a will', connect(0x10)],
  ['3.1.2-14', 'a will QoS 3', connect(WILL | 0x18, ...will)],
  ['3.1.2-15', 'will retain without a will', connect(0x20)],
  ['3.1.2-9', 'a will flag without a will', connect(WILL | 0x08)],
  ['3.1.2-11', 'a will without its flag', connect(0, ...will)],
  ['3.1.2-22', 'a password flag without user name', connect(PASSWORD, text('secret'))],
  ['3.1.2-22', 'a password flag without user name or password', connect(PASSWORD)],
  ['3.1.2-19', 'a user name flag without user name', connect(USER)],
  ['3.1.2-21', 'a password flag without password', connect(USER | PASSWORD, text('user'))],
  ['3.1.2-18', 'a user name without its flag', connect(0, text('user'))],
  ['3.1.2-20', 'a password without its flag', connect(USER, text('user'), text('secret'))],
  ['3.1.3-1', 'bytes behind the payload', connect(0, Buffer.from([0]))],
  ['3.1.3-1', 'bytes behind a will', connect(WILL | 0x08, ...will, Buffer.from('{}'))],
  ['3.1.3-4', 'a client id that is no UTF-8', frame(0x10, text('MQTT'), Buffer.from([4, 2, 0, 60]), text([0xff]))],
  ['3.1.3-3', 'no client id', frame(0x10, text('MQTT'), Buffer.from([4, 2, 0, 60]))],
  ['3.1.3-10', 'a will topic that is no UTF-8', connect(WILL | 0x08, text(surrogate), text('{}'))],
  ['3.1.3-11', 'a user name that is no UTF-8', connect(USER, text(surrogate))],
  ['1.5.3-1', 'an overlong user name', connect(USER, text(overlong))],
  ['1.5.3-1', 'a user name beyond U+10FFFF', connect(USER, text(tooHigh))],
  ['1.5.3-2', 'a user name with U+0000', connect(USER, text('a\0b'))],
  ['1.5.3-2', 'a client id with U+0000', frame(0x10, text('MQTT'), Buffer.from([4, 2, 0, 60]), text('a\0b'))],
  ['3.1.2-1', 'a protocol name that is no UTF-8', frame(0x10, text(surrogate), Buffer.from([4, 2, 0, 60]), text(id))],
  ['2.2.3', 'a length that is longer than the packet can be', Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])],
  ['2.2.3', 'a length of five bytes', Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 0x01])],
  ['3.1', 'nothing in it', frame(0x10)],
];

describe('a CONNECT with', () => {
  test.each(connects)('[MQTT-%s] %s ends the connection without an answer', async (_statement, _what, bytes) => {
    const client = await rawConnect(service, key);
    client.socket.write(bytes);
    await client.untilClosed();
    expect(client.packets).toEqual([]);
  });

  test.each([
    ['a user name', connect(USER, text('user'))],
    ['an empty user name and password', connect(USER | PASSWORD, text(''), text(''))],
    ['a password of any bytes', connect(USER | PASSWORD, text('\u{FEFF}é'), text([0, 0xff]))],
    ['a will', connect(WILL | 0x08, ...will)],
    ['a will, user name and password', connect(WILL | 0x08 | USER | PASSWORD, ...will, text('user'), text('secret'))],
  ])('%s is well-formed and accepted', async (_what, bytes) => {
    const client = await rawConnect(service, key);
    client.socket.write(bytes);
    expect([...(await client.next(0x20))]).toEqual([0, 0]);
    client.socket.destroy();
  });

  test.each(['MQIsdp', 'mqtt', 'MQTT\u{FEFF}', ''])(
    '[MQTT-3.1.2-1] the protocol name "%s" is answered CONNACK 1',
    async (name) => {
      const client = await rawConnect(service, key);
      client.socket.write(frame(0x10, text(name), Buffer.from([4, 2, 0, 60]), text(id)));
      expect([...(await client.next(0x20))]).toEqual([0, 1]);
      await client.untilClosed();
    },
  );
});

const own = deviceTopic(id, 'heartbeat');
const body = heartbeatBytes(666);
const down = text(deviceTopic(id, 'down'));
const QOS_1 = Buffer.from([1]);
const NAMED = Buffer.from([0, 9]);
const UNNAMED = Buffer.from([0, 0]);

const packets: [string, string, Buffer][] = [
  ['3.1.0-2', 'a second CONNECT', connectFrame({ clientId: id })],
  ...[0x00, 0x0f, 0xf0, 0xff].map((header): [string, string, Buffer] => [
    '2.2.1',
    `reserved type 0x${header.toString(16)}`,
    frame(header),
  ]),
  ...[
    [0x20, 'CONNACK'],
    [0x90, 'SUBACK'],
    [0xb0, 'UNSUBACK'],
    [0xd0, 'PINGRESP'],
  ].map(([header, name]): [string, string, Buffer] => [
    '2.2.1',
    `a server's ${name}`,
    frame(Number(header), Buffer.from([0, 1])),
  ]),
  ...[
    [0x50, 'PUBREC'],
    [0x62, 'PUBREL'],
    [0x60, 'PUBREL without its flags'],
    [0x70, 'PUBCOMP'],
  ].map(([header, name]): [string, string, Buffer] => [
    '4.3.3',
    `${name}, with no QoS 2 to be acknowledged`,
    frame(Number(header), NAMED),
  ]),
  ...[0x41, 0x42, 0x48].map((header): [string, string, Buffer] => [
    '2.2.2-2',
    `PUBACK with flags 0x${header.toString(16)}`,
    frame(header, NAMED),
  ]),
  ...[0x80, 0x81, 0x83, 0x8a].map((header): [string, string, Buffer] => [
    '3.8.1-1',
    `SUBSCRIBE with flags 0x${header.toString(16)}`,
    frame(header, NAMED, down, QOS_1),
  ]),
  ...[0xa0, 0xa1, 0xa3, 0xaa].map((header): [string, string, Buffer] => [
    '3.10.1-1',
    `UNSUBSCRIBE with flags 0x${header.toString(16)}`,
    frame(header, NAMED, down),
  ]),
  ...[0xc1, 0xc2, 0xc8].map((header): [string, string, Buffer] => ['2.2.2-2', `PINGREQ with flags ${header}`, frame(header)]),
  ...[0xe1, 0xe2, 0xe8].map((header): [string, string, Buffer] => ['3.14.1-1', `DISCONNECT with flags ${header}`, frame(header)]),
  ['3.3.1-4', 'a PUBLISH of QoS 3', publishFrame(own, body, 1, 0x36)],
  ['3.3.1-4', 'a PUBLISH of QoS 3 with DUP', publishFrame(own, body, 1, 0x3e)],
  ['3.3.1-2', 'a PUBLISH of QoS 0 with DUP', frame(0x38, text(own), body)],
  ['2.3.1-1', 'a PUBLISH with packet id 0', publishFrame(own, body, 0)],
  ['2.3.1-1', 'a repeated PUBLISH with packet id 0', publishFrame(own, body, 0, 0x3a)],
  ['3.3.2-2', 'a PUBLISH to a wildcard', publishFrame(deviceTopic(id, 'heartbeat').replace('heartbeat', '+'), body)],
  ['3.3.2-2', 'a PUBLISH to #', publishFrame('#', body)],
  ['3.3.2-1', 'a PUBLISH to a surrogate', frame(0x30, text(surrogate), body)],
  ['1.5.3-2', 'a PUBLISH to a topic with U+0000', publishFrame(`${own}\0`, body)],
  ['1.5.3-3', 'a PUBLISH to its topic behind U+FEFF', publishFrame(`\u{FEFF}${own}`, body)],
  ['4.7.3-1', 'a PUBLISH to an empty topic', publishFrame('', body)],
  ['3.3', 'a PUBLISH whose topic does not fit', frame(0x30, Buffer.from([0xff, 0xff, 97]))],
  ['3.3', 'a PUBLISH without packet id', frame(0x32, text(own))],
  ['2.3.1-1', 'a PUBACK with packet id 0', frame(0x40, UNNAMED)],
  ['3.4', 'a PUBACK without packet id', frame(0x40)],
  ['3.4', 'a PUBACK of three bytes', frame(0x40, Buffer.from([0, 1, 0]))],
  ['2.3.1-1', 'a SUBSCRIBE with packet id 0', frame(0x82, UNNAMED, down, QOS_1)],
  ['3.8.3-3', 'a SUBSCRIBE without filters', frame(0x82, NAMED)],
  ['3.8.3-4', 'a SUBSCRIBE with QoS 3', frame(0x82, NAMED, down, Buffer.from([3]))],
  ['3.8.3-4', 'a SUBSCRIBE with reserved bits', frame(0x82, NAMED, down, Buffer.from([0x81]))],
  ['3.8.3-4', 'a SUBSCRIBE whose second filter has no QoS', frame(0x82, NAMED, down, QOS_1, down)],
  ['3.8.3-1', 'a SUBSCRIBE to a surrogate', frame(0x82, NAMED, text(surrogate), QOS_1)],
  ['1.5.3-2', 'a SUBSCRIBE to U+0000', frame(0x82, NAMED, text('a\0'), QOS_1)],
  ['4.7.3-1', 'a SUBSCRIBE to nothing', frame(0x82, NAMED, text(''), QOS_1)],
  ['4.7.1-2', 'a SUBSCRIBE to a/#/b', frame(0x82, NAMED, text('a/#/b'), QOS_1)],
  ['4.7.1-2', 'a SUBSCRIBE to a#', frame(0x82, NAMED, text('a#'), QOS_1)],
  ['4.7.1-3', 'a SUBSCRIBE to a+/b', frame(0x82, NAMED, text('a+/b'), QOS_1)],
  ['2.3.1-1', 'an UNSUBSCRIBE with packet id 0', frame(0xa2, UNNAMED, down)],
  ['3.10.3-2', 'an UNSUBSCRIBE without filters', frame(0xa2, NAMED)],
  ['3.10.3-1', 'an UNSUBSCRIBE from a surrogate', frame(0xa2, NAMED, text(surrogate))],
  ['3.10.3-1', 'an UNSUBSCRIBE whose filter does not fit', frame(0xa2, NAMED, Buffer.from([0, 9, 97]))],
  ['3.12', 'a PINGREQ with a body', frame(0xc0, Buffer.from([0]))],
  ['3.14', 'a DISCONNECT with a body', frame(0xe0, Buffer.from([0]))],
  ['2.2.3', 'a length of five bytes', Buffer.from([0xc0, 0x80, 0x80, 0x80, 0x80, 0x00])],
];

describe('in a session', () => {
  test.each(packets)('[MQTT-%s] %s ends it', async (_statement, _what, bytes) => {
    const { client } = await rawSession(service, { clientId: id }, key);
    service.recorder.calls.length = 0;
    const ping = Buffer.from([0xc0, 0]);
    client.socket.write(Buffer.concat([bytes, ping]));
    await client.untilClosed();
    expect(client.packets).toEqual([]);
    expect(service.recorder.calls).not.toContain('heartbeat 666');
    expect(service.recorder.calls).not.toContain('disconnected, said');
  });

  test('what is well-formed goes on: any filter, UNSUBSCRIBE of what was never subscribed, a repeated PUBLISH', async () => {
    const clientId = newEnrolmentId();
    const { client } = await rawSession(service, { clientId });
    const filters = ['#', '+', '/', '//+/#', '$SYS/#', 'é\u{10FFFF}', '\u{FEFF}', ' '];
    client.socket.write(frame(0x82, NAMED, ...filters.flatMap((filter) => [text(filter), Buffer.from([2])])));
    expect([...(await client.next(0x90)).subarray(2)]).toEqual(filters.map(() => 0x80));
    client.socket.write(frame(0xa2, NAMED, ...filters.map(text)));
    expect([...(await client.next(0xb0))]).toEqual([0, 9]);
    // §2.2.3 forbids no length that is written longer than it need be.
    client.socket.write(Buffer.from([0xc0, 0x80, 0x00]));
    await client.next(0xd0);
    client.socket.write(publishFrame(enrolmentTopic(clientId, 'up'), '', 0xffff, 0x3a));
    expect([...(await client.next(0x40))]).toEqual([0xff, 0xff]);
    client.socket.destroy();
  });
});
