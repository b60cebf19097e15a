import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, type Decision, type Facts } from '../../cloud-broker/enrolment/rules/decide.ts';
import { anyFacts } from '../support/facts.ts';

interface Check {
  applies: (facts: Facts) => boolean;
  answer: (facts: Facts) => Decision;
}

const reject = (code: Extract<Decision, { outcome: 'rejected' }>['code']) => (): Decision => ({ outcome: 'rejected', code });
const needsAttestation = ({ listed }: Facts): boolean => listed?.hasFactoryKey === true;
const unsigned = (facts: Facts): boolean => needsAttestation(facts) && facts.boardSignature === 'missing';
const wronglySigned = (facts: Facts): boolean => needsAttestation(facts) && facts.boardSignature === 'invalid';
const proved = (facts: Facts): boolean => needsAttestation(facts) && facts.boardSignature === 'valid';

/** Rule E5 with E14, in words of its own. */
function brings({ listed, domain }: Facts): {
  credits: number;
  reason: 'granted' | 'held' | 'product-key' | 'not-listed' | 'none-left';
} {
  if (listed === null) return { credits: 0, reason: 'not-listed' };
  const reason =
    listed.fulfilment === 'product-key'
      ? 'product-key'
      : listed.left < 1
        ? 'none-left'
        : listed.hasFactoryKey || (domain.unprovenGrantsLeft > 0 && !listed.invoiceElsewhere)
          ? 'granted'
          : 'held';
  return { credits: reason === 'granted' ? listed.left : 0, reason };
}

function joining(facts: Facts): Decision {
  const { listed, same } = facts;
  const reason =
    listed?.fulfilment === 'product-key' ? 'product-key' : listed?.left === 0 ? 'none-left' : proved(facts) ? 'granted' : 'held';
  return {
    outcome: 'accepted',
    how: 'join',
    deviceId: same?.deviceId ?? '',
    grant: { credits: reason === 'granted' ? (listed?.left ?? 0) : 0, reason },
  };
}

const waitsForAdmin = (facts: Facts): boolean =>
  (facts.competing !== null && !proved(facts)) || (facts.listed === null && facts.domain.unlisted === 'approve');

/** E13 as a list of causes, each with its answer: slow and plain, to be compared with decide.ts. */
const LIST: readonly Check[] = [
  { applies: ({ deviceSignature }) => deviceSignature === 'invalid', answer: reject('proof-invalid') },
  { applies: (facts) => facts.same !== null && unsigned(facts), answer: reject('attestation-required') },
  { applies: (facts) => facts.same !== null && wronglySigned(facts), answer: reject('attestation-failed') },
  { applies: ({ same, listed }) => same?.joins === true && listed !== null, answer: joining },
  {
    applies: ({ same }) => same !== null,
    answer: ({ same }) => ({
      outcome: 'accepted',
      how: 'again',
      deviceId: same?.deviceId ?? '',
      grant: { credits: 0, reason: 'none-left' },
    }),
  },
  { applies: ({ renewOfUnenrolled }) => renewOfUnenrolled, answer: reject('unenrolled') },
  { applies: ({ overBudget }) => overBudget, answer: reject('busy') },
  { applies: ({ keyOfAnotherBoard }) => keyOfAnotherBoard, answer: reject('key-in-use') },
  { applies: ({ blocked, checkCodeTaken }) => blocked || checkCodeTaken, answer: reject('blocked') },
  { applies: ({ domain }) => domain.pairing === 'missing', answer: reject('pairing-code-required') },
  { applies: ({ domain }) => domain.pairing === 'wrong', answer: reject('pairing-code-wrong') },
  { applies: unsigned, answer: reject('attestation-required') },
  { applies: wronglySigned, answer: reject('attestation-failed') },
  { applies: ({ elsewhere }) => elsewhere, answer: reject('enrolled-elsewhere') },
  { applies: (facts) => facts.domain.status === 'disabled' && brings(facts).credits < 1, answer: reject('domain-disabled') },
  {
    applies: (facts) =>
      waitsForAdmin(facts) && facts.waiting === null && (facts.domain.pendingRows >= 500 || facts.domain.pendingOfNetwork >= 50),
    answer: reject('busy'),
  },
  {
    applies: (facts) => facts.competing !== null && waitsForAdmin({ ...facts, domain: { ...facts.domain, unlisted: 'accept' } }),
    answer: ({ competing }) => ({ outcome: 'pending', code: 'key-changed', competesWith: competing?.deviceId ?? '' }),
  },
  { applies: waitsForAdmin, answer: () => ({ outcome: 'pending', code: 'awaiting-approval', competesWith: null }) },
  {
    applies: () => true,
    answer: (facts) => {
      const how = facts.competing !== null ? 'replace' : facts.former !== null ? 'return' : 'new';
      const deviceId = facts.competing?.deviceId ?? facts.former?.deviceId ?? facts.waiting?.deviceId ?? null;
      return {
        outcome: 'accepted',
        how,
        deviceId,
        grant: how === 'replace' ? { credits: 0, reason: 'none-left' } : brings(facts),
      };
    },
  },
];

test('[E13] for any facts the decision is the first of the list that applies', () => {
  const reached = new Set<number>();
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const first = LIST.findIndex(({ applies }) => applies(facts));
      reached.add(first);
      expect(decide(facts)).toEqual(LIST[first]?.answer(facts));
    }),
    { numRuns: 10_000 },
  );
  expect(reached.size).toBe(LIST.length);
});

test('[E13] before the proof, or without the pairing code, the answer tells nothing about the serial', () => {
  const strangers = anyFacts.map((facts): Facts => ({
    ...facts,
    same: null,
    renewOfUnenrolled: false,
    keyOfAnotherBoard: false,
    blocked: false,
    checkCodeTaken: false,
    overBudget: false,
  }));
  fc.assert(
    fc.property(strangers, fc.constantFrom<'missing' | 'wrong'>('missing', 'wrong'), (facts, pairing) => {
      expect(decide({ ...facts, deviceSignature: 'invalid' })).toEqual({ outcome: 'rejected', code: 'proof-invalid' });
      const code = pairing === 'missing' ? 'pairing-code-required' : 'pairing-code-wrong';
      expect(decide({ ...facts, deviceSignature: 'valid', domain: { ...facts.domain, pairing } })).toEqual({
        outcome: 'rejected',
        code,
      });
    }),
  );
});

test('[E5] whatever the facts, nothing is granted beyond what is left, nor to a board that did not prove its factory key', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const decision = decide(facts);
      if (decision.outcome !== 'accepted' || decision.grant.credits === 0) return;
      expect(decision.grant).toEqual({ credits: facts.listed?.left, reason: 'granted' });
      if (facts.listed?.hasFactoryKey === true) expect(facts.boardSignature).toBe('valid');
      expect(facts.listed?.fulfilment).toBe('on-enrolment');
      expect(facts.elsewhere && facts.same === null).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
