import { beforeEach, describe, expect, test } from 'vitest';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Place } from './support/agent-process.ts';
import { FakeService } from './support/fake-service.ts';

/** What the agent must survive: being killed anywhere, losing any reply, a copied card, a second agent. */
let service: FakeService;
let place: Place;

beforeEach(async () => {
  service = await FakeService.start();
  place = new Place({ ROLLCALL_URL: service.url });
});

const keysAsked = () => new Set(service.seen.all.flatMap((entry) => (entry.what === 'request' ? [entry.request.publicKey] : [])));

describe('killed or cut off', () => {
  test('[E1] [E3] killed after any step, the next try asks with the saved key and enrols the same device', async () => {
    for (const event of ['key-saved', 'session-opening', 'request-sent', 'challenge', 'proof-sent', 'accepted', 'saved']) {
      const agent = place.start(['enroll', '--domain', 'school1', '--json']);
      if (event === 'key-saved') await agent.log.until((line) => line.event === event || line.event === 'session-opening');
      else await agent.event(event);
      agent.kill('SIGKILL');
      await agent.exit();
      expect(place.state().privateKey).toContain('PRIVATE KEY');
    }
    const { code, json } = await place.run(['enroll', '--domain', 'school1']);
    expect(code).toBe(0);
    expect(keysAsked().size).toBe(1);
    expect(place.state().enrolment?.deviceId).toBe(json['deviceId']);
  });

  test('[E1] killed before its key was saved, a board has used no key', async () => {
    const agent = place.start(['enroll', '--domain', 'school1', '--json']);
    await agent.event('key-made');
    agent.kill('SIGKILL');
    await agent.exit();
    const { code } = await place.run(['enroll', '--domain', 'school1']);
    expect(code).toBe(0);
    expect(keysAsked().size).toBe(1);
  });

  test('[E3] a lost reply: the same key asks again, in the same command', async () => {
    const lost: string[] = [];
    service.behaviour.onRequest = 'hang-up';
    const agent = place.start(['enroll', '--domain', 'school1', '--json']);
    await agent.event('retry');
    lost.push('challenge');
    service.behaviour.onRequest = 'challenge';
    service.behaviour.onProof = 'hang-up';
    await service.seen.until((entry) => entry.what === 'proof');
    lost.push('accepted');
    service.behaviour.onProof = 'accept';
    expect(await agent.exit()).toBe(0);
    expect(lost).toEqual(['challenge', 'accepted']);
    expect(keysAsked().size).toBe(1);
    const ids = service.seen.all.flatMap((entry) => (entry.what === 'request' ? [entry.request.requestId] : []));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a service that is away: temporary, and the way back is found', async () => {
    const away = service.url;
    await service.close();
    const agent = place.start(['enroll', '--domain', 'school1', '--json'], { ROLLCALL_URL: away });
    const retry = await agent.event('retry');
    expect(retry['code']).toBe('connection-refused');
    agent.kill('SIGTERM');
    expect(await agent.exit()).toBe(75);
    expect(agent.json()).toMatchObject({ outcome: 'rejected', code: 'connection-refused' });
    service = await FakeService.start();
    expect((await place.run(['enroll', '--domain', 'school1'], { ROLLCALL_URL: service.url })).code).toBe(0);
  });
});

describe('one folder, one board, one agent', () => {
  test('[E1] on another board the state is set aside and a new key begins', async () => {
    await place.run(['enroll', '--domain', 'school1']);
    const before = place.state();
    const moved = { ROLLCALL_BOARD: 'simulated:board,machine=2' };
    const { code, log } = await place.run(['run'], moved);
    expect(code).toBe(1);
    expect(log[0]).toMatchObject({ event: 'state-set-aside', why: 'another-board' });
    expect((await place.run(['status'], moved)).json).toMatchObject({ state: 'not-enrolled' });
    await place.run(['enroll', '--domain', 'school1'], moved);
    expect(place.state().privateKey).not.toBe(before.privateKey);
    expect(keysAsked().size).toBe(2);
    expect(readdirSync(place.folder).filter((name) => /^state\..*\.aside\.json$/.test(name)).length).toBe(1);
  });

  test('[E1] a copied card on the same board keeps its key', async () => {
    await place.run(['enroll', '--domain', 'school1']);
    const copy = new Place({ ROLLCALL_URL: service.url });
    cpSync(place.folder, copy.folder, { recursive: true });
    expect((await copy.run(['enroll', '--domain', 'school1'])).json).toMatchObject({ outcome: 'accepted' });
    expect(keysAsked().size).toBe(1);
  });

  test('a state that cannot be read is set aside, not overwritten', async () => {
    mkdirSync(place.folder, { recursive: true });
    writeFileSync(join(place.folder, 'state.json'), '{ half');
    const { code, log } = await place.run(['enroll', '--domain', 'school1']);
    expect(code).toBe(0);
    expect(log[0]).toMatchObject({ event: 'state-set-aside', why: 'unreadable' });
  });

  test('two agents on one folder exclude each other, and a killed one leaves no lock', async () => {
    await place.run(['enroll', '--domain', 'school1']);
    const first = place.start(['run', '--json']);
    await first.event('connected');
    const { code, json } = await place.run(['run']);
    expect([code, json['code']]).toEqual([1, 'state-in-use']);
    expect(json['next']).toMatch(/ROLLCALL_STATE/);
    first.kill('SIGKILL');
    await first.exit();
    const second = place.start(['run', '--json']);
    await second.event('connected');
  });
});

describe('whom the agent believes', () => {
  test('[S3] plain http to another machine is refused before anything is sent', async () => {
    const { code, json } = await place.run(['enroll', '--domain', 'school1'], { ROLLCALL_URL: 'http://192.0.2.1:8080' });
    expect([code, json['code']]).toEqual([1, 'discovery-untrusted']);
  });

  test('[S3] a broker that the CA of discovery did not sign is not talked to', async () => {
    const stranger = await FakeService.start();
    service.discoveryCa = stranger.ca.pem;
    const agent = place.start(['enroll', '--domain', 'school1', '--json']);
    expect((await agent.event('retry'))['code']).toBe('service-untrusted');
    expect(service.seen.all).toEqual([]);
  });

  test('[S3] once a CA is stored, discovery cannot replace it', async () => {
    await place.run(['enroll', '--domain', 'school1']);
    const stranger = await FakeService.start();
    const agent = place.start(['enroll', '--domain', 'school1', '--json'], { ROLLCALL_URL: stranger.url });
    const retry = await agent.event('retry');
    expect(retry['code']).toBe('service-untrusted');
    expect(stranger.seen.all).toEqual([]);
    expect(place.state().service?.ca).toBe(service.ca.pem);
  });
});
