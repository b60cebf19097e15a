import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closeOpenDays } from '../../cloud-broker/ledger/close-days.ts';
import { dayOf } from '../../cloud-broker/ledger/rules/usage.ts';
import { domainById, statusOf } from '../../cloud-broker/domains/rows.ts';
import { post } from '../../cloud-broker/ledger/posting.ts';
import { verifyLedger } from '../../cloud-broker/ledger/verify-books.ts';
import { InProcessStore } from '../support/in-process.ts';
import { balanceOf, CHANGE, DAY_MS, enrol, listBoards, START, temporaryFolder, testDomain } from '../support/store.ts';
import { UsageModel, type ModelDay } from '../support/usage-model.ts';

const TRIAL_END = START + 30 * DAY_MS;
const HOUR_MS = 3_600_000;
/** Boards that bring nothing, and boards that bring 15 credits the first time. */
const PLAIN = ['P-0', 'P-1', 'P-2'];
const LISTED = ['L-0', 'L-1'];
const BRINGS = 15;
const BOARDS = [...PLAIN, ...LISTED];

const board = fc.constantFrom(...BOARDS);
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('enrol' as const), board }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('unenrol' as const), board }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('top-up' as const), credits: fc.integer({ min: 1, max: 30 }) }) },
);
const job = fc.record({ do: fc.constant('job' as const) });
const operator = fc.record({ do: fc.constant('operator' as const), waive: fc.boolean(), back: fc.nat({ max: 3 }) });
const wait = (hours: fc.Arbitrary<number>) => fc.record({ do: fc.constant('wait' as const), hours });
/** Mostly hours and days; some outages, and a clock that is set far ahead or back. */
const anyHours = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 2, arbitrary: fc.integer({ min: 61, max: 220 }) },
  { weight: 1, arbitrary: fc.constantFrom(-24 * 400, -24 * 3, -5, 24 * 8, 24 * 366) },
);

type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;
type Step = Act | { do: 'job' } | { do: 'operator'; waive: boolean; back: number } | { do: 'wait'; hours: number };

class World {
  now = START;
  readonly store: InProcessStore;
  readonly model = new UsageModel(TRIAL_END);
  private readonly domainId: number;
  private readonly deviceOf = new Map<string, string>();
  private readonly left = new Map(LISTED.map((serial) => [serial, BRINGS]));
  private topUps = 0;

  private constructor(store: InProcessStore, domainId: number) {
    this.store = store;
    this.domainId = domainId;
  }

  static async begin(): Promise<World> {
    const store = new InProcessStore(await temporaryFolder());
    const domainId = await testDomain(store, 'springfield');
    const policy = { now: START, name: 'springfield', actor: 'a', pairing: null, previousUntil: null };
    await store.write('setEnrolmentPolicy', { ...policy, unlisted: 'accept' });
    await listBoards(
      store,
      LISTED.map((serial) => ({ serial, credits: BRINGS })),
    );
    return new World(store, domainId);
  }

  async take(step: Step): Promise<void> {
    const { store, model, now, domainId } = this;
    switch (step.do) {
      case 'wait':
        this.now += step.hours * HOUR_MS;
        return;
      case 'enrol': {
        const brings = this.left.get(step.board) ?? 0;
        const outcome = await enrol(store, { serial: step.board, now });
        const expected = model.enrol(step.board, brings, now);
        expect(outcome).toMatchObject(expected ? { outcome: 'accepted' } : { outcome: 'rejected', code: 'domain-disabled' });
        if (outcome.outcome !== 'accepted') return;
        if (brings > 0) this.left.set(step.board, 0);
        this.deviceOf.set(step.board, outcome.deviceId);
        return;
      }
      case 'unenrol': {
        if (!model.isEnrolled(step.board)) return;
        await store.write('unenrol', { now, id: this.deviceOf.get(step.board) ?? '', domainId, ...CHANGE });
        this.left.set(step.board, (this.left.get(step.board) ?? 0) + model.unenrol(step.board, now));
        return;
      }
      case 'top-up': {
        this.topUps += 1;
        await this.post(step.credits, this.topUps);
        model.topUp(step.credits, now);
        return;
      }
      case 'job':
        await this.runJob();
        return;
      case 'operator': {
        const through = dayOf(now) - 1 - step.back;
        await closeOpenDays(store, { now, through, domain: null, byOperator: { waive: step.waive, actor: 'operator' } });
        model.close(now, through, { waive: step.waive });
      }
    }
  }

  async runJob(): Promise<void> {
    await closeOpenDays(this.store, { now: this.now, through: dayOf(this.now) - 1, domain: null, byOperator: null });
    this.model.close(this.now);
  }

  get openDays(): number {
    return dayOf(this.now) - this.model.nextDay;
  }

  private async post(credits: number, id: number): Promise<void> {
    const cause = {
      date: null,
      deviceId: null,
      boardId: null,
      productKeyId: null,
      reverses: null,
      reason: null,
      actor: 'operator',
    };
    await this.store.transaction(async (context) => {
      const row = await domainById(context.tx, this.domainId);
      if (row === null) throw new Error('no domain');
      const about = { kind: 'adjustment', direction: 'in', vendor: 'vendor:adjustments', ...cause } as const;
      await post(context, row, { ...about, credits, idempotencyKey: `adjustment:${id}` }, this.now);
    });
  }

  async days(): Promise<ModelDay[]> {
    return (await this.store.reader.all<ModelDay>('SELECT day, devices, charged, waived FROM usage_days ORDER BY day')).map(
      (row) => ({ ...row }),
    );
  }

  /** What was booked in which order, without the times of booking and what is hashed from them. */
  async books(): Promise<unknown[]> {
    return (
      await this.store.reader.all('SELECT n, kind, credits, date, balance_after, idempotency_key FROM transfers ORDER BY n')
    ).map((row) => ({ ...(row as object) }));
  }

  async check(): Promise<void> {
    expect(await this.days()).toEqual(this.model.days);
    expect(await balanceOf(this.store, 'springfield')).toBe(this.model.balance);
    expect(this.model.balance).toBeGreaterThanOrEqual(0);
  }
}

async function inWorld<Result>(work: (world: World) => Promise<Result>): Promise<Result> {
  const world = await World.begin();
  try {
    return await work(world);
  } finally {
    await world.store.close();
  }
}

describe('daily use against a slow and simple model', () => {
  test('[L6] [L3] [D5] enrolments, outages, clocks set back and ahead, jobs and operators at any time: no day twice, none missed, nothing below zero', async () => {
    const anyStep = fc.oneof(
      { weight: 6, arbitrary: act },
      { weight: 6, arbitrary: wait(anyHours) },
      { weight: 3, arbitrary: job },
      { weight: 1, arbitrary: operator },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 5 }), fc.array(anyStep, { minLength: 10, maxLength: 50 }), (trial, steps) =>
        inWorld(async (world) => {
          for (const step of [...trial, { do: 'wait' as const, hours: 29 * 24 }, ...steps]) {
            await world.take(step);
            await world.check();
          }
          expect(await verifyLedger(world.store.file, [])).toMatchObject({ ok: true, sum: 0 });
        }),
      ),
      { numRuns: 150 },
    );
  });

  test('[L6] the books are the same whether the job ran at every chance or hardly ever', async () => {
    const steps = fc.array(fc.oneof(act, wait(fc.integer({ min: 0, max: 60 }))), { minLength: 10, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 5 }),
        steps,
        fc.integer({ min: 1, max: 4 }),
        async (trial, history, patience) => {
          const live = (jobWhenOpen: number) =>
            inWorld(async (world) => {
              for (const step of [...trial, { do: 'wait' as const, hours: 29 * 24 }, ...history]) {
                await world.take(step);
                // A step is at most 2.5 days, so that never more than seven are open.
                if (world.openDays >= jobWhenOpen) await world.runJob();
              }
              await world.runJob();
              return { days: await world.days(), books: await world.books() };
            });
          expect(await live(patience)).toEqual(await live(0));
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('[L6] [D4] [D5] three years of use: each day once, what was bought is used up to the last credit, then the domain is disabled', async () => {
  await inWorld(async (world) => {
    const years = 3 * 365;
    const enough = 900 * BOARDS.length + 2;
    for (const serial of BOARDS) await world.take({ do: 'enrol', board: serial });
    await world.take({ do: 'top-up', credits: enough - LISTED.length * BRINGS });
    world.now = TRIAL_END;
    for (let day = 0; day <= years; day += 1) {
      world.now += DAY_MS;
      await world.runJob();
    }
    await world.check();
    const days = await world.days();
    expect(days).toHaveLength(years);
    expect([days[899]?.charged, days[900]?.charged, days[901]?.charged]).toEqual([BOARDS.length, 2, 0]);
    expect(days.reduce((sum, { charged }) => sum + charged, 0)).toBe(enough);
    const row = await domainById(world.store.reader, 1);
    expect(row === null ? null : statusOf(row, world.now)).toBe('disabled');
    await world.take({ do: 'top-up', credits: 1 });
    const after = await domainById(world.store.reader, 1);
    expect(after === null ? null : statusOf(after, world.now)).toBe('active');
    expect(await verifyLedger(world.store.file, [])).toMatchObject({ ok: true });
  });
});
