/**
 * `billing`: the first page of Billing History of a domain with 100,000 rows against one with 100, row by row and folded (L8); and product keys
 * redeemed by 64 at once against one after the other (K1).
 */
import { randomBytes } from 'node:crypto';
import { makeKey } from '../../cloud-broker/product-keys/product-keys.ts';
import { openHarness, type Harness, type TestDomain } from '../../cloud-broker/service/testing/harness.ts';
import { startOf } from '../../cloud-broker/ledger/rules/usage.ts';
import { verifyLedger } from '../../cloud-broker/ledger/verify-books.ts';
import type { Size } from './measure.ts';
import { inTurn, quantile, type Comparison } from './measure.ts';

const SCALES = {
  full: { rows: 100_000, pairs: 7, times: 60, keys: 512 },
  smoke: { rows: 400, pairs: 1, times: 3, keys: 16 },
};
type Scale = (typeof SCALES)['full'];

const SMALL_ROWS = 100;
const CREDITS = 1_000_000;
const RUNS = 40;
const DAYS_A_WRITE = 200;

/** A history of so many rows: runs of daily use with a correction after each, as long as the rows allow. */
async function fill(harness: Harness, domain: TestDomain, rows: number): Promise<void> {
  await harness.device(domain, `BOARD-${domain.name}`, CREDITS);
  const { store } = harness;
  let day =
    (await store.reader.get<{ day: number }>('SELECT next_usage_day AS day FROM domains WHERE id = ?', domain.id))?.day ?? 0;
  const daysARun = Math.floor((rows - 1 - RUNS) / RUNS);
  for (let run = 0; run < RUNS; run += 1) {
    for (let left = daysARun; left > 0;) {
      const most = Math.min(left, DAYS_A_WRITE);
      const now = startOf(day + most);
      const about = {
        now,
        through: day + most - 1,
        domain: domain.name,
        after: 0,
        most,
        byOperator: { waive: false, actor: 'bench' },
      };
      const { days } = await store.write('closeUsage', about);
      day += days;
      left -= days;
    }
    harness.now = startOf(day);
    await harness.operator.adjust(domain.name, { credits: 1, reason: 'bench' });
  }
}

async function pageMs(harness: Harness, cookie: string, path: string, times: number): Promise<number> {
  const ms: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const started = performance.now();
    const { status, json } = await harness.request('GET', path, { cookie });
    ms.push(performance.now() - started);
    const { items } = json as { items: unknown[] };
    if (status !== 200 || items.length === 0) throw new Error(`${path} answered ${status} with ${items.length} rows`);
  }
  return quantile(ms, 0.5);
}

async function pages(harness: Harness, { rows, pairs, times }: Scale): Promise<Comparison[]> {
  const large = await harness.domain('large');
  const small = await harness.domain('small');
  const begun = harness.now;
  await fill(harness, small, SMALL_ROWS);
  harness.now = begun;
  await fill(harness, large, rows);
  const heads = await harness.store.reader.all<{ n: number }>(
    "SELECT h.n FROM ledger_heads h JOIN domains d ON d.id = h.domain_id WHERE d.name IN ('large', 'small') ORDER BY d.name",
  );
  const note = `${heads[0]?.n} and ${heads[1]?.n} rows`;
  const compared: Comparison[] = [];
  for (const [figure, path] of [
    ['row by row', '/api/v1/billing/history'],
    ['folded', '/api/v1/billing/history/folded'],
    ['figures', '/api/v1/billing'],
  ] as const) {
    const read = async ({ cookie }: TestDomain): Promise<number> => {
      if (path !== '/api/v1/billing') return pageMs(harness, cookie, path, times);
      const started = performance.now();
      for (let time = 0; time < times; time += 1) await harness.request('GET', path, { cookie });
      return (performance.now() - started) / times;
    };
    const measured = await inTurn(
      pairs,
      async () => read(large),
      async () => read(small),
    );
    compared.push({
      bench: 'billing',
      figure: `first page, ${figure}`,
      unit: 'ms',
      bound: { atMost: 1.3 },
      pairs: measured,
      note,
    });
  }
  return compared;
}

async function redeemRate(harness: Harness, domain: TestDomain, keys: number, atOnce: number): Promise<number> {
  const { store, secrets, now } = harness;
  const hashes: string[] = [];
  for (let n = 0; n < keys; n += 1) {
    const { key } = makeKey(secrets, randomBytes);
    await store.write('issueKey', { now, actor: 'bench', key, credits: 1, mail: null });
    hashes.push(key.hash);
  }
  const asked = { now, domainId: domain.id, actor: 'bench', address: '127.0.0.1' };
  const started = performance.now();
  const worker = async (): Promise<void> => {
    for (let hash = hashes.pop(); hash !== undefined; hash = hashes.pop()) await store.write('redeemKey', { ...asked, hash });
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return keys / ((performance.now() - started) / 1000);
}

export async function billing(size: Size): Promise<Comparison[]> {
  const scale = SCALES[size];
  const harness = await openHarness();
  try {
    const domain = await harness.domain('redeems');
    const redeemed = await inTurn(
      scale.pairs,
      async () => redeemRate(harness, domain, scale.keys, 64),
      async () => redeemRate(harness, domain, scale.keys, 1),
    );
    const compared = await pages(harness, scale);
    const verdict = await verifyLedger(harness.databaseFile, []);
    if (!verdict.ok) throw new Error(`the books are wrong: ${JSON.stringify(verdict)}`);
    return [
      {
        bench: 'billing',
        figure: 'keys redeemed, 64 at once against one by one',
        unit: '/s',
        bound: { atLeast: 2 },
        pairs: redeemed,
      },
      ...compared,
    ];
  } finally {
    await harness.close();
  }
}
