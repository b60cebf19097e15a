import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSimulatedBoard } from '../firmware-shim/simulated.ts';
import type { Birth } from '../protocol/messages.ts';
import { openStateStore } from './state-store.ts';
import { withEpochUsed } from './state.ts';
import { Place } from './support/agent-process.ts';
import { FakeService, type Seen } from './support/fake-service.ts';

/** A disk that takes nothing: being there must not depend on a write. */
let service: FakeService;
let place: Place;

beforeEach(async () => {
  service = await FakeService.start();
  place = new Place({ ROLLCALL_URL: service.url });
});

/** No file may grow: what a write to a full disk meets, also for root. */
const FULL = ['sh', '-c', 'ulimit -f 0; exec "$@"', 'sh'];
const mountScript = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
const readOnly = (folder: string) => ['unshare', '--mount', 'sh', '-c', mountScript, folder];
const mayMount = spawnSync('unshare', ['--mount', 'sh', '-c', mountScript, import.meta.dirname, 'true']).status === 0;

const births = () => service.of<Birth, 'birth'>('birth');
const isHeartbeat = (entry: Seen) => entry.what === 'device' && entry.message.type === 'heartbeat';
const stateText = () => readFileSync(join(place.folder, 'state.json'), 'utf8');

interface Check {
  name: string;
  ok: boolean;
  detail: string;
  fix?: string;
}

async function expectTold(under: readonly string[], why: string) {
  const { json } = await place.run(['status'], {}, under);
  expect(json).toMatchObject({ state: 'enrolled', folder: { path: place.folder, writable: false, detail: why } });
  const { code, json: looked } = await place.run(['doctor'], {}, under);
  const failed = (looked['checks'] as Check[]).filter(({ ok }) => !ok);
  expect([code, failed.map(({ name }) => name)]).toEqual([1, ['state']]);
  expect(failed[0]?.detail).toContain(`${place.folder} cannot be written to (${why})`);
  return json;
}

/** Runs enrolled on a folder that takes nothing: it connects, beats, goes up to the epoch it is told, and says what is wrong. */
async function livesOn(under: readonly string[], why: string) {
  const { json } = await place.run(['enroll', '--domain', 'school1']);
  const before = stateText();
  const agent = place.start(['run', '--json'], {}, under);
  await agent.event('connected');
  await service.seen.until(isHeartbeat);
  expect(births()[0]).toMatchObject({ epoch: 1, inventory: { 'agent.stateFolder': `not writable: ${why}` } });
  const settings = { type: 'settings', intervalS: 1, jitterS: 0, now: new Date().toISOString(), epochFrom: 40 } as const;
  service.send(String(json['deviceId']), settings);
  await agent.log.until((line) => line.event === 'connected' && line['epoch'] === 40);
  expect(await expectTold(under, why)).toMatchObject({ connected: true, running: true });
  // The agent knows it also where whoever asks could write.
  await expectTold([], why);
  expect(stateText()).toBe(before);
  return agent;
}

describe('a display that is enrolled', () => {
  test('[P3] with a full disk connects with the epoch in memory, and says so', async () => {
    const agent = await livesOn(FULL, 'EFBIG');
    agent.kill('SIGTERM');
    expect(await agent.exit()).toBe(0);
    await expectTold(FULL, 'EFBIG');
    expect((await place.run(['status'])).json).not.toHaveProperty('folder');
  });

  test.skipIf(!mayMount)('[P3] with a read-only folder likewise', async () => {
    await livesOn(readOnly(place.folder), 'EROFS');
  });

  test('[E3] renews and lives on with a certificate that it cannot keep', async () => {
    await place.run(['enroll', '--domain', 'school1']);
    const { privateKey } = place.state();
    const agent = place.start(['run', '--json'], {}, FULL);
    await agent.event('connected');
    service.certificates.clear();
    service.dropAll();
    await agent.log.until((line) => line.event === 'connected' && line['epoch'] !== 1);
    const asked = service.seen.all.flatMap((entry) => (entry.what === 'request' ? [entry.request.publicKey] : []));
    expect([asked.length, new Set(asked).size]).toEqual([2, 1]);
    expect(place.state()).toMatchObject({ privateKey, epoch: { lastUsed: 0 } });
  });

  test('[P3] saves again as soon as the disk takes it', async () => {
    const noted: string[] = [];
    const board = createSimulatedBoard('board', () => undefined);
    const store = await openStateStore(place.folder, board, { note: (event) => noted.push(event) }, true);
    const inTheWay = join(place.folder, 'state.json.new');
    mkdirSync(inTheWay);
    await store?.remember((state) => withEpochUsed(state, 7));
    expect([store?.unsaved, store?.state.epoch.lastUsed, place.state().epoch.lastUsed]).toEqual(['EISDIR', 7, 0]);
    await expect(store?.update((state) => withEpochUsed(state, 9))).rejects.toMatchObject({ code: 'folder-not-writable' });
    expect(store?.state.epoch.lastUsed).toBe(7);
    rmdirSync(inTheWay);
    await store?.remember((state) => state);
    expect([store?.unsaved, place.state().epoch.lastUsed]).toEqual([null, 7]);
    expect(noted).toEqual(['key-made', 'key-saved', 'state-not-saved', 'state-saved-again']);
    await store?.close();
  });
});

describe('a display that is not enrolled', () => {
  const refusedIn = async (under: readonly string[]) => {
    const { code, json, stderr } = await place.run(['enroll', '--domain', 'school1'], {}, under);
    expect([code, json['outcome'], json['code']]).toEqual([1, 'rejected', 'folder-not-writable']);
    expect(stderr).toContain(place.folder);
    expect(service.seen.all).toEqual([]);
  };

  test('[E1] gets no key that cannot be kept: refused with the folder’s name before anything is asked', async () => {
    await refusedIn(FULL);
    const { code, json } = await place.run(['doctor'], {}, FULL);
    expect([code, json['ok']]).toEqual([1, false]);
    expect((await place.run(['enroll', '--domain', 'school1'])).code).toBe(0);
  });

  test('[E1] with a key that was kept is refused likewise, so that nothing is booked that it would forget', async () => {
    await place.run(['enroll', '--domain', 'school1'], { ROLLCALL_URL: 'http://192.0.2.1:8080' });
    expect(place.state().enrolment).toBeNull();
    await refusedIn(FULL);
  });
});
