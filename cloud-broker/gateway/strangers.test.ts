/** E10: who says nothing, and who makes room where all is full. 127.0.0.x stand for as many networks. */
import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, test } from 'vitest';
import { deviceTopic, enrolmentTopic } from '../../protocol/topics.ts';
import { TestBoard, testEnrolment } from '../../test/support/enrolment.ts';
import type { GatewayLimits } from './limits.ts';
import {
  deviceKey,
  heartbeatBytes,
  newDeviceId,
  newEnrolmentId,
  publishFrame,
  rawSession,
  subscribeFrame,
  until,
  type RawClient,
  type TestGateway,
} from './test-support.ts';
import { gatewayOfTest } from './test-setup.ts';

const FLOOD = '127.0.0.2';
const HONEST = '127.0.0.3';
const start = (limits: Partial<GatewayLimits> = {}): Promise<TestGateway> => gatewayOfTest({ limits });

const refused = (service: TestGateway, reason: string): number => service.gateway.figures().refused[reason] ?? 0;

async function enrolment(service: TestGateway, localAddress: string): Promise<{ clientId: string; client: RawClient }> {
  const clientId = newEnrolmentId();
  const { client, code } = await rawSession(service, { clientId }, { localAddress });
  expect(code).toBe(0);
  return { clientId, client };
}

/** Silent TCP connections. */
async function plain(service: TestGateway, count: number, localAddress = FLOOD): Promise<net.Socket[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = net.connect({ port: service.gateway.port, host: '127.0.0.1', localAddress });
      socket.on('error', () => undefined);
      socket.resume();
      await once(socket, 'connect');
      return socket;
    }),
  );
}

describe('an enrolment session', () => {
  test('[E10] without a request is ended after a moment; pings and rubbish are none', async () => {
    const service = await start({ requestMs: 60 });
    const silent = await enrolment(service, FLOOD);
    const chatty = await enrolment(service, FLOOD);
    chatty.client.socket.write(Buffer.concat([subscribeFrame(enrolmentTopic(chatty.clientId, 'down')), Buffer.from([0xc0, 0])]));
    chatty.client.socket.write(publishFrame(enrolmentTopic(chatty.clientId, 'up'), 'rubbish'));
    await silent.client.untilClosed();
    await chatty.client.untilClosed();
    await until(() => service.recorder.calls.filter((call) => call === 'closed').length === 2);
    expect(service.gateway.figures()).toMatchObject({ enrolmentSessions: 0, refused: { 'no-request': 2 } });
  });

  test('[E10] that sent one stays for its whole life', async () => {
    const service = await start({ requestMs: 60, enrolmentSessionMs: 400 });
    service.recorder.onMessage = async () => service.recorder.enrolments.at(-1)?.asked();
    const { clientId, client } = await enrolment(service, HONEST);
    client.socket.write(publishFrame(enrolmentTopic(clientId, 'up'), 'request'));
    await client.next(0x40);
    await client.untilClosed();
    expect(service.gateway.figures().refused).toEqual({ 'enrolment-expired': 1 });
  });

  test('[E6] that is kept for a decision outlives that, and ends without blame when its time is over', async () => {
    const service = await start({ requestMs: 50, enrolmentSessionMs: 100 });
    const { client } = await enrolment(service, HONEST);
    const [session] = service.recorder.enrolments;
    session?.asked();
    session?.keep(600);
    const since = performance.now();
    await client.untilClosed();
    expect(performance.now() - since).toBeGreaterThan(500);
    await until(() => service.recorder.calls.includes('closed'));
    expect(service.gateway.figures()).toMatchObject({ enrolmentSessions: 0, refused: {} });
    session?.keep(60_000);
  });

  test.each([
    ['is ended for its silence', { requestMs: 30 }],
    ['goes away by itself', { requestMs: 30_000 }],
  ])('[E10] without a request costs its address, also where it %s; others are not touched', async (_how, limits) => {
    const service = await start({ ...limits, failures: 3, failuresPerSecond: 0, strangers: 2, lateStrangers: 0 });
    for (let n = 0; n < 3; n += 1) {
      const { client } = await enrolment(service, FLOOD);
      if (limits.requestMs > 1000) client.socket.destroy();
      await client.untilClosed();
      await until(() => service.gateway.figures().enrolmentSessions === 0);
    }
    const late = await plain(service, 1);
    await until(() => service.gateway.figures().waiting === 1);
    await enrolment(service, HONEST);
    expect(service.gateway.figures().waiting).toBe(1);
    for (const socket of late) socket.destroy();
  });
});

describe('a CONNACK', () => {
  test('[E10] of an enrolment session waits where many of its network are still to ask; boards of others get theirs at once', async () => {
    const service = await start({ requestMs: 60_000, seatMs: 60_000 });
    const silent = await Promise.all(Array.from({ length: 64 }, async () => enrolment(service, FLOOD)));
    let answered = 0;
    const late = Array.from({ length: 2 }, async () => {
      const { client } = await enrolment(service, FLOOD);
      answered += 1;
      return client;
    });
    await until(() => service.gateway.figures().enrolmentSessions === 66, 'all sessions');
    await enrolment(service, HONEST);
    await enrolment(service, HONEST);
    expect(answered).toBe(0);
    // The boards of others took two seats of the silent ones: some go, some ask, and who waits comes in.
    for (const { client } of silent.slice(0, 3)) client.socket.destroy();
    for (const session of service.recorder.enrolments.slice(3, 6)) session.asked();
    await Promise.all(late);
    expect(service.gateway.figures().refused).toEqual({});
  });

  test('[E10] does not wait for ever', async () => {
    const service = await start({ requestMs: 60_000, seatMs: 200 });
    await Promise.all(Array.from({ length: 65 }, async () => enrolment(service, FLOOD)));
    expect(service.gateway.figures()).toMatchObject({ enrolmentSessions: 65, refused: {} });
  });
});

describe('where all is full', () => {
  test('[E10] the silent sessions of one network make room for boards of others, and all are gone in the end', async () => {
    const service = await start({ failures: 1e9 });
    const { service: enrolling, id } = testEnrolment({ openSessions: 50 });
    service.recorder.enrolment.opened = (session) => enrolling.opened(session);
    service.recorder.enrolment.message = async (session, payload) => enrolling.message(session, payload);
    service.recorder.enrolment.closed = (session) => enrolling.closed(session);
    const resume = await enrolment(service, FLOOD);
    await until(() => resume.client.session !== null);
    const { session } = resume.client;
    const flood = { on: true };
    const flooding = Array.from({ length: 10 }, async () => {
      while (flood.on) {
        const more = session === null ? {} : { session };
        // Which of them is ended, and when, is the others' good luck.
        await rawSession(service, { clientId: newEnrolmentId() }, { localAddress: FLOOD, ...more }).catch(() => undefined);
      }
    });
    await until(() => enrolling.figures().openSessions === 50, 'a full service');
    // 20 boards of one school, all there at once: less than its half of the places.
    const boards = await Promise.all(
      Array.from({ length: 20 }, async (_each, n) => {
        const { clientId, client } = await enrolment(service, HONEST);
        client.socket.write(subscribeFrame(enrolmentTopic(clientId, 'down')));
        await client.next(0x90);
        client.socket.write(publishFrame(enrolmentTopic(clientId, 'up'), new TestBoard(`SN-${n}`).request(id(n))));
        expect((await client.next(0x32)).toString()).toContain('"challenge"');
        return client;
      }),
    );
    expect(boards.filter(({ closed }) => closed)).toEqual([]);
    expect(enrolling.figures().openSessions).toBeLessThanOrEqual(50);
    flood.on = false;
    await Promise.all(flooding);
    expect(boards.filter(({ closed }) => closed)).toEqual([]);
    for (const client of boards) client.socket.destroy();
    await until(() => enrolling.figures().openSessions === 0 && service.gateway.figures().enrolmentSessions === 0);
  });

  test('[E10] of TCP connections the quietest of the network that holds most is closed; devices stay', async () => {
    const service = await start({ connections: 40, strangers: 10, requestMs: 60_000, handshakeMs: 60_000 });
    const devices = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const clientId = newDeviceId();
        const key = await deviceKey(service.authority.issuer, clientId);
        const { client } = await rawSession(service, { clientId }, { ...key, localAddress: FLOOD });
        return { clientId, client };
      }),
    );
    const first = await enrolment(service, HONEST);
    const flood = await plain(service, 200);
    const others = await Promise.all(['127.0.0.4', '127.0.0.5'].map((address) => plain(service, 2, address)));
    await until(() => flood.filter(({ closed }) => closed).length >= 200 + 10 - 40, 'the room that the flood makes');
    expect(others.flat().filter(({ closed }) => closed)).toEqual([]);
    expect(refused(service, 'connections-full')).toBe(170);
    expect(first.client.closed).toBe(false);
    for (const { clientId, client } of devices) {
      client.socket.write(publishFrame(deviceTopic(clientId, 'heartbeat'), heartbeatBytes(1)));
      await client.next(0x40);
    }
    for (const socket of [...flood, ...others.flat()]) socket.destroy();
    for (const { client } of [...devices, first]) client.socket.destroy();
    await until(() => {
      const { deviceSessions, enrolmentSessions, waiting } = service.gateway.figures();
      return deviceSessions + enrolmentSessions + waiting === 0;
    });
    // All 40 places are free again: as many as that come in, and nobody makes room.
    const again = await plain(service, 40, HONEST);
    expect(refused(service, 'connections-full')).toBe(170);
    for (const socket of again) socket.destroy();
  });

  test('[E10] of devices alone the newcomer is the one that goes', async () => {
    const service = await start({ connections: 2 });
    for (let n = 0; n < 2; n += 1) {
      const clientId = newDeviceId();
      await rawSession(service, { clientId }, await deviceKey(service.authority.issuer, clientId));
    }
    const [newcomer] = await plain(service, 1);
    await until(() => newcomer?.closed === true);
    expect(service.gateway.figures()).toMatchObject({ deviceSessions: 2, refused: { 'connections-full': 1 } });
  });
});
