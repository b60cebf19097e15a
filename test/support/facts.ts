import fc from 'fast-check';
import type { Entitlement, Facts } from '../../cloud-broker/enrolment/rules/decide.ts';

/** A listed board with a factory key and 100 credits left, proved, asking for the first time: accepted as new. */
export const LISTED: Entitlement = {
  boardId: 1,
  hasFactoryKey: true,
  fulfilment: 'on-enrolment',
  left: 100,
  invoiceElsewhere: false,
};

export const PLAIN: Facts = {
  deviceSignature: 'valid',
  boardSignature: 'valid',
  identity: 'listed',
  listed: LISTED,
  domain: {
    status: 'active',
    unlisted: 'approve',
    pairing: 'not-asked',
    unprovenGrantsLeft: 500,
    pendingRows: 0,
    pendingOfNetwork: 0,
  },
  same: null,
  renewOfUnenrolled: false,
  overBudget: false,
  keyOfAnotherBoard: false,
  blocked: false,
  checkCodeTaken: false,
  elsewhere: false,
  competing: null,
  former: null,
  waiting: null,
};

/** Facts of a board that is not listed. */
export const UNLISTED: Facts = { ...PLAIN, identity: 'serial', listed: null, boardSignature: 'missing' };

const idOr = (id: string): fc.Arbitrary<{ deviceId: string } | null> => fc.constantFrom({ deviceId: id }, null);

const entitlement: fc.Arbitrary<Entitlement> = fc.record({
  boardId: fc.constant(1),
  hasFactoryKey: fc.boolean(),
  fulfilment: fc.constantFrom('on-enrolment', 'product-key'),
  left: fc.constantFrom(0, 1, 1095),
  invoiceElsewhere: fc.boolean(),
});

/** Any facts at all, rare causes as often as common ones. */
export const anyFacts: fc.Arbitrary<Facts> = fc
  .record({
    deviceSignature: fc.constantFrom<Facts['deviceSignature'][]>('valid', 'valid', 'valid', 'invalid'),
    boardSignature: fc.constantFrom<Facts['boardSignature'][]>('missing', 'valid', 'invalid'),
    identity: fc.constantFrom<Facts['identity'][]>('listed', 'listed', 'serial', 'key'),
    listed: entitlement,
    domain: fc.record({
      status: fc.constantFrom<Facts['domain']['status'][]>('trial', 'active', 'disabled'),
      unlisted: fc.constantFrom<Facts['domain']['unlisted'][]>('approve', 'accept'),
      pairing: fc.constantFrom<Facts['domain']['pairing'][]>('not-asked', 'right', 'missing', 'wrong'),
      unprovenGrantsLeft: fc.constantFrom(-1, 0, 1, 500),
      pendingRows: fc.constantFrom(0, 499, 500, 501),
      pendingOfNetwork: fc.constantFrom(0, 49, 50, 51),
    }),
    same: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.record({ deviceId: fc.constant('same-device'), joins: fc.boolean() }) },
    ),
    renewOfUnenrolled: rarely(),
    overBudget: rarely(),
    keyOfAnotherBoard: rarely(),
    blocked: rarely(),
    checkCodeTaken: rarely(),
    elsewhere: rarely(),
    competing: idOr('competing-device'),
    former: idOr('former-device'),
    waiting: idOr('waiting-row'),
  })
  .map((facts) => (facts.identity === 'listed' ? facts : { ...facts, listed: null }));

function rarely(): fc.Arbitrary<boolean> {
  return fc.nat({ max: 5 }).map((n) => n === 0);
}
