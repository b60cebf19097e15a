import { describe, expect, test } from 'vitest';
import { alertsOf, at, mailsOf, school } from '../../../test/support/alerts.ts';
import { CHANGE, contentOf, enrolled, listBoards, START, waiting } from '../../../test/support/store.ts';
import { migrations } from '../../service/migrations.ts';
import { openWriter } from '../../store/sqlite/connection.ts';
import { ConnectionTx } from '../../store/sqlite/tx.ts';
import { alertsWait } from '../queries.ts';
import { raiseAlerts } from './alerts.ts';
import { isOnPostgres } from '../../../test/support/test-database.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('[P7] alerts in the store', () => {
  test('[P7] a dark school is one mail that says where, how many and since when; its return is another', async () => {
    const { store, domainId, ids, run, change } = await school(30);
    for (const [n, id] of ids.entries()) {
      const tags = n < 25 ? ['North', 'smart'] : ['smart'];
      await store.write('changeDevice', { ...CHANGE, domainId, now: START, id, label: `Room ${n}`, tags });
    }
    await change(
      0,
      ids.map((id) => [id, 'online']),
    );
    for (let n = 0; n < 25; n += 1) await change(10 + n / 10, [[ids[n], 'lost']]);
    await change(11, [[ids[29], 'said']]);
    for (let minutes = 10; minutes < 60; minutes += 1) await run(at(minutes));
    expect(await mailsOf(store)).toMatchObject([
      {
        recipient: 'admin@springfield.example',
        template: 'alert',
        data: { kind: 'lost', tag: 'North', count: 25, since: at(10), name: 'springfield' },
      },
    ]);
    expect((await mailsOf(store))[0]?.data['labels']).toHaveLength(20);
    expect(await alertsOf(store)).toEqual([{ kind: 'lost', tag: 'North', devices: 25, open: 25, isOpen: 1, mailed: 1 }]);
    await change(
      100,
      ids.map((id) => [id, 'online']),
    );
    await run(at(130));
    expect(await mailsOf(store)).toHaveLength(2);
    expect((await mailsOf(store))[1]).toMatchObject({ data: { kind: 'back', count: 25 } });
    expect(await alertsOf(store)).toMatchObject([
      { kind: 'lost', open: 0, isOpen: 0 },
      { kind: 'back', isOpen: 0 },
    ]);
    expect(store.committedOf('event').filter(({ type }) => type === 'alert').length).toBeGreaterThan(2);
  });

  test.skipIf(isOnPostgres)(
    '[P7] nothing is told twice: run again, run after a crash before the commit, or opened anew after one behind it',
    async () => {
      const { store, ids, run, change } = await school(3);
      await change(
        0,
        ids.map((id) => [id, 'lost']),
      );
      await run(at(35));
      const before = await contentOf(store);
      // A crash before the commit: nothing of it is left.
      await expect(async () =>
        store.transaction(async (context) => {
          await raiseAlerts(context, { now: at(45) });
          expect(await mailsOf(store)).toHaveLength(1);
          throw new Error('power cut');
        }),
      ).rejects.toThrow('power cut');
      expect(await contentOf(store)).toEqual(before);
      await run(at(45));
      const after = await contentOf(store);
      await run(at(45));
      expect(await contentOf(store)).toEqual(after);
      expect(await mailsOf(store)).toHaveLength(1);
      const other = openWriter(store.file, migrations);
      expect(await alertsWait(new ConnectionTx(other), at(46))).toBe(false);
      other.close();
      await run(at(300));
      expect(await mailsOf(store)).toHaveLength(1);
    },
  );

  test('[P7] looks at what happened once, in pieces, and writes nothing where nothing did', async () => {
    const { store, ids, change } = await school(2);
    for (let n = 0; n < 600; n += 1)
      await change(n / 100, [
        [ids[0], n % 2 === 0 ? 'lost' : 'online'],
        [ids[1], n % 2 === 0 ? 'online' : 'said'],
      ]);
    let calls = 1;
    while ((await store.write('raiseAlerts', { now: at(100) })).more) calls += 1;
    expect(calls).toBe(2);
    expect(await alertsWait(store.reader, at(100))).toBe(false);
    expect(await mailsOf(store)).toEqual([]);
  });

  test('[P7] mailbox, time zone, rules and quiet hours are the domain’s own', async () => {
    const { store, ids, run, change, rules } = await school(2);
    const quiet = { from: '08:30', to: '12:00' };
    await rules({ mailbox: 'it@example.org', timeZone: 'Europe/Paris', lost: { on: true, afterMinutes: 10 }, quiet });
    await change(0, [[ids[0], 'lost']]);
    await run(at(60));
    await change(70, [[ids[1], 'lost']]);
    await run(at(170));
    expect(await mailsOf(store)).toEqual([]);
    // 11:00 UTC is 12:00 in Paris.
    await run(at(181));
    expect(await mailsOf(store)).toMatchObject([{ recipient: 'it@example.org', data: { count: 2, timeZone: 'Europe/Paris' } }]);
    expect(await alertsOf(store)).toHaveLength(2);
  });

  test('[P7] [P4] a watch and a mail begin anew when the service starts', async () => {
    const { store, ids, run, change } = await school(2);
    await store.write('noteRun', { startedAt: START, now: START });
    await run(at(1));
    await change(2, [[ids[0], 'lost']]);
    await store.write('noteRun', { startedAt: START, now: at(3) });
    await store.write('noteRun', { startedAt: at(600), now: at(600) });
    await run(at(629));
    expect(await alertsOf(store)).toEqual([]);
    await run(at(641));
    expect(await mailsOf(store)).toMatchObject([{ data: { count: 1, since: at(2) } }]);
  });

  test('[P7] a device that waits, one whose key changed, and what is decided', async () => {
    const { store, domainId, run, ids } = await school(0);
    expect(ids).toEqual([]);
    await listBoards(store, [{ serial: 'L-1' }]);
    await enrolled(store, { serial: 'L-1', key: 'first' });
    await store.write('setEnrolmentPolicy', {
      now: START,
      name: 'springfield',
      actor: 'a',
      unlisted: 'approve',
      pairing: null,
      previousUntil: null,
    });
    const first = await waiting(store, { serial: 'SN-A', now: at(1) });
    const second = await waiting(store, { serial: 'SN-B', now: at(2) });
    await waiting(store, { serial: 'L-1', key: 'second', now: at(3) }, 'key-changed');
    await run(at(4));
    await store.write('reject', { ...CHANGE, domainId, now: at(5), id: second, block: false });
    await run(at(6));
    await run(at(20));
    expect((await mailsOf(store)).map(({ data }) => data)).toMatchObject([
      { kind: 'waiting', count: 1, labels: ['SN-A'] },
      { kind: 'key-changed', count: 1, labels: ['L-1'] },
    ]);
    await store.write('approve', { ...CHANGE, domainId, now: at(30), id: first, as: null });
    await run(at(40));
    expect(await alertsOf(store)).toMatchObject([
      { kind: 'waiting', isOpen: 0 },
      { kind: 'key-changed', isOpen: 1 },
    ]);
  });

  test('[P7] a suspected clone is told once a day, and is over a day later', async () => {
    const { store, ids, run } = await school(1);
    for (let n = 0; n < 5; n += 1) await store.write('noteTakeOvers', { deviceId: ids[0] ?? '', now: at(n) });
    await store.write('noteTakeOvers', { deviceId: 'nobody', now: at(1) });
    await run(at(30));
    expect(await mailsOf(store)).toMatchObject([{ data: { kind: 'take-overs', count: 1 } }]);
    await store.write('pruneAlerts', { now: at(31) });
    expect(await alertsOf(store)).toMatchObject([{ isOpen: 1 }]);
    await store.write('pruneAlerts', { now: at(25 * 60) });
    expect(await alertsOf(store)).toMatchObject([{ isOpen: 0 }]);
    await store.write('noteTakeOvers', { deviceId: ids[0] ?? '', now: at(26 * 60) });
    await run(at(27 * 60));
    expect(await mailsOf(store)).toHaveLength(2);
    await store.write('pruneAlerts', { now: at(200 * 24 * 60) });
    expect(await store.reader.get('SELECT count(*) AS n FROM alert_signals')).toEqual({ n: 0 });
  });

  test('[P7] a device that left is no loss, even between two rounds', async () => {
    const { store, ids, run, change, unenrol } = await school(2);
    await change(
      0,
      ids.map((id) => [id, 'lost']),
    );
    await unenrol(ids[0] ?? '', at(5));
    await run(at(34));
    await unenrol(ids[1] ?? '', at(35));
    await run(at(60));
    expect(await mailsOf(store)).toEqual([]);
  });
});

describe('[P7] alerts of the domain itself', () => {
  test('[P7] credits for fewer than 30, 7 and 1 days, each once', async () => {
    const { store, domainId } = await school(10);
    const book = async (credits: number, now: number): Promise<void> => {
      await store.write('adjust', { domain: 'springfield', credits, id: String(now), reason: 'test', actor: 'operator', now });
      for (let times = 0; times < 2; times += 1) await store.write('raiseCredits', { now, after: 0 });
    };
    await book(400, at(1));
    await book(-110, at(2));
    await book(-225, at(3));
    await book(100, at(4));
    await book(-160, at(5));
    const told = async () => (await mailsOf(store)).map(({ data }) => data['days']);
    expect(await told()).toEqual([30, 7, 1]);
    expect((await mailsOf(store))[0]).toMatchObject({ template: 'credits-low', data: { credits: 290, devices: 10 } });
    expect(
      await store.reader.get('SELECT count(*) AS open FROM alerts WHERE domain_id = ? AND closed_at IS NULL', domainId),
    ).toEqual({
      open: 1,
    });
    await book(1000, at(6));
    expect(await store.reader.get('SELECT count(*) AS open FROM alerts WHERE closed_at IS NULL')).toEqual({ open: 0 });
  });

  test('[P7] [D3] the trial’s end is told as the rules say: elsewhere, later, or not at all', async () => {
    const ends = START + 30 * DAY;
    const { store, run, rules } = await school(0);
    // 8:00 UTC, in the quiet hours.
    await rules({ mailbox: 'it@example.org', quiet: { from: '07:00', to: '09:00' } });
    await store.write('remindTrials', { now: ends - 7 * DAY, after: null });
    expect((await mailsOf(store)).map(({ recipient }) => recipient)).toEqual(['admin@shelbyville.example']);
    await run(ends - 7 * DAY + 2 * HOUR);
    expect((await mailsOf(store))[1]).toMatchObject({
      recipient: 'it@example.org',
      template: 'trial-ending',
      data: { days: 7, trialEndsAt: ends },
    });
    await rules({ trial: false });
    await store.write('remindTrials', { now: ends - DAY, after: null });
    await store.write('remindTrials', { now: ends - DAY, after: null });
    expect((await mailsOf(store)).filter(({ data }) => data['name'] === 'springfield')).toHaveLength(1);
    await store.write('raiseCredits', { now: ends + 1, after: 0 });
    expect(await store.reader.get('SELECT count(*) AS open FROM alerts WHERE closed_at IS NULL')).toEqual({ open: 0 });
  });
});
