import { expect, test } from 'vitest';
import { dateOf, dayOf } from '../../cloud-broker/ledger/rules/usage.ts';
import { TestService } from '../support/service.ts';
import { DAY_MS, enrolled, listBoards, openTestStore, testDomain } from '../support/store.ts';

/** A domain of one board with 100 credits, activated so many days ago. */
async function domainOf(folder: string, name: string, daysAgo: number): Promise<void> {
  const store = await openTestStore(folder);
  const now = Date.now() - daysAgo * DAY_MS;
  await testDomain(store, name, now);
  await listBoards(store, [{ serial: name, credits: 100 }]);
  await enrolled(store, { serial: name, domain: name, now });
  await store.close();
}

test('[L6] a service that was away closes up to seven days at its start; the operator closes the rest, with a service and without', async () => {
  const service = await TestService.start();
  await service.stop();
  await domainOf(service.folder, 'springfield', 34);
  await domainOf(service.folder, 'shelbyville', 45);
  await service.restart();
  await service.log.until(({ msg }) => msg === 'daily use is closed');
  const alert = await service.log.until(({ msg }) => msg?.startsWith('too many days are open') === true);
  expect(alert).toMatchObject({ level: 50, count: 1, domains: [{ domain: 'shelbyville' }] });
  const metrics = await (await fetch(`${service.http}/metrics`)).text();
  expect(Number(/^rollcall_usage_days_open (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(7);

  const date = dateOf(dayOf(Date.now()) - 1);
  const first = await service.command('ledger', 'close-day');
  expect([first.code, first.json]).toMatchObject([
    0,
    { date, domains: 1, credits: 1, daysClosed: 0, stuck: [{ domain: 'shelbyville' }] },
  ]);
  const refused = await service.command('ledger', 'close-day', '--date', dateOf(dayOf(Date.now()) + 1), '--waive');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('day-not-over')]);
  const rest = await service.command('ledger', 'close-day', '--date', date);
  expect([rest.code, rest.json]).toMatchObject([0, { date, domains: 2, credits: 2, left: 0, stuck: [] }]);

  await service.stop();
  const again = await service.command('ledger', 'close-day', '--date', date, '--domain', 'shelbyville');
  expect([again.code, again.json]).toMatchObject([0, { date, domains: 1, credits: 1, daysClosed: 0 }]);
  expect((await service.command('ledger', 'verify')).json).toMatchObject({ ok: true, sum: 0 });
});
