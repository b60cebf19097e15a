import type { BoardClaim, CreditReason } from '../../protocol/messages.ts';
import type { PendingCode, RejectedCode } from '../../protocol/errors.ts';
import type { Facts } from './rules/decide.ts';

/** One proved enrolment attempt, as the enrolment service passes it to the store. It contains no secrets: the pairing code is a keyed hash. */
export interface EnrolmentAttempt {
  /** Milliseconds since 1970, by the service's clock. */
  now: number;
  domain: string;
  board: BoardClaim;
  key: { fingerprint: string; pem: string };
  /** The deviceId, if no person started the attempt. */
  renew: string | null;
  deviceSignature: Facts['deviceSignature'];
  /** The factory key's signature, if the board sent one. It is verified in the transaction, with the key that the register has then (E4). */
  boardSignature: string | null;
  /** The nonce that both signatures cover. */
  nonce: string;
  pairingHash: string | null;
  overBudget: boolean;
  /** The service's clock is in doubt: only what changes nothing dated may be accepted. */
  clockInDoubt?: boolean;
  address: string;
  correlationId: string;
  /** The id for a new device. */
  proposedId: string;
}

export type EnrolmentOutcome =
  | { outcome: 'rejected'; code: RejectedCode }
  | { outcome: 'pending'; code: PendingCode; deviceId: string; isNew: boolean }
  | {
      outcome: 'accepted';
      deviceId: string;
      /** PEM. */
      certificate: string;
      replay: boolean;
      credits: { granted: number; reason: CreditReason };
      epochFrom: number;
      organization: string;
    };

/** The domain budget that an attempt is charged to (E10). */
export type BudgetClass = 'known-key' | 'listed' | 'rest';

/** What one statement tells before the transaction. */
export interface FirstLook {
  budgetClass: BudgetClass;
  /** It might have to wait for an admin, and be refused as `busy` where too many wait (E6). Most boards cannot. */
  mayWait: boolean;
}

/** An attempt refused before any decision (E11). */
export interface Refusal {
  now: number;
  domain: string;
  serial: string;
  model: string;
  code: RejectedCode;
  address: string;
  correlationId: string;
}

/** What enrolment needs of the store. */
export interface EnrolmentStore {
  /**
   * Why a domain takes no enrolment, for the log alone (E13: the board hears `domain-unknown`); null where it does.
   */
  whyUnknown(name: string, now: number): Promise<'absent' | 'unconfirmed' | 'closed' | null>;
  look(attempt: EnrolmentAttempt): Promise<FirstLook>;
  /** E10: whether it would be answered `busy` now; then the writer is not asked. */
  isBusy(attempt: EnrolmentAttempt): Promise<boolean>;
  /** One durable transaction (E2). */
  enrol(attempt: EnrolmentAttempt): Promise<EnrolmentOutcome>;
  /** Adds it to the domain's enrolment log; an unknown domain has none. */
  noteRefusal(refusal: Refusal): Promise<void>;
}
