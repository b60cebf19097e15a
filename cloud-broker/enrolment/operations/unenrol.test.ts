import { describe, expect, test } from 'vitest';
import { twoDomains } from '../../../test/support/in-process.ts';
import { answerTo, balanceOf, CHANGE, DAY_MS, enrolled, LATER, listBoards, START, waiting } from '../../../test/support/store.ts';

describe('unenrolling', () => {
  test('[E9] certificates die and the span ends in the same transaction; history and credits stay', async () => {
    const { store, domainId } = await twoDomains();
    await listBoards(store, [{ serial: 'SN-1', credits: 9 }]);
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    await enrolled(store, { serial: 'SN-1' });
    store.deviceEvents();
    await store.write('unenrol', { id: deviceId, domainId, now: LATER, ...CHANGE });
    expect(store.deviceEvents()).toEqual([`-${deviceId}`]);
    expect(store.committedOf('revoked')).toEqual([{ kind: 'revoked', deviceId }]);
    expect(await store.reader.all('SELECT DISTINCT revoked_at AS at FROM certificates')).toEqual([{ at: LATER }]);
    expect(await store.reader.all('SELECT from_at AS fromAt, to_at AS toAt FROM enrolment_spans')).toEqual([
      { fromAt: START, toAt: LATER },
    ]);
    expect([await balanceOf(store, 'springfield'), (await store.reader.all('SELECT n FROM transfers')).length]).toEqual([9, 1]);
    expect(await store.reader.get("SELECT actor, address FROM audit WHERE action = 'device.unenrolled'")).toEqual({
      actor: CHANGE.actor,
      address: CHANGE.address,
    });
  });

  test('[E9] each time it is enrolled opens a new span', async () => {
    const { store, domainId, accept } = await twoDomains();
    await accept();
    for (const day of [0, 2]) {
      const { deviceId } = await enrolled(store, { serial: 'SN-1', now: START + day * DAY_MS });
      await store.write('unenrol', { id: deviceId, domainId, now: START + (day + 1) * DAY_MS, ...CHANGE });
    }
    expect(
      await store.reader.all(
        'SELECT (from_at - ?1) / ?2 AS fromDay, (to_at - ?1) / ?2 AS toDay FROM enrolment_spans ORDER BY id',
        START,
        DAY_MS,
      ),
    ).toEqual([
      { fromDay: 0, toDay: 1 },
      { fromDay: 2, toDay: 3 },
    ]);
  });

  test('[E9] by the device itself its certificate has said which it is; again, waiting, or another domain’s is refused', async () => {
    const { store, domainId, accept } = await twoDomains();
    await accept();
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    const row = await waiting(store, { serial: 'SN-1', key: 'other' }, 'key-changed');
    const unenrol = (id: string, of: number | null): Promise<void> =>
      store.write('unenrol', { id, domainId: of, now: START, actor: `device:${id}`, address: null });
    await expect(unenrol(deviceId, domainId + 1)).rejects.toMatchObject({ code: 'not-found' });
    await expect(unenrol(row, domainId)).rejects.toMatchObject({ code: 'conflict', details: { reason: 'not-enrolled' } });
    await unenrol(deviceId, null);
    await expect(unenrol(deviceId, null)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('[D5] works in a disabled domain, as rejecting and lifting blocks do; a changed label does not', async () => {
    const { store, domainId, accept } = await twoDomains();
    const row = await waiting(store, { serial: 'SN-2' });
    await accept();
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    const change = { domainId, now: START + 31 * DAY_MS, ...CHANGE };
    await expect(store.write('changeDevice', { id: deviceId, label: 'Hall', tags: null, ...change })).rejects.toMatchObject({
      code: 'domain-disabled',
    });
    const { blockId } = await store.write('reject', { id: row, block: true, ...change });
    await store.write('liftBlock', { blockId, ...change });
    await store.write('unenrol', { id: deviceId, ...change });
    expect(await answerTo(store, { serial: 'SN-1', renew: deviceId })).toBe('unenrolled');
  });
});
