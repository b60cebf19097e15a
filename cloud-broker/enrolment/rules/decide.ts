/**
 * One enrolment is one decision (E2). `decide` is the list of rule E13 from top to bottom: the first check that applies is the answer. It uses no
 * clock, randomness or database: facts in, decision out.
 */
import type { CreditReason } from '../../../protocol/messages.ts';
import type { DomainStatus } from '../../../protocol/api.ts';
import type { PendingCode, RejectedCode } from '../../../protocol/errors.ts';
import type { Identity } from '../../devices/rules/identity.ts';

/** A listed board's entitlement, as far as grants depend on it (E5, E14). */
export interface Entitlement {
  boardId: number;
  hasFactoryKey: boolean;
  fulfilment: 'on-enrolment' | 'product-key';
  /** Credits not granted yet. */
  left: number;
  /** Boards of the same invoice appeared in another domain (E14). */
  invoiceElsewhere: boolean;
}

export interface Facts {
  deviceSignature: 'valid' | 'invalid';
  boardSignature: 'missing' | 'valid' | 'invalid';
  identity: Identity;
  /** The register line; null for `serial` and `key` identities. */
  listed: Entitlement | null;
  domain: {
    status: DomainStatus;
    unlisted: 'approve' | 'accept';
    pairing: 'not-asked' | 'right' | 'missing' | 'wrong';
    /** Unproven grants left for the domain today, under its own limit and that of the whole service (E14). */
    unprovenGrantsLeft: number;
    pendingRows: number;
    /** How many of them came from the board's own network (E6). */
    pendingOfNetwork: number;
  };
  /** The enrolled device of the same domain, board and device key (an approval enrols); `joins` if it was enrolled before its board was listed. */
  same: { deviceId: string; joins: boolean } | null;
  /** Set when no person started this enrolment and the key's device in this domain is unenrolled (E9). */
  renewOfUnenrolled: boolean;
  /** The domain's budget for this class of board is spent (E10). */
  overBudget: boolean;
  /** The key was first proved for a board with another serial number (E1). */
  keyOfAnotherBoard: boolean;
  blocked: boolean;
  /** Another waiting or enrolled key in this domain has the same check code: nobody could tell them apart by eye (E6). */
  checkCodeTaken: boolean;
  /** The listed board is enrolled in another domain (E8). */
  elsewhere: boolean;
  /** Same domain and board, enrolled with another key (E7). */
  competing: { deviceId: string } | null;
  /** Same domain and board, unenrolled: it gets its old deviceId back (E9). */
  former: { deviceId: string } | null;
  /** The waiting row of this domain, board and key. */
  waiting: { deviceId: string } | null;
}

export interface Grant {
  credits: number;
  reason: CreditReason;
}

export type Decision =
  | { outcome: 'rejected'; code: RejectedCode }
  | { outcome: 'pending'; code: PendingCode; competesWith: string | null }
  /** `again`: a replay (E3), or the first certificate after an approval. A null deviceId means a new device. */
  | { outcome: 'accepted'; how: 'again' | 'join' | 'replace' | 'return' | 'new'; deviceId: string | null; grant: Grant };

/** At most 500 waiting rows per domain, and 50 per network in it (E6). */
export const MAX_PENDING_ROWS = 500;
export const MAX_PENDING_OF_NETWORK = 50;

/** E5, E14: credits that a board brings if it enrols now. */
export function grantFor(listed: Entitlement | null, unprovenGrantsLeft: number): Grant {
  if (listed === null) return { credits: 0, reason: 'not-listed' };
  if (listed.fulfilment === 'product-key') return { credits: 0, reason: 'product-key' };
  if (listed.left === 0) return { credits: 0, reason: 'none-left' };
  if (!listed.hasFactoryKey && (listed.invoiceElsewhere || unprovenGrantsLeft <= 0)) return { credits: 0, reason: 'held' };
  return { credits: listed.left, reason: 'granted' };
}

/** E5: a device that joins its register line late gets the grant only with a factory key; otherwise the operator releases it. */
function grantOnJoining(listed: Entitlement): Grant {
  const grant = grantFor(listed, 1);
  return grant.reason === 'granted' && !listed.hasFactoryKey ? { credits: 0, reason: 'held' } : grant;
}

/** For a device that repeats its enrolment (E3) or gets a new key (E7): it brought its credits when it first enrolled. */
const NO_GRANT: Grant = { credits: 0, reason: 'none-left' };

const rejected = (code: RejectedCode): Decision => ({ outcome: 'rejected', code });

/** E4: a listed board with a factory key must sign with it. */
function attestation(facts: Facts): Decision | null {
  if (facts.listed === null || !facts.listed.hasFactoryKey || facts.boardSignature === 'valid') return null;
  return rejected(facts.boardSignature === 'missing' ? 'attestation-required' : 'attestation-failed');
}

function repeated(facts: Facts, same: { deviceId: string; joins: boolean }): Decision {
  const refusal = attestation(facts);
  if (refusal !== null) return refusal;
  if (same.joins && facts.listed !== null) {
    return { outcome: 'accepted', how: 'join', deviceId: same.deviceId, grant: grantOnJoining(facts.listed) };
  }
  return { outcome: 'accepted', how: 'again', deviceId: same.deviceId, grant: NO_GRANT };
}

/** The answer to a `proof`, from facts read in the transaction that will store the decision (E13). */
export function decide(facts: Facts): Decision {
  const { domain, listed } = facts;
  if (facts.deviceSignature !== 'valid') return rejected('proof-invalid');
  if (facts.same !== null) return repeated(facts, facts.same);
  if (facts.renewOfUnenrolled) return rejected('unenrolled');
  if (facts.overBudget) return rejected('busy');
  if (facts.keyOfAnotherBoard) return rejected('key-in-use');
  if (facts.blocked || facts.checkCodeTaken) return rejected('blocked');
  if (domain.pairing === 'missing') return rejected('pairing-code-required');
  if (domain.pairing === 'wrong') return rejected('pairing-code-wrong');
  const refusal = attestation(facts);
  if (refusal !== null) return refusal;
  if (facts.elsewhere) return rejected('enrolled-elsewhere');
  const grant = grantFor(listed, domain.unprovenGrantsLeft);
  if (domain.status === 'disabled' && grant.credits === 0) return rejected('domain-disabled');
  if (facts.competing !== null && !listed?.hasFactoryKey) return waiting(facts, 'key-changed', facts.competing.deviceId);
  if (listed === null && domain.unlisted === 'approve') return waiting(facts, 'awaiting-approval', null);
  if (facts.competing !== null)
    return { outcome: 'accepted', how: 'replace', deviceId: facts.competing.deviceId, grant: NO_GRANT };
  if (facts.former !== null) return { outcome: 'accepted', how: 'return', deviceId: facts.former.deviceId, grant };
  return { outcome: 'accepted', how: 'new', deviceId: facts.waiting?.deviceId ?? null, grant };
}

function waiting(facts: Facts, code: PendingCode, competesWith: string | null): Decision {
  const { pendingRows, pendingOfNetwork } = facts.domain;
  const isFull = pendingRows >= MAX_PENDING_ROWS || pendingOfNetwork >= MAX_PENDING_OF_NETWORK;
  if (facts.waiting === null && isFull) return rejected('busy');
  return { outcome: 'pending', code, competesWith };
}
