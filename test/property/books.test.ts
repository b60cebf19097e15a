import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifyLedger } from '../../cloud-broker/ledger/verify-books.ts';
import { InProcessStore } from '../support/in-process.ts';
import { balanceOf, CHANGE, enrol, factoryKeyPem, START, temporaryFolder, testDomain } from '../support/store.ts';

const DOMAINS = ['springfield', 'shelbyville', 'capital'];
const PEM = factoryKeyPem();

const place = { domain: fc.nat({ max: DOMAINS.length - 1 }), board: fc.nat({ max: 1 }) };
const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('enrol' as const),
      ...place,
      key: fc.nat({ max: 1 }),
      days: fc.constantFrom(0, 0, 0, 1, 40),
      proves: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('unenrol' as const), ...place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('approve' as const),
      ...place,
      as: fc.constantFrom('replaced' as const, 'another' as const, null),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      ...place,
      credits: fc.nat({ max: 30 }),
      proven: fc.boolean(),
      byKey: fc.boolean(),
    }),
  },
);
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

/** The store, and what it must hold: how many credits each domain has and each board was given. */
interface Books {
  store: InProcessStore;
  domainIds: number[];
  now: number;
  balances: number[];
  granted: number[];
}

async function emptyBooks(store: InProcessStore): Promise<Books> {
  const domainIds: number[] = [];
  for (const name of DOMAINS) domainIds.push(await testDomain(store, name));
  await store.write('setEnrolmentPolicy', {
    now: START,
    name: 'shelbyville',
    actor: 'a',
    unlisted: 'accept',
    pairing: null,
    previousUntil: null,
  });
  return { store, domainIds, now: START, balances: DOMAINS.map(() => 0), granted: [0, 0] };
}

async function rowIn({ store, domainIds }: Books, { domain, board }: Step, state: string): Promise<string> {
  const text = 'SELECT id FROM devices WHERE domain_id = ? AND serial = ? AND state = ?';
  return (await store.reader.get<{ id: string }>(text, domainIds[domain] ?? 0, `SN-${board}`, state))?.id ?? 'none';
}

async function leftOf({ store }: Books, board: number): Promise<number> {
  return (
    (await store.reader.get<{ left: number }>('SELECT left_credits AS left FROM boards WHERE serial = ?', `SN-${board}`))?.left ??
    0
  );
}

async function act(books: Books, step: Step): Promise<void> {
  const { store, now } = books;
  const serial = `SN-${step.board}`;
  const change = { domainId: books.domainIds[step.domain] ?? 0, now, ...CHANGE };
  switch (step.do) {
    case 'enrol': {
      books.now += step.days * 86_400_000;
      const key = `${serial} ${step.key}`;
      const about = { serial, domain: DOMAINS[step.domain] ?? '', key, now: books.now };
      await enrol(store, { ...about, ...(step.proves ? {} : { boardSignature: 'missing' }) });
      return;
    }
    case 'unenrol':
      return store.write('unenrol', { id: await rowIn(books, step, 'enrolled'), ...change });
    case 'approve':
      await store.write('approve', { id: await rowIn(books, step, 'pending'), as: step.as, ...change });
      return;
    case 'list': {
      const fulfilment = step.byKey ? 'product-key' : 'on-enrolment';
      const values = { serial, model: 'M', credits: step.credits, fulfilment, factoryPublicKey: step.proven ? PEM : '' };
      await store.write('importBoards', { now, actor: 'operator', lines: [{ line: 1, values }] });
    }
  }
}

/** Whatever a step grants is all that the board had left before it, to this domain, and nothing is left after it; second thoughts take it all back (E14). */
async function take(books: Books, step: Step): Promise<void> {
  const { store, balances, granted } = books;
  const left = await leftOf(books, step.board);
  await act(books, step).catch((error: { code?: string }) =>
    expect(['conflict', 'not-found', 'domain-disabled']).toContain(error.code),
  );
  const moved = await Promise.all(DOMAINS.map(async (name, index) => (await balanceOf(store, name)) - (balances[index] ?? 0)));
  const given = moved[step.domain] ?? 0;
  expect(moved).toEqual(DOMAINS.map((_, index) => (index === step.domain ? given : 0)));
  if (given === 0) return;
  if (step.do === 'unenrol') expect(await leftOf(books, step.board)).toBe(left - given);
  else expect([given, await leftOf(books, step.board)]).toEqual([left, 0]);
  balances[step.domain] = (balances[step.domain] ?? 0) + given;
  granted[step.board] = (granted[step.board] ?? 0) + given;
}

async function check({ store: { reader }, granted }: Books): Promise<void> {
  for (const board of await reader.all<{ serial: string; credits: number; left: number }>(
    'SELECT serial, credits, left_credits AS left FROM boards',
  )) {
    const given = granted[Number(board.serial.slice(3))] ?? 0;
    expect(given).toBeLessThanOrEqual(board.credits);
    expect(board.credits - board.left).toBe(given);
  }
  const wrong = [
    "SELECT board_id FROM devices WHERE state = 'enrolled' AND board_id IS NOT NULL GROUP BY board_id HAVING count(*) > 1",
    "SELECT d.id FROM devices d LEFT JOIN enrolment_spans s ON s.device_id = d.id AND s.to_at IS NULL WHERE (d.state = 'enrolled') <> (s.id IS NOT NULL)",
    "SELECT c.fingerprint FROM certificates c JOIN devices d ON d.id = c.device_id WHERE c.revoked_at IS NULL AND d.state <> 'enrolled'",
    "SELECT id FROM devices WHERE competes_with IS NOT NULL AND competes_with NOT IN (SELECT id FROM devices WHERE state = 'enrolled')",
    "SELECT id FROM devices WHERE (pending_code = 'key-changed') <> (competes_with IS NOT NULL)",
  ];
  for (const text of wrong) expect(await reader.all(text), text).toEqual([]);
}

test('[L1] [E5] boards that come, go, move and are listed anew: the sum is zero, no board brings more than its credits, the proof holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 60 }), async (steps) => {
      const store = new InProcessStore(await temporaryFolder());
      try {
        const books = await emptyBooks(store);
        for (const step of steps) {
          await take(books, step);
          await check(books);
        }
        expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, sum: 0 });
        expect(await store.reader.all('PRAGMA foreign_key_check')).toEqual([]);
      } finally {
        await store.close();
      }
    }),
    { numRuns: 100 },
  );
});
