import { expect, test } from 'vitest';
import { inProcessStore, type InProcessStore } from '../../test/support/in-process.ts';
import { databaseBeside, START, testDomain } from '../../test/support/store.ts';
import { verifyLedgerApart } from './verify-in-worker.ts';
import { LedgerIntegrity } from './integrity-job.ts';

interface Watched {
  store: InProcessStore;
  books: LedgerIntegrity;
  wrong: object[];
  /** Lets an hour pass, and has it look. */
  anHour(): Promise<void>;
}

async function watched(transfers = 3): Promise<Watched> {
  const store = await inProcessStore();
  const domainId = await testDomain(store, 'springfield');
  for (let n = 1; n <= transfers; n += 1)
    await store.write('adjust', {
      now: START,
      domain: 'springfield',
      id: `a${n}`,
      credits: 10 * n,
      reason: 'test',
      actor: 'operator',
    });
  expect(domainId).toBeGreaterThan(0);
  const wrong: object[] = [];
  let hours = 0;
  const books = new LedgerIntegrity({
    store,
    verify: async (signal) => verifyLedgerApart({ database: store.file, checkpoints: [] }, signal),
    log: { error: (details: object) => wrong.push(details) },
    clock: () => START + hours * 3_600_000,
    stopping: new AbortController().signal,
  });
  await books.look();
  expect(books.figures().sumAt).toBe(START);
  const anHour = async (): Promise<void> => {
    hours += 1;
    const isProof = hours % 24 === 1;
    await books.look();
    const { sumAt, proofAt } = books.figures();
    expect(isProof ? [sumAt, proofAt] : [sumAt]).toEqual(Array(isProof ? 2 : 1).fill(START + hours * 3_600_000));
  };
  return { store, books, wrong, anHour };
}

/** As somebody with the file could, behind the service's back. */
function tamper(store: InProcessStore, tx: string): void {
  const database = databaseBeside(store.file);
  for (const { name } of database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all())
    database.exec(`DROP TRIGGER "${String(name)}"`);
  database.exec(tx);
  database.close();
}

test('[L1] the sum of all balances is taken at the start and every hour, with what was posted meanwhile', async () => {
  const { store, books, wrong, anHour } = await watched();
  expect(books.figures()).toEqual({ ok: true, sumAt: START, proofAt: null });
  await store.write('adjust', { now: START, domain: 'springfield', id: 'b', credits: -7, reason: 'test', actor: 'operator' });
  await anHour();
  expect([books.figures().ok, wrong]).toEqual([true, []]);
  tamper(store, 'UPDATE ledger_heads SET balance = balance + 1');
  await anHour();
  expect([books.figures().ok, wrong]).toEqual([false, [{ sum: 1 }]]);
});

test('[L5] once a day everything is proved: a row changed in the middle shows though the sum is right', async () => {
  const { store, books, wrong, anHour } = await watched();
  await anHour();
  expect(books.figures().ok).toBe(true);
  tamper(store, "UPDATE transfers SET reason = 'another' WHERE n = 2");
  for (let hour = 0; hour < 23; hour += 1) await anHour();
  expect([books.figures().ok, wrong]).toEqual([true, []]);
  await anHour();
  expect(books.figures().ok).toBe(false);
  expect(wrong).toMatchObject([{ firstDifference: { domain: 'springfield', n: 2 } }]);
});

test('a proof that cannot be made is no proof', async () => {
  const { store, books, wrong, anHour } = await watched();
  tamper(store, 'ALTER TABLE transfers RENAME COLUMN actor TO somebody');
  await anHour();
  expect([books.figures().ok, wrong.length]).toEqual([false, 1]);
});
