import { describe, expect, test } from 'vitest';
import { LISTED, PLAIN, UNLISTED } from '../../../test/support/facts.ts';
import {
  decide,
  grantFor,
  MAX_PENDING_OF_NETWORK,
  MAX_PENDING_ROWS,
  type Decision,
  type Entitlement,
  type Facts,
} from './decide.ts';

const codeOf = (decision: Decision): string => (decision.outcome === 'accepted' ? `accepted: ${decision.how}` : decision.code);
const domain = (change: Partial<Facts['domain']>): Pick<Facts, 'domain'> => ({ domain: { ...PLAIN.domain, ...change } });
const listed = (change: Partial<Entitlement>): Pick<Facts, 'listed'> => ({ listed: { ...LISTED, ...change } });

/** Every cause at once, on an unlisted board, but for the two that need one listed with a factory key. */
const EVERYTHING: Facts = {
  ...UNLISTED,
  deviceSignature: 'invalid',
  boardSignature: 'missing',
  identity: 'listed',
  listed: { ...LISTED, left: 0 },
  domain: {
    status: 'disabled',
    unlisted: 'approve',
    pairing: 'missing',
    unprovenGrantsLeft: 0,
    pendingRows: MAX_PENDING_ROWS,
    pendingOfNetwork: MAX_PENDING_OF_NETWORK,
  },
  same: { deviceId: 'same-device', joins: false },
  renewOfUnenrolled: true,
  overBudget: true,
  keyOfAnotherBoard: true,
  blocked: true,
  elsewhere: true,
  competing: { deviceId: 'competing-device' },
  former: { deviceId: 'former-device' },
  waiting: { deviceId: 'waiting-row' },
};

/** Rule E13 from top to bottom: the answer, and the one cause that is taken away after it. */
const ORDER: readonly (readonly [expected: string, takenAway: (facts: Facts) => Facts])[] = [
  ['proof-invalid', (facts) => ({ ...facts, deviceSignature: 'valid' })],
  ['attestation-required', (facts) => ({ ...facts, boardSignature: 'invalid' })],
  ['attestation-failed', (facts) => ({ ...facts, boardSignature: 'valid' })],
  ['accepted: again', (facts) => ({ ...facts, same: null })],
  ['unenrolled', (facts) => ({ ...facts, renewOfUnenrolled: false })],
  ['busy', (facts) => ({ ...facts, overBudget: false })],
  ['key-in-use', (facts) => ({ ...facts, keyOfAnotherBoard: false })],
  ['blocked', (facts) => ({ ...facts, blocked: false, boardSignature: 'missing' })],
  ['pairing-code-required', (facts) => ({ ...facts, domain: { ...facts.domain, pairing: 'wrong' } })],
  ['pairing-code-wrong', (facts) => ({ ...facts, domain: { ...facts.domain, pairing: 'right' } })],
  ['attestation-required', (facts) => ({ ...facts, boardSignature: 'invalid' })],
  ['attestation-failed', (facts) => ({ ...facts, boardSignature: 'valid' })],
  ['enrolled-elsewhere', (facts) => ({ ...facts, elsewhere: false })],
  ['domain-disabled', (facts) => ({ ...facts, domain: { ...facts.domain, status: 'active' }, identity: 'serial', listed: null })],
  ['key-changed', (facts) => ({ ...facts, competing: null })],
  ['awaiting-approval', (facts) => ({ ...facts, waiting: null })],
  ['busy', (facts) => ({ ...facts, domain: { ...facts.domain, unlisted: 'accept' } })],
  ['accepted: return', (facts) => ({ ...facts, former: null })],
  ['accepted: new', (facts) => facts],
];

test('[E13] the first check that applies is the answer: with every cause present, taken away from top to bottom', () => {
  let facts = EVERYTHING;
  const answers: string[] = [];
  for (const [, takenAway] of ORDER) {
    answers.push(codeOf(decide(facts)));
    facts = takenAway(facts);
  }
  expect(answers).toEqual(ORDER.map(([expected]) => expected));
});

describe('what a known device is not asked again', () => {
  const same: Facts['same'] = { deviceId: 'same-device', joins: false };
  const worst: Partial<Facts> = {
    ...domain({ status: 'disabled', pairing: 'wrong', pendingRows: 500 }),
    blocked: true,
    overBudget: true,
    keyOfAnotherBoard: true,
    elsewhere: true,
  };

  test('[E3] same domain, board and key: accepted whatever pairing code, blocks, budget or status say', () => {
    expect(decide({ ...UNLISTED, ...worst, same })).toEqual({
      outcome: 'accepted',
      how: 'again',
      deviceId: 'same-device',
      grant: { credits: 0, reason: 'none-left' },
    });
    expect(decide({ ...PLAIN, ...worst, same })).toMatchObject({ how: 'again' });
  });

  test('[E4] but its factory key it must prove also then', () => {
    expect(codeOf(decide({ ...PLAIN, same, boardSignature: 'missing' }))).toBe('attestation-required');
    expect(codeOf(decide({ ...PLAIN, same, boardSignature: 'invalid' }))).toBe('attestation-failed');
  });

  test.each([
    ['with a factory key: granted', {}, { credits: 100, reason: 'granted' }],
    ['without: held', { hasFactoryKey: false }, { credits: 0, reason: 'held' }],
    ['nothing left', { left: 0 }, { credits: 0, reason: 'none-left' }],
    ['nothing left, without a factory key', { left: 0, hasFactoryKey: false }, { credits: 0, reason: 'none-left' }],
    ['by product key', { fulfilment: 'product-key' }, { credits: 0, reason: 'product-key' }],
  ] as const)('[E5] enrolled before it was listed, it joins its line: %s', (_, change, grant) => {
    const facts = {
      ...PLAIN,
      ...listed(change),
      ...domain({ unprovenGrantsLeft: 0 }),
      same: { deviceId: 'same-device', joins: true },
    };
    expect(decide(facts)).toEqual({ outcome: 'accepted', how: 'join', deviceId: 'same-device', grant });
  });
});

describe('what a board brings', () => {
  test.each([
    [null, 500, { credits: 0, reason: 'not-listed' }],
    [LISTED, 0, { credits: 100, reason: 'granted' }],
    [{ ...LISTED, hasFactoryKey: false }, 1, { credits: 100, reason: 'granted' }],
    [{ ...LISTED, hasFactoryKey: false }, 0, { credits: 0, reason: 'held' }],
    [{ ...LISTED, hasFactoryKey: false, invoiceElsewhere: true }, 500, { credits: 0, reason: 'held' }],
    [{ ...LISTED, invoiceElsewhere: true }, 0, { credits: 100, reason: 'granted' }],
    [{ ...LISTED, hasFactoryKey: false, left: 0 }, 0, { credits: 0, reason: 'none-left' }],
    [{ ...LISTED, left: 0 }, 500, { credits: 0, reason: 'none-left' }],
    [{ ...LISTED, fulfilment: 'product-key' as const }, 500, { credits: 0, reason: 'product-key' }],
  ] as const)('[E5] [E14] %o with %i unproven grants left: %o', (entitlement, unprovenLeft, grant) => {
    expect(grantFor(entitlement, unprovenLeft)).toEqual(grant);
  });

  test.each([
    ['brings credits: enrols', {}, 'accepted: new'],
    ['brings nothing more', { left: 0 }, 'domain-disabled'],
    ['credits come with a product key', { fulfilment: 'product-key' as const }, 'domain-disabled'],
    ['credits are held', { hasFactoryKey: false }, 'domain-disabled'],
  ])('[D5] in a disabled domain a board that %s', (_, change, expected) => {
    expect(codeOf(decide({ ...PLAIN, ...listed(change), ...domain({ status: 'disabled', unprovenGrantsLeft: 0 }) }))).toBe(
      expected,
    );
  });
});

describe('another key', () => {
  const competing = { deviceId: 'competing-device' };

  test('[E7] proved by the factory key it replaces the old one: same device, nothing granted', () => {
    const replaced = {
      outcome: 'accepted',
      how: 'replace',
      deviceId: 'competing-device',
      grant: { credits: 0, reason: 'none-left' },
    };
    expect(decide({ ...PLAIN, ...listed({ left: 0 }), competing })).toEqual(replaced);
    expect(decide({ ...PLAIN, ...listed({ left: 5, fulfilment: 'product-key' }), competing })).toEqual(replaced);
    expect(decide({ ...PLAIN, ...listed({ left: 5 }), competing })).toEqual(replaced);
  });

  test.each([
    ['a listed board without a factory key', { ...PLAIN, ...listed({ hasFactoryKey: false }) }],
    ['an unlisted board', UNLISTED],
    ['an unlisted board where unlisted ones are accepted', { ...UNLISTED, ...domain({ unlisted: 'accept' }) }],
  ])('[E7] %s waits as key-changed beside the running device', (_, facts) => {
    expect(decide({ ...facts, competing })).toEqual({
      outcome: 'pending',
      code: 'key-changed',
      competesWith: 'competing-device',
    });
  });
});

describe('waiting', () => {
  test('[E6] an unlisted board waits; where the domain accepts them it does not', () => {
    expect(decide(UNLISTED)).toEqual({ outcome: 'pending', code: 'awaiting-approval', competesWith: null });
    expect(decide({ ...UNLISTED, ...domain({ unlisted: 'accept' }) })).toMatchObject({
      outcome: 'accepted',
      grant: { credits: 0, reason: 'not-listed' },
    });
  });

  test('[E6] at most 500 wait in a domain; who waits already goes on waiting', () => {
    expect(codeOf(decide({ ...UNLISTED, ...domain({ pendingRows: 499 }) }))).toBe('awaiting-approval');
    expect(codeOf(decide({ ...UNLISTED, ...domain({ pendingRows: 500 }) }))).toBe('busy');
    expect(codeOf(decide({ ...UNLISTED, ...domain({ pendingRows: 500 }), waiting: { deviceId: 'waiting-row' } }))).toBe(
      'awaiting-approval',
    );
    expect(codeOf(decide({ ...UNLISTED, ...domain({ pendingRows: 500 }), competing: { deviceId: 'competing-device' } }))).toBe(
      'busy',
    );
  });

  test('[E6] at most 50 of one network wait in a domain', () => {
    expect(codeOf(decide({ ...UNLISTED, ...domain({ pendingOfNetwork: 49 }) }))).toBe('awaiting-approval');
    expect(codeOf(decide({ ...UNLISTED, ...domain({ pendingOfNetwork: 50 }) }))).toBe('busy');
    const waits = { ...UNLISTED, ...domain({ pendingOfNetwork: 50 }), waiting: { deviceId: 'waiting-row' } };
    expect(codeOf(decide(waits))).toBe('awaiting-approval');
  });

  test('[E6] a key whose check code another key of the domain has is refused', () => {
    expect(codeOf(decide({ ...UNLISTED, checkCodeTaken: true }))).toBe('blocked');
    expect(codeOf(decide({ ...PLAIN, checkCodeTaken: true }))).toBe('blocked');
    expect(decide({ ...PLAIN, checkCodeTaken: true, same: { deviceId: 'same-device', joins: false } }).outcome).toBe('accepted');
  });

  test('[E9] a board that comes back gets its old deviceId, also where it waited meanwhile', () => {
    const facts = { ...PLAIN, former: { deviceId: 'former-device' }, waiting: { deviceId: 'waiting-row' } };
    expect(decide(facts)).toMatchObject({ how: 'return', deviceId: 'former-device' });
    expect(decide({ ...facts, former: null })).toMatchObject({ how: 'new', deviceId: 'waiting-row' });
  });
});
