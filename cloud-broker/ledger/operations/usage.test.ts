import { describe, expect, test } from 'vitest';
import { FIRST_DAY, school } from '../../../test/support/school.ts';
import { CHANGE, listBoards, START } from '../../../test/support/store.ts';
import { startOf } from '../rules/usage.ts';
import { statusOf } from '../../domains/rows.ts';

describe('which devices a day counts', () => {
  const midnight = startOf(FIRST_DAY + 1);
  test.each([
    ['enrolled in the last millisecond of the day', midnight - 1, null, [1, 1]],
    ['enrolled at midnight', midnight, null, [0, 1]],
    ['unenrolled in the last millisecond of the day', START, midnight - 1, [1, 0]],
    ['unenrolled at midnight: the moment belongs to the new day', START, midnight, [1, 1]],
    ['enrolled and unenrolled in one day', midnight - 9, midnight - 8, [1, 0]],
    ['enrolled and unenrolled in one millisecond', midnight - 9, midnight - 9, [1, 0]],
    ['unenrolled before it', START, startOf(FIRST_DAY) - 1, [0, 0]],
  ])('[L6] [E9] %s', async (_, from, to, counts) => {
    const { close, days, enrol, unenrol } = await school();
    const id = await enrol('SN-1', from);
    if (to !== null) await unenrol(id, to);
    await close(FIRST_DAY + 1);
    expect(await days()).toEqual(counts.map((n, day) => [day, n, n]));
  });

  test('[L6] a device that comes back on the same day, once or twice, counts once; one that waits counts nothing', async () => {
    const { store, close, days, enrol, unenrol } = await school();
    for (const hour of [1, 3, 5]) {
      await enrol('SN-1', startOf(FIRST_DAY) + hour);
      await unenrol(await enrol('SN-2', startOf(FIRST_DAY) + hour), startOf(FIRST_DAY) + hour + 1);
      if (hour < 5) await unenrol(await enrol('SN-1', startOf(FIRST_DAY) + hour), startOf(FIRST_DAY) + hour + 1);
    }
    const policy = { now: START, name: 'springfield', actor: 'a', pairing: null, previousUntil: null };
    await store.write('setEnrolmentPolicy', { ...policy, unlisted: 'approve' });
    await expect(enrol('SN-3', startOf(FIRST_DAY))).rejects.toThrow(/awaiting-approval/);
    await close(FIRST_DAY + 1);
    expect(await days()).toEqual([
      [0, 2, 2],
      [1, 1, 1],
    ]);
  });

  test('[L6] what is written late, or by a clock that went back, changes no closed day: it counts from the first open one', async () => {
    const { store, close, days, enrol, unenrol } = await school();
    const id = await enrol('SN-1', START);
    await close(FIRST_DAY + 1);
    await enrol('SN-2', startOf(FIRST_DAY) + 5);
    await unenrol(id, startOf(FIRST_DAY) + 5);
    await close(FIRST_DAY + 2);
    expect(await days()).toEqual([
      [0, 1, 1],
      [1, 1, 1],
      [2, 1, 1],
    ]);
    const spans = await store.reader.all<{ from: number; to: number | null }>(
      'SELECT from_at AS "from", to_at AS "to" FROM enrolment_spans ORDER BY id',
    );
    expect(spans.map(({ from, to }) => [from, to])).toEqual([
      [START, startOf(FIRST_DAY + 2) - 1],
      [startOf(FIRST_DAY + 2), null],
    ]);
  });
});

describe('closing days', () => {
  test('[L6] the first charged day is the first UTC day that begins at or after the trial’s end', async () => {
    const { close, days, enrol, domain } = await school();
    await enrol('SN-1', START);
    await close(FIRST_DAY - 1);
    expect([await days(), (await domain()).balance]).toEqual([[], 100]);
    await close(FIRST_DAY);
    expect([await days(), (await domain()).balance]).toEqual([[[0, 1, 1]], 99]);
  });

  test('[L6] [L4] closing again finds the day closed; a day that is not over is refused, up to its last millisecond', async () => {
    const { close, days, enrol, booked } = await school();
    await enrol('SN-1', START);
    expect(await close(FIRST_DAY)).toEqual({ days: 1, credits: 1 });
    for (const now of [startOf(FIRST_DAY + 1), startOf(FIRST_DAY + 2) - 1]) {
      expect(await close(FIRST_DAY, { now })).toEqual({ days: 0, credits: 0 });
      await expect(close(FIRST_DAY + 1, { now })).rejects.toMatchObject({
        code: 'invalid-request',
        details: { reason: 'day-not-over', date: '2026-12-25' },
      });
    }
    expect([await days(), await booked()]).toEqual([
      [[0, 1, 1]],
      [
        ['adjustment', 100, null],
        ['usage', 1, '2026-12-24'],
      ],
    ]);
  });

  test('[L6] [L3] what the balance does not cover is never owed, also not when credits come later', async () => {
    const { close, days, enrol, topUp, domain } = await school(3);
    for (const serial of ['SN-1', 'SN-2']) await enrol(serial, START);
    await close(FIRST_DAY + 2);
    await topUp(10, startOf(FIRST_DAY + 3) + 5);
    await close(FIRST_DAY + 3);
    expect(await days()).toEqual([
      [0, 2, 2],
      [1, 2, 1],
      [2, 2, 0],
      [3, 2, 2],
    ]);
    expect((await domain()).balance).toBe(8);
  });

  test('[L6] a posting first closes the open days, in the same transaction: refused, it leaves them open', async () => {
    const { store, days, enrol, topUp, booked, domain } = await school(3);
    for (const serial of ['SN-1', 'SN-2']) await enrol(serial, START);
    const now = startOf(FIRST_DAY + 2) + 5;
    await expect(topUp(0, now)).rejects.toThrow(expect.objectContaining({ code: 'conflict' }));
    expect(await days()).toEqual([]);
    await topUp(50, now);
    expect([await days(), (await domain()).balance]).toEqual([
      [
        [0, 2, 2],
        [1, 2, 1],
      ],
      50,
    ]);
    expect(await booked()).toEqual([
      ['adjustment', 3, null],
      ['usage', 2, '2026-12-24'],
      ['usage', 1, '2026-12-25'],
      ['adjustment', 50, null],
    ]);
    expect(await store.reader.all('SELECT DISTINCT at FROM transfers WHERE kind = ?', 'usage')).toMatchObject([{ at: now }]);
  });

  test('[L6] [D5] a board that brings credits closes the days before it, with the devices as they were', async () => {
    const { store, days, enrol, booked } = await school(1);
    await listBoards(store, [{ serial: 'SN-9', credits: 7 }]);
    await enrol('SN-1', START);
    await enrol('SN-9', startOf(FIRST_DAY + 3) + 1);
    expect(await days()).toEqual([
      [0, 1, 1],
      [1, 1, 0],
      [2, 1, 0],
    ]);
    expect((await booked()).at(-1)).toEqual(['enrolment', 7, null]);
  });

  test('[L6] what decides by the balance decides after the open days: the day’s use has made the domain disabled', async () => {
    const { enrol, days } = await school(1);
    await enrol('SN-1', START);
    await expect(enrol('SN-2', startOf(FIRST_DAY + 1) + 1)).rejects.toThrow(/domain-disabled/);
    expect(await days()).toEqual([[0, 1, 1]]);
  });

  test('[D4] [D5] the balance runs out: disabled; credits by any way: active again', async () => {
    const { close, domain, enrol, topUp } = await school(2);
    await enrol('SN-1', START);
    const status = async (day: number): Promise<string> => statusOf(await domain(), startOf(day + 1));
    expect(statusOf(await domain(), START)).toBe('active');
    await close(FIRST_DAY);
    expect(await status(FIRST_DAY)).toBe('active');
    await close(FIRST_DAY + 1);
    expect(await status(FIRST_DAY + 1)).toBe('disabled');
    await topUp(1, startOf(FIRST_DAY + 2));
    expect(await status(FIRST_DAY + 2)).toBe('active');
  });

  test('[D8] [L6] days that end before the closing takes effect are closed, whenever the jobs run; later ones never', async () => {
    const { store, close, days, enrol, domain } = await school(9);
    await enrol('SN-1', START);
    const closesAt = startOf(FIRST_DAY + 2) + 5;
    await store.write('askClosing', { domainId: 1, now: START, ...CHANGE, name: 'springfield', closesAt });
    expect(await close(FIRST_DAY + 5)).toEqual({ days: 2, credits: 2 });
    const now = startOf(FIRST_DAY + 6);
    for (let done = false; !done;) ({ done } = await store.write('closePiece', { now, domainId: 1, most: 9 }));
    await close(FIRST_DAY + 9);
    expect([await days(), (await domain()).balance]).toEqual([
      [
        [0, 1, 1],
        [1, 1, 1],
      ],
      0,
    ]);
    const forfeited = await store.reader.get("SELECT credits FROM transfers WHERE credit = 'vendor:forfeited'");
    expect(forfeited).toMatchObject({ credits: 7 });
  });
});
