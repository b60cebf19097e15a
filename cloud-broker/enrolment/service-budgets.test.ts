import { describe, expect, test } from 'vitest';
import {
  ACCEPTED,
  ask,
  expectType,
  testEnrolment,
  TestBoard,
  TestSession,
  type TestEnrolment,
} from '../../test/support/enrolment.ts';
import type { BudgetClass, EnrolmentOutcome } from './attempt.ts';

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const NO_REFILL = 1e-9;

/** Fails once from this address: a domain that is not there. */
async function failFrom(enrolment: TestEnrolment, address: string, n: number): Promise<void> {
  await ask(enrolment, enrolment.open(`fail${n}`, address), new TestBoard('SN-0'), { request: { domain: 'nowhere' } });
}

describe('sessions', () => {
  test('[E10] open enrolment sessions of the whole service are bounded before anything else', () => {
    const enrolment = testEnrolment({ openSessions: 2 });
    for (const name of ['a', 'b', 'c']) enrolment.open(name);
    expect(enrolment.service.figures().openSessions).toBe(2);
  });

  test('[E10] where all are taken, the quietest of the network that holds most makes room', async () => {
    const enrolment = testEnrolment({ openSessions: 6 });
    const school = ['a', 'b'].map((name) => enrolment.open(name, '192.0.2.7'));
    const flood = ['c', 'd', 'e', 'f'].map((name, n) => enrolment.open(name, `2001:db8:1:${n}::1`));
    const board = new TestBoard('SN-1');
    if (flood[0] !== undefined) await enrolment.service.message(flood[0], board.request(enrolment.id(1)));
    const newcomers = ['g', 'h'].map((name) => enrolment.open(name, '198.51.100.1'));
    const ended = [...school, ...flood, ...newcomers].filter(({ said }) => said.includes('end'));
    expect(ended).toEqual([flood[1], flood[2]]);
    expect(enrolment.service.figures().openSessions).toBe(6);
    await enrolment.service.message(flood[1] ?? new TestSession('x'), board.request(enrolment.id(1)));
    expect(flood[1]?.received).toEqual([]);
  });

  test('[E10] a message of a session that is not open is not read', async () => {
    const enrolment = testEnrolment();
    const session = new TestSession('a');
    await enrolment.service.message(session, new TestBoard('SN-1').request(enrolment.id(1)));
    expect([session.received, enrolment.lines]).toEqual([[], []]);
  });
});

describe('the domain’s budget', () => {
  const limits = {
    domain: {
      knownKey: { burst: 1, perSecond: NO_REFILL },
      listed: { burst: 2, perSecond: NO_REFILL },
      rest: { burst: 3, perSecond: NO_REFILL },
    },
  };

  async function overBudget(enrolment: TestEnrolment, budgetClass: BudgetClass, domain: string): Promise<boolean | undefined> {
    enrolment.store.seen = { budgetClass, mayWait: false };
    const n = enrolment.store.attempts.length;
    await ask(enrolment, enrolment.open(`s${n}`), new TestBoard(`SN-${n}`), { request: { domain }, proof: { domain } });
    return enrolment.store.attempts.at(-1)?.overBudget;
  }

  test('[E10] is one for each class: known keys, listed boards, the rest; each domain has its own', async () => {
    const enrolment = testEnrolment(limits);
    enrolment.store.domains['shelbyville'] = null;
    const seen: Record<string, (boolean | undefined)[]> = {};
    for (const domain of ['springfield', 'shelbyville']) {
      for (const budgetClass of ['known-key', 'listed', 'rest'] as const) {
        seen[`${domain} ${budgetClass}`] = [];
        for (let n = 0; n < 4; n += 1) seen[`${domain} ${budgetClass}`]?.push(await overBudget(enrolment, budgetClass, domain));
      }
    }
    const expected = {
      'known-key': [false, true, true, true],
      listed: [false, false, true, true],
      rest: [false, false, false, true],
    };
    for (const domain of ['springfield', 'shelbyville']) {
      for (const [budgetClass, over] of Object.entries(expected)) expect(seen[`${domain} ${budgetClass}`]).toEqual(over);
    }
  });

  test('[D7] wrong and missing pairing codes cost the address, never the domain', async () => {
    const enrolment = testEnrolment({ ...limits, addressFailures: { burst: 4, perSecond: NO_REFILL } });
    for (const code of ['pairing-code-wrong', 'pairing-code-required', 'pairing-code-wrong', 'pairing-code-wrong'] as const) {
      enrolment.store.answer = () => ({ outcome: 'rejected', code });
      expect(await overBudget(enrolment, 'known-key', 'springfield')).toBe(false);
    }
    enrolment.store.answer = () => ({ outcome: 'rejected', code: 'blocked' });
    expect([
      await overBudget(enrolment, 'known-key', 'springfield'),
      await overBudget(enrolment, 'known-key', 'springfield'),
    ]).toEqual([false, true]);
  });

  test('[E10] a board over budget is looked at before the store is asked; a known device is let in all the same', async () => {
    const enrolment = testEnrolment(limits);
    enrolment.store.seen = { budgetClass: 'known-key', mayWait: false };
    enrolment.store.answer = () => ({ ...ACCEPTED, replay: true });
    const known = new TestBoard('SN-1');
    enrolment.store.busy = ({ key, overBudget: over }) => over && key.fingerprint !== known.fingerprint;
    await ask(enrolment, enrolment.open('a'), known);
    expect(await ask(enrolment, enrolment.open('b'), new TestBoard('SN-2'))).toMatchObject({ type: 'rejected', code: 'busy' });
    expect(enrolment.store.attempts).toHaveLength(1);
    expect(await ask(enrolment, enrolment.open('c'), known)).toMatchObject({ type: 'accepted', replay: true });
    expect(enrolment.store.attempts.map(({ overBudget: over }) => over)).toEqual([false, true]);
  });

  test('[E10] who cannot wait, and is within budget, costs no second look', async () => {
    const enrolment = testEnrolment(limits);
    let looks = 0;
    enrolment.store.busy = () => {
      looks += 1;
      return false;
    };
    for (const mayWait of [false, true]) {
      enrolment.store.seen = { budgetClass: 'rest', mayWait };
      await ask(enrolment, enrolment.open(`waits-${mayWait}`), new TestBoard('SN-1'));
    }
    expect([looks, enrolment.store.attempts.length]).toEqual([1, 2]);
  });
});

/** Whether who comes from this address is served after one who comes later from a fresh address. */
async function isPutBehind(enrolment: TestEnrolment, address: string): Promise<boolean> {
  const held = Promise.withResolvers<EnrolmentOutcome>();
  enrolment.store.answer = () => held.promise;
  const order: string[] = [];
  const asking = ['203.0.113.9', address, '203.0.113.10'].map(async (from, n) => {
    await ask(enrolment, enrolment.open(`behind${n}`, from), new TestBoard(`SN-${n}`));
    order.push(from);
  });
  while (enrolment.service.figures().waiting < 2) await settled();
  enrolment.store.answer = () => ACCEPTED;
  held.resolve(ACCEPTED);
  await Promise.all(asking);
  expect(order).toHaveLength(3);
  return order.at(-1) === address;
}

describe('the address', () => {
  test('[E10] one that failed too often waits behind the others, but is served', async () => {
    const enrolment = testEnrolment({ atOnce: 1, addressFailures: { burst: 2, perSecond: 0.1 } });
    await failFrom(enrolment, '198.51.100.1', 1);
    expect(await isPutBehind(enrolment, '198.51.100.1')).toBe(false);
    await failFrom(enrolment, '198.51.100.1', 2);
    expect(await isPutBehind(enrolment, '198.51.100.1')).toBe(true);
    expect(await isPutBehind(enrolment, '198.51.100.2')).toBe(false);
    enrolment.time.now += 10_000;
    expect(await isPutBehind(enrolment, '198.51.100.1')).toBe(false);
  });

  test('[E6] pays for waiting rows beyond a few, not for a board that asks again', async () => {
    const enrolment = testEnrolment({ atOnce: 1, addressFailures: { burst: 2, perSecond: NO_REFILL } });
    const waits = async (n: number, isNew: boolean): Promise<void> => {
      enrolment.store.answer = () => ({ outcome: 'pending', code: 'awaiting-approval', deviceId: `row-${n}`, isNew });
      await ask(enrolment, enrolment.open(`waits-${n}`, '198.51.100.1'), new TestBoard(`SN-${n}`));
    };
    for (let n = 0; n < 6; n += 1) await waits(n, true);
    for (let n = 6; n < 20; n += 1) await waits(n, false);
    expect(await isPutBehind(enrolment, '198.51.100.1')).toBe(false);
    await waits(20, true);
    expect(await isPutBehind(enrolment, '198.51.100.1')).toBe(true);
    expect(await isPutBehind(enrolment, '198.51.100.2')).toBe(false);
  });

  const outcomes: [EnrolmentOutcome | Error, boolean][] = [
    [ACCEPTED, false],
    [{ outcome: 'pending', code: 'awaiting-approval', deviceId: 'waiting-row', isNew: true }, false],
    [{ outcome: 'rejected', code: 'busy' }, false],
    [{ outcome: 'rejected', code: 'domain-disabled' }, false],
    [new Error('disk is full'), false],
    [{ outcome: 'rejected', code: 'pairing-code-wrong' }, true],
    [{ outcome: 'rejected', code: 'attestation-failed' }, true],
    [{ outcome: 'rejected', code: 'blocked' }, true],
  ];
  test.each(outcomes)(
    '[E10] pays with its failures only, so that a school behind one address enrols all its boards: %o %s',
    async (outcome, isPaid) => {
      const enrolment = testEnrolment({ atOnce: 1, addressFailures: { burst: 5, perSecond: NO_REFILL } });
      enrolment.store.answer = async () => {
        if (outcome instanceof Error) throw outcome;
        return outcome;
      };
      for (let n = 0; n < 6; n += 1) await ask(enrolment, enrolment.open('s', '198.51.100.1'), new TestBoard('SN-1'));
      expect(await isPutBehind(enrolment, '198.51.100.1')).toBe(isPaid);
    },
  );

  test('[E10] those who failed cannot fill the room for the others', async () => {
    const enrolment = testEnrolment({ atOnce: 1, waiting: 2, addressFailures: { burst: 1, perSecond: NO_REFILL } });
    await failFrom(enrolment, '198.51.100.1', 1);
    const held = Promise.withResolvers<EnrolmentOutcome>();
    enrolment.store.answer = () => held.promise;
    const asking = [1, 2, 3].map((n) => ask(enrolment, enrolment.open(`bad${n}`, '198.51.100.1'), new TestBoard(`SN-${n}`)));
    while (enrolment.service.figures().waiting < 2) await settled();
    expect(await ask(enrolment, enrolment.open('bad4', '198.51.100.1'), new TestBoard('SN-4'))).toMatchObject({ code: 'busy' });
    const good = ask(enrolment, enrolment.open('good', '203.0.113.1'), new TestBoard('SN-5'));
    const pushedOut = await Promise.race(asking);
    expect(pushedOut).toMatchObject({ type: 'rejected', code: 'busy' });
    held.resolve(ACCEPTED);
    expect(await good).toMatchObject({ type: 'accepted' });
    await Promise.all(asking);
  });
});

describe('busy', () => {
  test('[E10] carries a retry-after within its bounds, spread by chance and longer the more wait', async () => {
    const told = async (waiting: number, random: number): Promise<number> => {
      const enrolment = testEnrolment({}, { random: () => random });
      for (let n = 0; n < waiting; n += 1) enrolment.open(`waiting${n}`);
      enrolment.store.answer = () => ({ outcome: 'rejected', code: 'busy' });
      return expectType(await ask(enrolment, enrolment.open('a'), new TestBoard('SN-1')), 'rejected').retryAfterS ?? -1;
    };
    const few = await Promise.all([0, 0.25, 0.5, 0.75, 0.999].map((random) => told(5, random)));
    const many = await Promise.all([0, 0.25, 0.5, 0.75, 0.999].map((random) => told(4000, random)));
    expect([...few, ...many].every((seconds) => Number.isInteger(seconds) && seconds >= 1 && seconds <= 300)).toBe(true);
    expect(new Set(many).size).toBe(5);
    expect(Math.min(...many)).toBeGreaterThan(Math.max(...few));
    expect(Math.max(...many)).toBeGreaterThanOrEqual(2.9 * Math.min(...many));
  });

  test('[E10] [P4] sends each one behind all who were told to come back before, and not behind those whose time has come', async () => {
    const enrolment = testEnrolment({}, { random: () => 0.5 });
    enrolment.store.answer = () => ({ outcome: 'rejected', code: 'busy' });
    const told = async (): Promise<number> =>
      expectType(await ask(enrolment, enrolment.open('a'), new TestBoard('SN-1')), 'rejected').retryAfterS ?? -1;
    const seconds: number[] = [];
    for (let n = 0; n < 400; n += 1) seconds.push(await told());
    expect(seconds[0]).toBe(2);
    expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
    expect(seconds.at(-1)).toBe(20);
    enrolment.time.now += 300_000;
    expect(await told()).toBe(2);
  });

  test('[E10] the rate is measured over the last 10 s', async () => {
    const enrolment = testEnrolment();
    expect(enrolment.service.figures().perSecond).toBe(20);
    for (let n = 0; n < 30; n += 1) await ask(enrolment, enrolment.open('s'), new TestBoard('SN-1'));
    expect(enrolment.service.figures().perSecond).toBe(3);
    enrolment.time.now += 10_001;
    expect(enrolment.service.figures().perSecond).toBe(20);
  });
});
