import { expect, test } from 'vitest';
import { closeOpenDays } from '../../cloud-broker/ledger/close-days.ts';
import { trialEnd } from '../../cloud-broker/domains/rules/status.ts';
import { firstChargedDay, startOf } from '../../cloud-broker/ledger/rules/usage.ts';
import { verifyLedger } from '../../cloud-broker/ledger/verify-books.ts';
import { seededRandom, seedOfRun } from '../support/seed.ts';
import { CHANGE, enrolled, listBoards, START, testDomain, testStore } from '../support/store.ts';

const FIRST_DAY = firstChargedDay(trialEnd(START));
const DAYS = 12;
const BOARDS = 60;
const CREDITS = 9;
const HOUR_MS = 3_600_000;

test('[L6] [L3] boards come and go while two jobs close the day: what is written late, with a time before midnight, changes no closed day', async () => {
  const random = seededRandom(seedOfRun('usage-at-midnight'));
  const store = await testStore();
  const domains = ['springfield', 'shelbyville'];
  for (const name of domains) await testDomain(store, name);
  const serials = Array.from({ length: BOARDS }, (_, n) => `S-${n}`);
  await listBoards(
    store,
    serials.map((serial) => ({ serial, credits: CREDITS })),
  );
  const here = new Map<string, { id: string; domainId: number }>();
  let late = 0;

  for (let day = FIRST_DAY; day < FIRST_DAY + DAYS; day += 1) {
    const midnight = startOf(day + 1);
    const comeOrGo = async (serial: string): Promise<void> => {
      const now = Math.floor(midnight + (random() - 0.5) * HOUR_MS);
      if (now < midnight) late += 1;
      const device = here.get(serial);
      if (device !== undefined) {
        here.delete(serial);
        await store.write('unenrol', { now, ...device, ...CHANGE });
        return;
      }
      const domain = random() < 0.5 ? 0 : 1;
      const { deviceId } = await enrolled(store, { serial, domain: domains[domain] ?? '', now });
      here.set(serial, { id: deviceId, domainId: domain + 1 });
    };
    const close = () => closeOpenDays(store, { now: midnight, through: day, domain: null, byOperator: null });
    // The jobs' writes go first, so that who comes with a time before midnight finds the day closed, or half of the domains.
    const closing = [close(), close()];
    // A board that was unenrolled again brings nothing the second time, and a domain may have run dry: then it is refused, which is no error here.
    const moving = serials
      .filter(() => random() < 0.4)
      .map((serial) => comeOrGo(serial).catch((error: Error) => expect(error.message).toContain('domain-disabled')));
    const closed = await Promise.all(closing);
    await Promise.all(moving);
    expect(closed.reduce((sum, { days }) => sum + days, 0)).toBeLessThanOrEqual(domains.length);
    expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, sum: 0 });
  }
  expect(late).toBeGreaterThan(DAYS);
  const rows = await store.reader.all<{ domain: number; days: number; first: number; last: number }>(
    'SELECT domain_id AS domain, count(*) AS days, min(day) AS first, max(day) AS last FROM usage_days GROUP BY domain_id',
  );
  expect(rows.map((row) => ({ ...row }))).toEqual(
    [1, 2].map((domain) => ({ domain, days: DAYS, first: FIRST_DAY, last: FIRST_DAY + DAYS - 1 })),
  );
});
