import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closeOpenDays } from '../../cloud-broker/ledger/close-days.ts';
import { dayOf } from '../../cloud-broker/ledger/rules/usage.ts';
import { verifyLedger } from '../../cloud-broker/ledger/verify-books.ts';
import { takingBackDifference } from '../../cloud-broker/ledger/verify-reversals.ts';
import { InProcessStore } from '../support/in-process.ts';
import { balanceOf, CHANGE, enrol, factoryKeyPem, listBoards, START, temporaryFolder, testDomain } from '../support/store.ts';

const DOMAINS = ['springfield', 'shelbyville', 'capital'];
const HOUR_MS = 3_600_000;
/** The first is proven by its factory key; the others' credits may be held. */
const BOARDS = [12, 30, 7].map((credits, index) => ({
  serial: `SN-${index}`,
  credits,
  ...(index === 0 ? { factoryPublicKey: factoryKeyPem() } : {}),
}));
const BY_OPERATOR = { actor: 'operator', reason: 'a reason' };

const board = fc.nat({ max: BOARDS.length - 1 });
const domain = fc.nat({ max: DOMAINS.length - 1 });
const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('enrol' as const), board, domain }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('unenrol' as const), board }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), board }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('make good' as const), board }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('sold' as const), board, domain, spent: fc.integer({ min: 1, max: 40 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('let go' as const), board }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('adjust' as const), domain, credits: fc.integer({ min: -40, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reverse' as const), domain, n: fc.integer({ min: 1, max: 12 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.constantFrom(1, 24, 71, 72, 24 * 6, 24 * 31) }),
  },
);
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

const REFUSALS = ['conflict', 'not-found', 'invalid-request'];

class World {
  now = START;
  private steps = 0;
  readonly store: InProcessStore;

  constructor(store: InProcessStore) {
    this.store = store;
  }

  async begin(): Promise<void> {
    for (const name of DOMAINS) await testDomain(this.store, name);
    await listBoards(this.store, BOARDS);
    // The second unproven grant of a day is held.
    await this.store.transaction(async ({ tx }) => tx.run('UPDATE domains SET unproven_limit = 1'));
  }

  async act(step: Step): Promise<void> {
    const { store, now } = this;
    const serial = 'board' in step ? `SN-${step.board}` : '';
    this.steps += 1;
    switch (step.do) {
      case 'wait':
        this.now += step.hours * HOUR_MS;
        await closeOpenDays(store, {
          now: this.now,
          through: dayOf(this.now) - 1,
          domain: null,
          byOperator: { waive: false, actor: 'operator' },
        });
        return;
      case 'enrol':
        await enrol(store, { serial, domain: DOMAINS[step.domain] ?? '', now });
        return;
      case 'unenrol': {
        const found = await store.reader.get<{ id: string; domainId: number }>(
          "SELECT id, domain_id AS domainId FROM devices WHERE serial = ? AND state = 'enrolled'",
          serial,
        );
        if (found !== null) await store.write('unenrol', { now, ...found, ...CHANGE });
        return;
      }
      case 'release':
        await store.write('releaseBoard', { ...BY_OPERATOR, now, serial });
        return;
      case 'make good':
        await store.write('makeGood', { ...BY_OPERATOR, now, serial });
        return;
      case 'sold':
        return this.sell(serial, step);
      case 'let go':
        await store.write('releaseCredits', { now, actor: 'operator', of: { serial }, most: 10 });
        return;
      case 'adjust':
        await store.write('adjust', {
          ...BY_OPERATOR,
          now,
          domain: DOMAINS[step.domain] ?? '',
          credits: step.credits,
          id: `a-${this.steps}`,
        });
        return;
      case 'reverse':
        await store.write('reverse', { ...BY_OPERATOR, now, domain: DOMAINS[step.domain] ?? '', n: step.n });
    }
  }

  /** The board was used up where it is, and belongs to another domain. */
  private async sell(serial: string, to: { domain: number; spent: number }): Promise<void> {
    const { store, now } = this;
    const from = await store.reader.get<{ name: string }>(
      "SELECT o.name FROM devices d JOIN domains o ON o.id = d.domain_id WHERE d.serial = ? AND d.state = 'enrolled'",
      serial,
    );
    const credits = from === null ? 0 : Math.min(to.spent, await balanceOf(store, from.name));
    const spent = { ...BY_OPERATOR, now, domain: from?.name ?? '', credits: -credits, id: `sold-${this.steps}` };
    if (credits > 0) await store.write('adjust', spent);
    await store.write('releaseBoard', { ...BY_OPERATOR, now, serial });
    await this.check();
    await enrol(store, { serial, domain: DOMAINS[to.domain] ?? '', now });
    await this.check();
    await store.write('makeGood', { ...BY_OPERATOR, now, serial });
  }

  /** What must hold after every step, told by other means than the proof's. */
  async check(): Promise<void> {
    const { reader } = this.store;
    expect(await takingBackDifference(reader)).toBeNull();
    for (const name of DOMAINS) expect(await balanceOf(this.store, name)).toBeGreaterThanOrEqual(0);
    const rows = await reader.all<{
      boardId: number;
      debit: string;
      credit: string;
      credits: number;
      reverses: number | null;
      id: number;
    }>('SELECT id, board_id AS boardId, debit, credit, credits, reverses FROM transfers WHERE board_id IS NOT NULL ORDER BY id');
    for (const { id, credits, left } of await reader.all<{ id: number; credits: number; left: number }>(
      'SELECT id, credits, left_credits AS left FROM boards',
    )) {
      let [brought, madeGood] = [0, 0];
      for (const row of rows.filter(({ boardId }) => boardId === id)) {
        const signed = row.credit === 'domain' ? row.credits : -row.credits;
        if ([row.debit, row.credit].includes('vendor:loss')) madeGood += signed;
        else brought += signed;
        // Never more than its credits net, at any moment; and made good only for what is kept.
        expect(brought).toBeLessThanOrEqual(credits);
        expect(madeGood).toBeLessThanOrEqual(brought);
        expect(madeGood).toBeGreaterThanOrEqual(0);
      }
      expect(brought + left).toBe(credits);
    }
    const reversed = rows.flatMap(({ reverses }) => reverses ?? []);
    expect(new Set(reversed).size).toBe(reversed.length);
  }
}

test('[E14] [L9] [L2] [L3] boards that come, go, are released, let go, made good and corrected: after each step the books of every board are right', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 60 }), async (steps) => {
      const store = new InProcessStore(await temporaryFolder());
      try {
        const world = new World(store);
        await world.begin();
        for (const step of steps) {
          await world.act(step).then(
            () => seen.add(step.do),
            (error: { code?: string }) => expect(REFUSALS).toContain(error.code),
          );
          await world.check();
        }
        expect(await verifyLedger(store.file, [])).toMatchObject({ ok: true, sum: 0 });
        expect(await store.reader.all('PRAGMA foreign_key_check')).toEqual([]);
      } finally {
        await store.close();
      }
    }),
    { numRuns: 150 },
  );
  expect([...seen].filter((step) => step !== 'make good').toSorted()).toEqual([
    'adjust',
    'enrol',
    'let go',
    'release',
    'reverse',
    'sold',
    'unenrol',
    'wait',
  ]);
});
