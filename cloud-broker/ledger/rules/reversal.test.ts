import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSecondThoughts, missingCredits, reversalOf, reversedCredits, type Grant, type Reversible } from './reversal.ts';

const HOUR_MS = 3_600_000;
const GRANT: Reversible = {
  id: 7,
  kind: 'enrolment',
  direction: 'in',
  vendor: 'vendor:grants',
  credits: 1095,
  deviceId: 'dev-1',
  boardId: 3,
  productKeyId: null,
};
const FACTS = { isReversed: false, balance: 5000, notMadeGood: 1095 };

describe('taking back', () => {
  test('[E14] second thoughts last 72 h from the grant, to the millisecond', () => {
    expect(isSecondThoughts(0, 72 * HOUR_MS - 1)).toBe(true);
    expect(isSecondThoughts(0, 72 * HOUR_MS)).toBe(false);
    // The books' time never goes back, so that after a clock was set back a grant may be later than now.
    expect(isSecondThoughts(10, 0)).toBe(true);
  });

  test('[L9] what is taken is by 1 to the smaller of the transfer and the balance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.nat({ max: 2000 }), (credits, balance) => {
        const { credits: taken, refusal } = reversedCredits({ ...GRANT, credits }, { ...FACTS, notMadeGood: credits, balance });
        expect(taken).toBe(Math.min(credits, balance));
        expect(refusal).toBe(balance === 0 ? 'balance-is-zero' : null);
      }),
    );
  });

  test('[L9] what the domain gave comes back whole, whatever its balance', () => {
    const use: Reversible = { ...GRANT, kind: 'usage', direction: 'out', vendor: 'vendor:usage', boardId: null };
    expect(reversedCredits(use, { ...FACTS, balance: 0, notMadeGood: null })).toEqual({ credits: 1095, refusal: null });
  });

  test('[L2] [L9] refusals in their order: a reversal, reversed already, nothing there, made good', () => {
    const all = { isReversed: true, balance: 0, notMadeGood: 0 };
    const refusals = [
      reversedCredits({ ...GRANT, kind: 'reversal' }, all),
      reversedCredits(GRANT, all),
      reversedCredits(GRANT, { ...all, isReversed: false }),
      reversedCredits(GRANT, { ...FACTS, notMadeGood: 1094 }),
      reversedCredits(GRANT, FACTS),
    ];
    expect(refusals.map(({ refusal }) => refusal)).toEqual([
      'is-a-reversal',
      'already-reversed',
      'balance-is-zero',
      'made-good',
      null,
    ]);
  });

  test('[L2] [L4] it names what it reverses, keeps its cause, and goes back between the same accounts', () => {
    expect(reversalOf(GRANT, 5, { actor: 'operator', reason: 'sold' })).toEqual({
      kind: 'reversal',
      direction: 'out',
      vendor: 'vendor:grants',
      credits: 5,
      idempotencyKey: 'reversal:7',
      date: null,
      deviceId: 'dev-1',
      boardId: 3,
      productKeyId: null,
      reverses: 7,
      actor: 'operator',
      reason: 'sold',
    });
  });
});

describe('what is missing', () => {
  const grant = (about: Partial<Grant>): Grant => ({ domainId: 1, credits: 10, takenBack: null, balance: 50, ...about });

  test('[L9] is what other domains keep because their balance did not cover it, less what was made good', () => {
    const part = grant({ takenBack: 6 });
    const nothing = grant({ domainId: 3, balance: 0 });
    expect(missingCredits([part], 2, 0)).toBe(4);
    expect(missingCredits([part, nothing], 2, 0)).toBe(14);
    expect(missingCredits([part, nothing], 2, 4)).toBe(10);
    expect(missingCredits([part], 2, 9)).toBe(0);
  });

  test('[L9] is neither what this domain keeps itself, nor what can still be taken back', () => {
    expect(missingCredits([grant({ takenBack: 6 })], 1, 0)).toBe(0);
    expect(missingCredits([grant({ balance: 0 })], 1, 0)).toBe(0);
    expect(missingCredits([grant({})], 2, 0)).toBe(0);
  });
});
