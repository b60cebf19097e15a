import type { RejectedCode } from '../../protocol/errors.ts';
import type { Rate } from '../net/token-bucket.ts';
import type { EnrolmentOutcome } from './attempt.ts';

/** Limits of the enrolment service (E10). */
export interface EnrolmentLimits {
  /** Without the sessions held for a decision. */
  openSessions: number;
  /** Sessions held open for an admin's decision, and for how long: the `waitS` of the answer, 0 to 600. */
  held: number;
  holdS: number;
  atOnce: number;
  waiting: number;
  /** Failures allowed to an address before it waits behind the others. */
  addressFailures: Rate;
  /** Requests per domain after the proof, separately for each class of board (E10). */
  domain: { knownKey: Rate; listed: Rate; rest: Rate };
}

export const defaultEnrolmentLimits: EnrolmentLimits = {
  openSessions: 5000,
  held: 1000,
  holdS: 120,
  atOnce: 64,
  waiting: 5000,
  addressFailures: { burst: 30, perSecond: 0.2 },
  domain: {
    knownKey: { burst: 5000, perSecond: 100 },
    listed: { burst: 5000, perSecond: 100 },
    rest: { burst: 600, perSecond: 5 },
  },
};

/** D7: wrong pairing codes are charged to the address, never to the domain. */
export function costsAddressOnly(outcome: EnrolmentOutcome): boolean {
  return outcome.outcome === 'rejected' && (outcome.code === 'pairing-code-wrong' || outcome.code === 'pairing-code-required');
}

/** Not charged to an address: what the service or the domain could not do, and a code that was not typed yet (D7). */
export const NO_FAILURE: ReadonlySet<RejectedCode> = new Set([
  'busy',
  'internal',
  'domain-disabled',
  'pairing-code-required',
] as const);
