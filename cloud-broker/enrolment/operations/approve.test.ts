import { describe, expect, test } from 'vitest';
import { inProcessStore, type InProcessStore } from '../../../test/support/in-process.ts';
import {
  answerTo,
  balanceOf,
  CHANGE,
  DAY_MS,
  enrolled,
  factoryKeyPem,
  listBoards,
  START,
  testDomain,
  waiting,
} from '../../../test/support/store.ts';
import type { ApproveInput } from './approve.ts';

const refusal = (code: string, reason?: string): unknown =>
  expect.objectContaining({ code, ...(reason === undefined ? {} : { details: expect.objectContaining({ reason }) }) });

async function springfield(): Promise<{
  store: InProcessStore;
  domainId: number;
  approve: (id: string, as?: ApproveInput['as'], now?: number) => Promise<string>;
}> {
  const store = await inProcessStore();
  const domainId = await testDomain(store, 'springfield');
  return {
    store,
    domainId,
    approve: async (id, as = null, now = START) => (await store.write('approve', { id, as, now, domainId, ...CHANGE })).deviceId,
  };
}

async function rowOf(store: InProcessStore, id: string): Promise<Record<string, unknown> | null> {
  return await store.reader.get(
    'SELECT state, identity, serial, model, label, tags, pending_code AS code, competes_with AS competesWith, status FROM devices WHERE id = ?',
    id,
  );
}

describe('approval of an unlisted board', () => {
  test('[E6] is the enrolment: same id, nothing booked; the certificate comes when that key asks next, and is no replay', async () => {
    const { store, domainId, approve } = await springfield();
    const id = await waiting(store, { serial: 'SN-1', key: 'K1' });
    expect(await rowOf(store, id)).toMatchObject({
      state: 'pending',
      status: 'pending',
      label: 'SN-1',
      code: 'awaiting-approval',
    });
    store.deviceEvents();
    expect(await approve(id)).toBe(id);
    expect(store.deviceEvents()).toEqual([id]);
    expect(store.committedOf('decided')).toMatchObject([{ domainId }]);
    expect(await rowOf(store, id)).toMatchObject({ state: 'enrolled', status: 'never', code: null });
    expect(await store.reader.all('SELECT fingerprint FROM certificates')).toEqual([]);
    expect(await enrolled(store, { serial: 'SN-1', key: 'K1' })).toMatchObject({
      deviceId: id,
      replay: false,
      credits: { granted: 0, reason: 'not-listed' },
    });
    expect(await enrolled(store, { serial: 'SN-1', key: 'K1' })).toMatchObject({ deviceId: id, replay: true });
  });

  test('[E6] binds to that key: another key with the same serial is told key-changed', async () => {
    const { store, approve } = await springfield();
    const [first, second] = [
      await waiting(store, { serial: 'SN-1', key: 'K1' }),
      await waiting(store, { serial: 'SN-1', key: 'K2' }),
    ];
    expect(first).not.toBe(second);
    store.deviceEvents();
    await approve(first);
    expect(store.deviceEvents().toSorted()).toEqual([first, second].toSorted());
    expect(await rowOf(store, second)).toMatchObject({ state: 'pending', code: 'key-changed', competesWith: first });
    expect(await waiting(store, { serial: 'SN-1', key: 'K2' }, 'key-changed')).toBe(second);
  });

  test('[E6] what is not there, not waiting any more, or another domain’s is refused', async () => {
    const { store, approve } = await springfield();
    await testDomain(store, 'shelbyville');
    const theirs = await waiting(store, { serial: 'SN-9', domain: 'shelbyville' });
    const id = await waiting(store, { serial: 'SN-1' });
    await approve(id);
    await expect(approve('nothing')).rejects.toEqual(refusal('not-found'));
    await expect(approve(theirs)).rejects.toEqual(refusal('not-found'));
    await expect(approve(id)).rejects.toEqual(refusal('conflict', 'already-enrolled'));
  });

  test('[D5] in a disabled domain an approval is refused, unless the board brings credits', async () => {
    const { store, approve } = await springfield();
    const later = START + 31 * DAY_MS;
    const [unlisted, listedSince] = [
      await waiting(store, { serial: 'SN-1', now: START }),
      await waiting(store, { serial: 'SN-2', now: START }),
    ];
    await listBoards(store, [{ serial: 'SN-2', credits: 30 }]);
    await expect(approve(unlisted, null, later)).rejects.toEqual(refusal('domain-disabled'));
    expect(await approve(listedSince, null, later)).toBe(listedSince);
    expect(await balanceOf(store, 'springfield')).toBe(30);
    expect(await approve(unlisted, null, later)).toBe(unlisted);
  });

  test('[E5] listed since it waits: approval grants, and model and identity are the register’s; with a factory key it must prove it', async () => {
    const { store, approve } = await springfield();
    const [plain, proven] = [await waiting(store, { serial: 'SN-1' }), await waiting(store, { serial: 'SN-2' })];
    await listBoards(store, [
      { serial: 'SN-1', credits: 12 },
      { serial: 'SN-2', credits: 12, factoryPublicKey: factoryKeyPem() },
    ]);
    await approve(plain);
    expect(await rowOf(store, plain)).toMatchObject({ identity: 'listed', model: 'SBID-7286' });
    expect(await enrolled(store, { serial: 'SN-1' })).toMatchObject({
      deviceId: plain,
      replay: false,
      credits: { granted: 12, reason: 'granted' },
    });
    await expect(approve(proven)).rejects.toEqual(refusal('conflict', 'attestation-required'));
    expect(await enrolled(store, { serial: 'SN-2' })).toMatchObject({ deviceId: proven, credits: { granted: 12 } });
    expect(await balanceOf(store, 'springfield')).toBe(24);
  });

  test('[E8] listed since, and enrolled elsewhere meanwhile: refused', async () => {
    const { store, approve } = await springfield();
    await testDomain(store, 'shelbyville');
    const id = await waiting(store, { serial: 'SN-1', key: 'K1' });
    await listBoards(store, [{ serial: 'SN-1' }]);
    await enrolled(store, { serial: 'SN-1', key: 'K2', domain: 'shelbyville' });
    const refused = approve(id);
    await expect(refused).rejects.toEqual(refusal('conflict', 'enrolled-elsewhere'));
    await expect(refused).rejects.not.toThrow(/shelbyville/);
  });
});

describe('a changed key', () => {
  async function changed(): Promise<Awaited<ReturnType<typeof springfield>> & { device: string; row: string }> {
    const all = await springfield();
    const device = await all.approve(await waiting(all.store, { serial: 'SN-1', key: 'old' }));
    await enrolled(all.store, { serial: 'SN-1', key: 'old' });
    await all.store.write('changeDevice', {
      id: device,
      label: 'Hall',
      tags: ['east'],
      now: START,
      domainId: all.domainId,
      ...CHANGE,
    });
    const row = await waiting(all.store, { serial: 'SN-1', key: 'new' }, 'key-changed');
    all.store.deviceEvents();
    return { ...all, device, row };
  }

  test('[E7] waits beside the running device, which is not disturbed', async () => {
    const { store, device, row } = await changed();
    expect(await rowOf(store, row)).toMatchObject({ competesWith: device });
    expect(await enrolled(store, { serial: 'SN-1', key: 'old' })).toMatchObject({ deviceId: device, replay: true });
    expect(store.committedOf('revoked')).toEqual([]);
  });

  test('[E7] replaced: same deviceId, label and tags with the new key; old certificates dead', async () => {
    const { store, approve, device, row } = await changed();
    expect(await approve(row, 'replaced')).toBe(device);
    expect(store.deviceEvents().toSorted()).toEqual([`-${row}`, device].toSorted());
    expect(await rowOf(store, device)).toMatchObject({ state: 'enrolled', label: 'Hall', tags: '["east"]' });
    expect(await rowOf(store, row)).toBeNull();
    expect(store.committedOf('revoked')).toEqual([{ kind: 'revoked', deviceId: device }]);
    expect(await store.reader.all('SELECT 1 FROM certificates WHERE revoked_at IS NULL')).toEqual([]);
    expect(await enrolled(store, { serial: 'SN-1', key: 'new' })).toMatchObject({
      deviceId: device,
      replay: false,
      credits: { granted: 0 },
    });
    expect(await answerTo(store, { serial: 'SN-1', key: 'old' })).toBe('key-changed');
  });

  test('[E7] [E12] another board with the same serial: both run, told apart by their keys; a third waits for approval, not as a change', async () => {
    const { store, approve, device, row } = await changed();
    const third = await waiting(store, { serial: 'SN-1', key: 'third' }, 'key-changed');
    store.deviceEvents();
    expect(await approve(row, 'another')).toBe(row);
    expect(store.deviceEvents()).toEqual(expect.arrayContaining([row, third]));
    expect(await Promise.all([device, row, third].map(async (id) => rowOf(store, id)))).toMatchObject([
      { identity: 'key', state: 'enrolled' },
      { identity: 'key', state: 'enrolled' },
      { code: 'awaiting-approval', competesWith: null },
    ]);
    expect(await enrolled(store, { serial: 'SN-1', key: 'old' })).toMatchObject({ deviceId: device, replay: true });
    expect(await enrolled(store, { serial: 'SN-1', key: 'new' })).toMatchObject({ deviceId: row, replay: false });
    expect(await waiting(store, { serial: 'SN-1', key: 'fourth' })).not.toBe(third);
  });

  test('[E7] the admin has to say which; for a listed serial there is no other board', async () => {
    const { approve, row } = await changed();
    await expect(approve(row)).rejects.toEqual(refusal('conflict', 'say-replaced-or-another'));
    const { store, approve: approveListed } = await springfield();
    await listBoards(store, [{ serial: 'SN-2' }]);
    await enrolled(store, { serial: 'SN-2', key: 'old' });
    const listedRow = await waiting(store, { serial: 'SN-2', key: 'new' }, 'key-changed');
    await expect(approveListed(listedRow, 'another')).rejects.toEqual(refusal('conflict', 'listed-serial-is-one-board'));
  });

  test('[E7] [E5] replacing the key of a listed board grants nothing twice', async () => {
    const { store, approve } = await springfield();
    await listBoards(store, [{ serial: 'SN-2', credits: 50 }]);
    const { deviceId } = await enrolled(store, { serial: 'SN-2', key: 'old' });
    const row = await waiting(store, { serial: 'SN-2', key: 'new' }, 'key-changed');
    expect(await approve(row, 'replaced')).toBe(deviceId);
    expect(await enrolled(store, { serial: 'SN-2', key: 'new' })).toMatchObject({
      deviceId,
      replay: false,
      credits: { granted: 0, reason: 'none-left' },
    });
    expect(await balanceOf(store, 'springfield')).toBe(50);
  });

  test('[E7] where the device is unenrolled meanwhile, the row waits for a plain approval and gets the old device back', async () => {
    const { store, domainId, approve, device, row } = await changed();
    await store.write('unenrol', { id: device, now: START, domainId, ...CHANGE });
    expect(store.deviceEvents().toSorted()).toEqual([`-${device}`, row].toSorted());
    expect(await rowOf(store, row)).toMatchObject({ code: 'awaiting-approval', competesWith: null });
    store.deviceEvents();
    expect(await approve(row)).toBe(device);
    expect(store.deviceEvents().toSorted()).toEqual([`-${row}`, device].toSorted());
  });

  test('[E7] [E12] approved as another board after its rival was unenrolled, it is a second device; the first comes back as itself', async () => {
    const { store, domainId, approve, device, row } = await changed();
    await store.write('unenrol', { id: device, now: START, domainId, ...CHANGE });
    expect(await approve(row, 'another')).toBe(row);
    expect(await Promise.all([device, row].map(async (id) => rowOf(store, id)))).toMatchObject([
      { identity: 'key', state: 'unenrolled' },
      { identity: 'key', state: 'enrolled' },
    ]);
    const again = await waiting(store, { serial: 'SN-1', key: 'old' });
    expect(await approve(again)).toBe(device);
    expect(await enrolled(store, { serial: 'SN-1', key: 'new' })).toMatchObject({ deviceId: row });
  });

  test('[E7] a listed serial is one board, also after its rival was unenrolled', async () => {
    const { store, domainId, approve } = await springfield();
    await listBoards(store, [{ serial: 'SN-2' }]);
    const { deviceId } = await enrolled(store, { serial: 'SN-2', key: 'old' });
    const row = await waiting(store, { serial: 'SN-2', key: 'new' }, 'key-changed');
    await store.write('unenrol', { id: deviceId, now: START, domainId, ...CHANGE });
    await expect(approve(row, 'another')).rejects.toEqual(refusal('conflict', 'listed-serial-is-one-board'));
    expect(await approve(row)).toBe(deviceId);
  });
});
