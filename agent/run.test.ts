import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Birth, CommandResult, Heartbeat, Will } from '../protocol/messages.ts';
import { readStatus } from './state-folder.ts';
import { Place } from './support/agent-process.ts';
import { FakeService, pending, rejected, type Seen } from './support/fake-service.ts';

let service: FakeService;
let place: Place;

beforeEach(async () => {
  service = await FakeService.start();
  place = new Place({ ROLLCALL_URL: service.url });
});

const isMessage = (entry: Seen, type: string) => entry.what === 'device' && entry.message.type === type;
const births = () => service.of<Birth, 'birth'>('birth');
const heartbeats = () => service.of<Heartbeat, 'heartbeat'>('heartbeat');
const results = () => service.of<CommandResult, 'result'>('result');

async function enrolled(): Promise<string> {
  const { json } = await place.run(['enroll', '--domain', 'school1']);
  return String(json['deviceId']);
}

async function running() {
  const deviceId = await enrolled();
  const agent = place.start(['run', '--json']);
  await agent.event('connected');
  await service.seen.until((entry) => isMessage(entry, 'heartbeat'));
  return { deviceId, agent };
}

describe('a device session', () => {
  test('[P3] subscribes, is born with the next epoch, and beats with it at once', async () => {
    const { deviceId } = await running();
    const [epoch] = births().map((birth) => birth.epoch);
    expect(epoch).toBe(1);
    expect(heartbeats()[0]).toMatchObject({ epoch, seq: 0, intervalS: 1 });
    const order = service.seen.all
      .filter((entry) => !('clientId' in entry) || entry.clientId === deviceId)
      .map((entry) => (entry.what === 'device' ? entry.message.type : entry.what));
    expect(order.slice(order.indexOf('connect'))).toEqual(['connect', 'subscribe', 'birth', 'heartbeat']);
    const connect = service.seen.all.find((entry) => entry.what === 'connect' && entry.clientId === deviceId);
    expect(connect).toMatchObject({ clean: true, keepAlive: 60, will: { type: 'will', epoch } });
    await service.seen.until((entry) => isMessage(entry, 'heartbeat') && heartbeats().length >= 3);
    const { json } = await place.run(['status']);
    expect(json).toMatchObject({ state: 'enrolled', deviceId, domain: 'school1', connected: true, buffered: 0 });
    expect(json['lastHeartbeatAt']).toMatch(/^\d{4}-/);
  });

  test('[P3] a new session has a higher epoch, saved before CONNECT, also after a kill', async () => {
    const { agent } = await running();
    agent.kill('SIGKILL');
    await agent.exit();
    expect(place.state().epoch.lastUsed).toBe(1);
    const again = place.start(['run', '--json']);
    await again.event('connected');
    expect(births().map((birth) => birth.epoch)).toEqual([1, 2]);
  });

  test('[P3] `epochFrom` in the settings makes it come back with that epoch', async () => {
    const { deviceId, agent } = await running();
    service.send(deviceId, { type: 'settings', intervalS: 1, jitterS: 0, now: new Date().toISOString(), epochFrom: 40 });
    await agent.log.until((line) => line.event === 'connected' && line['epoch'] === 40);
    expect(births().map((birth) => birth.epoch)).toEqual([1, 40]);
    expect(place.state().epoch).toMatchObject({ lastUsed: 40, from: 40 });
  });

  test('new settings change the rhythm and are kept', async () => {
    const { deviceId, agent } = await running();
    service.send(deviceId, { type: 'settings', intervalS: 300, jitterS: 30, now: new Date().toISOString() });
    await agent.event('settings');
    expect(place.state().enrolment?.heartbeat).toEqual({ intervalS: 300, jitterS: 30 });
  });

  test('a clean stop says goodbye, disconnects without its last will, and exits 0', async () => {
    const { agent } = await running();
    agent.kill('SIGTERM');
    expect(await agent.exit()).toBe(0);
    expect(service.of<Will, 'will'>('will')).toEqual([{ type: 'will', epoch: 1, reason: 'shutdown' }]);
    expect((await place.run(['status'])).json).toMatchObject({ state: 'enrolled', connected: false });
  });

  test('[P6] what was missed while offline comes as one summary', async () => {
    await running();
    await service.pause();
    const status = async () => (await readStatus(place.folder))?.buffered ?? 0;
    await expect.poll(status).toBeGreaterThanOrEqual(2);
    const before = heartbeats().length;
    await service.unpause();
    const summary = await service.seen.until((entry) => entry.what === 'device' && 'missed' in entry.message);
    const missed = summary.what === 'device' && 'missed' in summary.message ? summary.message.missed : undefined;
    expect(missed?.count).toBeGreaterThanOrEqual(2);
    expect(missed?.fromAgoS).toBeGreaterThan(missed?.toAgoS ?? Infinity);
    expect(heartbeats().length).toBe(before + 1);
    await expect.poll(status).toBe(0);
  });
});

describe('commands', () => {
  test('[P8] identify is shown and answered, a repeated commandId is answered from memory', async () => {
    const { deviceId, agent } = await running();
    const command = { type: 'command', commandId: randomUUID(), name: 'identify', expiresInS: 60 } as const;
    service.send(deviceId, command);
    await service.seen.until((entry) => isMessage(entry, 'result'));
    service.send(deviceId, command);
    await service.seen.until(() => results().length === 2);
    expect(results()).toEqual([
      { type: 'result', commandId: command.commandId, outcome: 'done' },
      { type: 'result', commandId: command.commandId, outcome: 'done' },
    ]);
    expect(agent.log.all.filter((line) => line.event === 'display').length).toBe(1);
  });

  test('[P8] set-tags: keeps what it is told, and says what it cannot read', async () => {
    const { deviceId } = await running();
    const setTags = (args: Record<string, unknown>): void =>
      service.send(deviceId, { type: 'command', commandId: randomUUID(), name: 'set-tags', args, expiresInS: 60 });
    setTags({ tags: ['north'] });
    await service.seen.until(() => results().length === 1);
    setTags({ tags: 'north' });
    await service.seen.until(() => results().length === 2);
    expect(results()).toMatchObject([{ outcome: 'done' }, { outcome: 'failed', detail: 'unreadable' }]);
    expect((await place.run(['status'])).json).toMatchObject({ tags: ['north'] });
  });

  test('[E9] unenroll, a courtesy before the close: forgets at once, and ends', async () => {
    const { deviceId, agent } = await running();
    service.send(deviceId, { type: 'command', commandId: randomUUID(), name: 'unenroll', expiresInS: 60 });
    expect(await agent.exit()).toBe(1);
    expect(agent.json()).toMatchObject({ code: 'unenrolled' });
    expect(place.state()).toMatchObject({ enrolment: null, tags: [] });
  });

  test('refresh is a new birth, with a new epoch so that it is not taken for an old one', async () => {
    const { deviceId } = await running();
    service.send(deviceId, { type: 'command', commandId: randomUUID(), name: 'refresh', expiresInS: 60 });
    await service.seen.until(() => births().length === 2);
    expect(births().map((birth) => birth.epoch)).toEqual([1, 2]);
    expect(results()).toMatchObject([{ outcome: 'done' }]);
  });
});

describe('let in no more', () => {
  test('[E9] CONNACK 5: one renewal with the same key; `unenrolled` is final until a person enrols again', async () => {
    const { deviceId, agent } = await running();
    const { privateKey } = place.state();
    service.behaviour.letIn = false;
    service.behaviour.onProof = rejected('unenrolled');
    service.dropAll();
    expect(await agent.exit()).toBe(1);
    expect(agent.json()).toMatchObject({ code: 'unenrolled' });
    const renewals = service.seen.all.filter((entry) => entry.what === 'request' && entry.request.renew === deviceId);
    expect(renewals.length).toBe(1);
    expect(place.state()).toMatchObject({ enrolment: null, privateKey });
    const asked = service.seen.all.length;
    expect((await place.run(['run'])).json).toMatchObject({ code: 'unenrolled' });
    expect(service.seen.all.length).toBe(asked);
    service.behaviour.letIn = true;
    service.behaviour.onProof = 'accept';
    const again = await place.run(['enroll', '--domain', 'school1']);
    expect(again.json).toMatchObject({ outcome: 'accepted', deviceId });
    const last = service.seen.all.findLast((entry) => entry.what === 'request');
    expect(last?.what === 'request' && last.request.renew).toBe(undefined);
  });

  test('[E3] CONNACK 5, renewed: it goes on as the same device with the same key', async () => {
    const { deviceId, agent } = await running();
    const { privateKey } = place.state();
    service.certificates.clear();
    service.dropAll();
    await agent.log.until((line) => line.event === 'connected' && line['epoch'] !== 1);
    expect(place.state()).toMatchObject({ privateKey, enrolment: { deviceId } });
  });

  test('a service that is only away starts no renewal', async () => {
    const { agent } = await running();
    service.dropAll();
    await agent.log.until((line) => line.event === 'connected' && line['epoch'] !== 1);
    expect(service.seen.all.filter((entry) => entry.what === 'request').length).toBe(1);
  });

  test('a refusal without retry-after is remembered over a restart', async () => {
    const { agent } = await running();
    service.behaviour.letIn = false;
    service.behaviour.onProof = rejected('blocked');
    service.dropAll();
    expect(await agent.exit()).toBe(1);
    const asked = service.seen.all.filter((entry) => entry.what === 'request').length;
    expect((await place.run(['run'])).json).toMatchObject({ code: 'blocked' });
    expect(service.seen.all.filter((entry) => entry.what === 'request').length).toBe(asked);
  });
});

describe('waiting and leaving', () => {
  test('[E6] `run` keeps asking while an admin has not decided, then lives as a device', async () => {
    service.behaviour.onProof = pending('awaiting-approval', 1);
    expect((await place.run(['enroll', '--domain', 'school1', '--pairing-code', 'X'])).code).toBe(75);
    const agent = place.start(['run', '--json']);
    await agent.event('pending');
    service.behaviour.onProof = rejected('pairing-code-required');
    await agent.event('rejected');
    service.behaviour.onProof = 'accept';
    await agent.event('connected');
    const asked = service.seen.all.flatMap((entry) => (entry.what === 'request' ? [entry.request] : []));
    expect(asked.slice(1).every((request) => request.pairingCode === undefined && request.renew === undefined)).toBe(true);
    expect(new Set(asked.map((request) => request.publicKey)).size).toBe(1);
  });

  test('[E6] the decision reaches a board that waits in the very session in which it asked', async () => {
    service.behaviour.onProof = pending('awaiting-approval', 3600, 600);
    // A command tells at once; it is the agent that waits.
    expect((await place.run(['enroll', '--domain', 'school1'])).json).toMatchObject({ outcome: 'pending', retryAfterS: 3600 });
    const agent = place.start(['run', '--json']);
    await agent.event('pending');
    const { json } = await place.run(['status']);
    expect(json).toMatchObject({ state: 'pending', checkCode: expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/) as string });
    expect(json).not.toHaveProperty('trouble');
    await service.decide('accept');
    await agent.event('connected');
    expect(service.seen.all.filter((entry) => entry.what === 'request').length).toBe(2);
  });

  test('[E6] a rejection reaches it as well', async () => {
    service.behaviour.onProof = pending('awaiting-approval', 3600, 600);
    await place.run(['enroll', '--domain', 'school1']);
    const agent = place.start(['run', '--json']);
    await agent.event('pending');
    await service.decide(rejected('blocked'));
    expect(await agent.exit()).toBe(1);
    expect(agent.json()).toMatchObject({ code: 'blocked' });
  });

  test('`run` on a board that was never enrolled: exit 1 `not-enrolled`', async () => {
    const { code, json } = await place.run(['run']);
    expect([code, json['code']]).toEqual([1, 'not-enrolled']);
  });

  test('[E9] unenroll tells the service, forgets the device and keeps the key', async () => {
    const deviceId = await enrolled();
    const { privateKey } = place.state();
    const { code, json } = await place.run(['unenroll']);
    expect([code, json]).toEqual([0, { outcome: 'unenrolled', deviceId }]);
    expect(service.seen.all.some((entry) => isMessage(entry, 'unenroll'))).toBe(true);
    expect(place.state()).toMatchObject({ enrolment: null, privateKey });
    expect((await place.run(['status'])).json).toMatchObject({ state: 'unenrolled' });
    expect((await place.run(['unenroll'])).code).toBe(1);
  });

  test('[E9] unenroll beside a running agent: that one finds out and stops', async () => {
    const { agent } = await running();
    service.behaviour.onProof = rejected('unenrolled');
    expect((await place.run(['unenroll'])).code).toBe(0);
    expect(await agent.exit()).toBe(1);
    expect(place.state().enrolment).toBeNull();
  });
});
