import { expect, test } from 'vitest';
import { inProcessStore, type InProcessStore } from '../../test/support/in-process.ts';
import { DAY_MS, enrolled, listBoards, START, testDomain } from '../../test/support/store.ts';
import { userMails } from '../users/mails.ts';
import { mailChores } from '../alerts/hourly.ts';
import { putMail } from './outbox.ts';
import { isOnPostgres } from '../../test/support/test-database.ts';

const TRIAL_ENDS = START + 30 * DAY_MS;

interface Reminder {
  recipient: string;
  language: string;
  data: string;
}

async function reminders(store: InProcessStore): Promise<Reminder[]> {
  return await store.reader.all<Reminder>(
    "SELECT recipient, language, data FROM outbox WHERE template = 'trial-ending' ORDER BY id",
  );
}

const daysOf = async (store: InProcessStore): Promise<unknown[]> =>
  (await reminders(store)).map(({ data }) => (JSON.parse(data) as { days: number }).days);

test('[D3] an hourly look mails the domain 7 days and 1 day before the end, once each, in its language', async () => {
  const store = await inProcessStore();
  await testDomain(store, 'springfield');
  store.reader.send("UPDATE domains SET language = 'fr'");
  for (let now = START; now < TRIAL_ENDS + 3 * DAY_MS; now += 3_600_000) {
    const before = (await reminders(store)).length;
    await mailChores(store, now);
    const left = (TRIAL_ENDS - now) / DAY_MS;
    expect((await reminders(store)).length - before).toBe(left === 7 || left === 1 ? 1 : 0);
  }
  expect(await reminders(store)).toEqual(
    [7, 1].map((days) => ({
      recipient: 'admin@springfield.example',
      language: 'fr',
      data: JSON.stringify({ name: 'springfield', days, trialEndsAt: TRIAL_ENDS }),
    })),
  );
  expect(store.committedOf('mail')).toHaveLength(2);
});

test.skipIf(isOnPostgres)(
  '[D3] a reminder and its mark are one transaction: a crash leaves both or none, and a clock set back gives none again',
  async () => {
    const store = await inProcessStore();
    await testDomain(store, 'springfield');
    const now = TRIAL_ENDS - 7 * DAY_MS;
    store.exec("CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END");
    await expect(mailChores(store, now)).rejects.toThrow('disk full');
    expect(await store.reader.all('SELECT * FROM trial_reminders')).toEqual([]);
    store.exec('DROP TRIGGER full');
    await mailChores(store, now);
    await mailChores(store, TRIAL_ENDS - DAY_MS);
    await mailChores(store, START);
    await mailChores(store, now);
    await mailChores(store, TRIAL_ENDS - DAY_MS);
    expect(await daysOf(store)).toEqual([7, 1]);
  },
);

test('[D3] no reminder once credits came, before activation, or after the end; only the nearer after a long outage', async () => {
  const store = await inProcessStore();
  await testDomain(store, 'springfield');
  await testDomain(store, 'shelbyville');
  await store.write('createDomain', {
    now: START,
    name: 'unconfirmed',
    email: 'a@b.example',
    organization: 'o',
    contactName: 'c',
    phone: '1',
  });
  await listBoards(store, [{ serial: 'SN-1' }]);
  await enrolled(store, { serial: 'SN-1', now: START });
  await mailChores(store, TRIAL_ENDS - DAY_MS / 2);
  expect((await reminders(store)).map(({ recipient }) => recipient)).toEqual(['admin@shelbyville.example']);
  expect(await daysOf(store)).toEqual([1]);
  await mailChores(store, TRIAL_ENDS);
  expect(await reminders(store)).toHaveLength(1);
});

test.skipIf(isOnPostgres)('[D3] many trials that end together are all reminded, a few hundred in a transaction', async () => {
  const store = await inProcessStore();
  for (let index = 0; index < 450; index += 1) await testDomain(store, `school${index}`);
  await mailChores(store, TRIAL_ENDS - 7 * DAY_MS);
  expect(new Set((await reminders(store)).map(({ recipient }) => recipient)).size).toBe(450);
  const plan = await store.reader.all<{ detail: string }>(
    'EXPLAIN QUERY PLAN SELECT d.id FROM domains d WHERE (d.trial_ends_at, d.id) > (1, 1) AND d.trial_ends_at <= 2 ORDER BY d.trial_ends_at, d.id',
  );
  expect(plan.map(({ detail }) => detail).join()).toMatch(/SEARCH d USING (COVERING )?INDEX domains_by_trial_end/);
});

test.skipIf(isOnPostgres)(
  '[A6] a mail that ended keeps no secret, its row goes 90 days later, and its id is not given again',
  async () => {
    const store = await inProcessStore();
    await testDomain(store, 'springfield');
    const put = async (): Promise<number> => {
      const data = { user: 'ada@springfield', name: 'springfield', organization: 'o' };
      await store.transaction(async (context) =>
        putMail(
          context,
          userMails.reset,
          { domainId: 1, recipient: 'ada@b.example', language: 'en', data, secret: new Uint8Array([1]) },
          START,
        ),
      );
      return store.committedOf('mail').at(-1)?.id ?? 0;
    };
    const sent = await put();
    await store.write('mailSent', { id: sent, now: START });
    const failed = await put();
    await store.write('mailFailed', { id: failed, now: START, nextTryAt: START + 1, failure: 'x' });
    expect(await store.reader.get('SELECT tries, next_try_at AS next, secret FROM outbox WHERE id = ?', failed)).toMatchObject({
      tries: 1,
      next: START + 1,
      secret: new Uint8Array([1]),
    });
    await store.write('mailFailed', { id: failed, now: START, nextTryAt: null, failure: 'y' });
    await store.write('mailSent', { id: failed, now: START });
    expect(await store.reader.all('SELECT id, secret, sent_at IS NULL AS isUnsent, failure FROM outbox ORDER BY id')).toEqual([
      { id: sent, secret: null, isUnsent: 0, failure: null },
      { id: failed, secret: null, isUnsent: 1, failure: 'y' },
    ]);
    await expect(async () => store.reader.run("UPDATE outbox SET secret = x'01'")).rejects.toThrow('CHECK');
    await store.write('pruneOutbox', { now: START + 90 * DAY_MS });
    expect(await store.reader.all('SELECT id FROM outbox')).toHaveLength(2);
    await store.write('pruneOutbox', { now: START + 90 * DAY_MS + 1 });
    expect(await store.reader.all('SELECT id FROM outbox')).toEqual([]);
    expect(await put()).toBeGreaterThan(failed);
  },
);
