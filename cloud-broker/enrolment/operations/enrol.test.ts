import { describe, expect, test } from 'vitest';
import {
  attemptOf,
  balanceOf,
  CHANGE,
  contentOf,
  DAY_MS,
  enrol,
  enrolled,
  factoryKeyPem,
  listBoards,
  LATER,
  START,
  testDomain,
  testStore,
} from '../../../test/support/store.ts';
import { verifyLedger } from '../../ledger/verify-books.ts';
import { isOnPostgres } from '../../../test/support/test-database.ts';

describe('an enrolment that is accepted', () => {
  test('[E2] device, grant, audit and event are one transaction, and the grant is the board’s', async () => {
    const store = await testStore();
    const domainId = await testDomain(store, 'springfield');
    await listBoards(store, [{ serial: 'SN-1', credits: 1095 }]);
    const seen: string[] = [];
    store.onCommitted({ event: (events) => seen.push(...events.map(({ type }) => type)) });
    const answer = await enrolled(store, { serial: 'sn-1 ' });
    expect(answer.credits).toEqual({ granted: 1095, reason: 'granted' });
    expect(await balanceOf(store, 'springfield')).toBe(1095);
    expect(await store.reader.get('SELECT state, model, identity FROM devices WHERE id = ?', answer.deviceId)).toEqual({
      state: 'enrolled',
      model: 'SBID-7286',
      identity: 'listed',
    });
    expect(
      (await store.reader.all<{ action: string }>('SELECT action FROM audit WHERE domain_id = ?', domainId)).map(
        ({ action }) => action,
      ),
    ).toContain('device.enrolled');
    expect(seen.toSorted()).toEqual(['billing', 'device', 'enrolment']);
  });

  test.skipIf(isOnPostgres)('[E2] nothing is stored when the transaction breaks in its middle', async () => {
    const store = await testStore();
    await testDomain(store, 'springfield');
    await listBoards(store, [{ serial: 'SN-1' }]);
    const before = await contentOf(store);
    // Its certificate is signed when all else is written.
    const broken = await attemptOf(store, { serial: 'SN-1', proposedId: 'no device id' });
    let told = 0;
    store.onCommitted({
      event() {
        told += 1;
      },
    });
    await expect(store.write('enrol', broken)).rejects.toMatchObject({ code: 'internal' });
    expect(store.problems.splice(0)).toMatchObject([expect.stringContaining('not a device id')]);
    expect(await contentOf(store)).toEqual(before);
    expect(told).toBe(0);
  });
});

describe('an enrolment that is repeated', () => {
  test('[E3] a lost reply costs nothing: same device, fresh certificate, no second grant, marked as a replay', async () => {
    const store = await testStore();
    await testDomain(store, 'springfield');
    await listBoards(store, [{ serial: 'SN-1', credits: 100 }]);
    const first = await enrolled(store, { serial: 'SN-1' });
    const again = await enrolled(store, { serial: 'SN-1' });
    expect(first.replay).toBe(false);
    expect(again).toEqual({ ...first, certificate: again.certificate, replay: true });
    expect(again.certificate).not.toBe(first.certificate);
    expect(await balanceOf(store, 'springfield')).toBe(100);
    expect(
      await store.reader.all('SELECT 1 FROM certificates WHERE device_id = ? AND revoked_at IS NULL', first.deviceId),
    ).toHaveLength(2);
  });

  test('[E3] at most 5 certificates live; the oldest goes', async () => {
    const store = await testStore();
    await testDomain(store, 'springfield');
    await listBoards(store, [{ serial: 'SN-1' }]);
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    for (let time = 1; time < 8; time += 1) await enrolled(store, { serial: 'SN-1', now: START + time });
    const live = await store.reader.all<{ at: number }>(
      'SELECT issued_at AS at FROM certificates WHERE device_id = ? AND revoked_at IS NULL ORDER BY issued_at',
      deviceId,
    );
    expect(live.map(({ at }) => at - START)).toEqual([3, 4, 5, 6, 7]);
  });

  test('[E5] [E9] unenrolled after second thoughts and enrolled again, also elsewhere, a board never brings more than its credits', async () => {
    const store = await testStore();
    const domainId = await testDomain(store, 'springfield');
    await testDomain(store, 'shelbyville');
    await listBoards(store, [{ serial: 'SN-1', credits: 365 }]);
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    await store.write('unenrol', { now: LATER, id: deviceId, domainId, ...CHANGE });
    const back = await enrolled(store, { serial: 'SN-1', now: LATER });
    expect(back).toMatchObject({ deviceId, replay: false, credits: { granted: 0, reason: 'none-left' } });
    await store.write('unenrol', { now: LATER, id: deviceId, domainId, ...CHANGE });
    const elsewhere = await enrolled(store, { serial: 'SN-1', domain: 'shelbyville', key: 'new key', now: LATER });
    expect(elsewhere.credits).toEqual({ granted: 0, reason: 'none-left' });
    expect(elsewhere.deviceId).not.toBe(deviceId);
    expect([await balanceOf(store, 'springfield'), await balanceOf(store, 'shelbyville')]).toEqual([365, 0]);
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, sum: 0, transfers: 1 });
  });
});

describe('what a board brings', () => {
  test('[E5] a board whose credits come with a product key grants nothing and says so', async () => {
    const store = await testStore();
    await testDomain(store, 'springfield');
    await listBoards(store, [{ serial: 'SN-1', fulfilment: 'product-key' }]);
    expect((await enrolled(store, { serial: 'SN-1' })).credits).toEqual({ granted: 0, reason: 'product-key' });
    expect(await balanceOf(store, 'springfield')).toBe(0);
  });

  test('[E5] enrolled before it was listed, it joins its line when it renews: granted with a factory key, held without', async () => {
    const store = await testStore();
    const domainId = await testDomain(store, 'springfield');
    const ids: string[] = [];
    for (const serial of ['SN-1', 'SN-2']) {
      const waiting = await enrol(store, { serial });
      if (waiting.outcome !== 'pending') throw new Error('expected pending');
      await store.write('approve', { now: START, id: waiting.deviceId, domainId, as: null, ...CHANGE });
      ids.push((await enrolled(store, { serial })).deviceId);
    }
    await listBoards(store, [
      { serial: 'SN-1', credits: 10, factoryPublicKey: factoryKeyPem() },
      { serial: 'SN-2', credits: 10 },
    ]);
    const proven = await enrolled(store, { serial: 'SN-1', renew: ids[0] ?? null });
    const unproven = await enrolled(store, { serial: 'SN-2', renew: ids[1] ?? null });
    expect(await store.reader.all("SELECT subject, address FROM audit WHERE action = 'device.joined-register'")).toEqual(
      ids.map((subject) => ({ subject, address: '192.0.2.7' })),
    );
    expect(proven).toMatchObject({ deviceId: ids[0], replay: false, credits: { granted: 10, reason: 'granted' } });
    expect(unproven).toMatchObject({ deviceId: ids[1], credits: { granted: 0, reason: 'held' } });
    expect(await enrolled(store, { serial: 'SN-1' })).toMatchObject({
      replay: true,
      credits: { granted: 10, reason: 'granted' },
    });
    expect(await balanceOf(store, 'springfield')).toBe(10);
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true });
  });

  test('[E14] unproven grants beyond the day’s limit are held: the board enrols, nothing is booked', async () => {
    const store = await testStore();
    const domainId = await testDomain(store, 'springfield');
    await listBoards(
      store,
      [1, 2, 3, 4].map((n) => ({ serial: `SN-${n}`, credits: 5, ...(n === 4 ? { factoryPublicKey: factoryKeyPem() } : {}) })),
    );
    await listBoards(
      store,
      Array.from({ length: 500 }, (_, n) => ({ serial: `FILL-${n}`, credits: 1 })),
    );
    await Promise.all(Array.from({ length: 500 }, (_, n) => enrolled(store, { serial: `FILL-${n}` })));
    expect((await enrolled(store, { serial: 'SN-1' })).credits).toEqual({ granted: 0, reason: 'held' });
    expect((await enrolled(store, { serial: 'SN-4' })).credits).toEqual({ granted: 5, reason: 'granted' });
    expect((await enrolled(store, { serial: 'SN-2', now: START + DAY_MS })).credits).toEqual({ granted: 5, reason: 'granted' });
    expect(await balanceOf(store, 'springfield')).toBe(510);
    expect(domainId).toBe(1);
  });
});
