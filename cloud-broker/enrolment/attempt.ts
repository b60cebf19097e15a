import type { BoardClaim, CreditReason } from '../../protocol/messages.ts';
import type { PendingCode, RejectedCode } from '../../protocol/errors.ts';
import type { Facts } from './rules/decide.ts';

/** One proved try to enrol, as the desk hands it to the store. Nothing secret is in it: the pairing code only as a keyed hash. */
export interface EnrolmentAttempt {
  /** Milliseconds since 1970, the service's clock. */
  now: number;
  domain: string;
  board: BoardClaim;
  key: { fingerprint: string; pem: string };
  /** The deviceId of an attempt that no person started. */
  renew: string | null;
  deviceSignature: Facts['deviceSignature'];
  boardSignature: Facts['boardSignature'];
  /** PEM of the factory key that boardSignature was checked with; null where the board had none when it was looked up. */
  checkedFactoryKey: string | null;
  pairingHash: string | null;
  overBudget: boolean;
  /** The service does not know for sure what time it is: only what changes nothing that is dated may be accepted. */
  clockInDoubt?: boolean;
  address: string;
  correlationId: string;
  /** The id that a new device would get. */
  proposedId: string;
  /** Signed ahead of the transaction, for the device that the preview named. */
  certificate: { deviceId: string; fingerprint: string; serialNumber: string } | null;
}

export type EnrolmentOutcome =
  | { outcome: 'rejected'; code: RejectedCode }
  | { outcome: 'pending'; code: PendingCode; deviceId: string; isNew: boolean }
  | {
      outcome: 'accepted';
      deviceId: string;
      replay: boolean;
      credits: { granted: number; reason: CreditReason };
      epochFrom: number;
      organization: string;
    }
  /** Nothing was stored: sign for this device and try again. */
  | { outcome: 'certificate-needed'; deviceId: string }
  /** Nothing was stored: the register changed meanwhile; check the board's signature again. */
  | { outcome: 'facts-changed' };

/** Which of a domain's budgets an attempt spends (E10). */
export type BudgetClass = 'known-key' | 'listed' | 'rest';

/** What the desk may know before the transaction. */
export interface Preview {
  budgetClass: BudgetClass;
  /** The device that would be accepted, where the facts of this moment say so. */
  certificateFor: string | null;
  /** E10: it would be answered `busy`, so the store need not be asked; also where the budget of its class is spent. */
  busy: boolean;
  busyOverBudget: boolean;
}

/** A try that was refused before anything was decided (E11). */
export interface Refusal {
  now: number;
  domain: string;
  serial: string;
  model: string;
  code: RejectedCode;
  address: string;
  correlationId: string;
}

/** What the desk needs of the store. */
export interface EnrolmentStore {
  /**
   * Why a domain takes no enrolment, for the log alone (E13: the board hears `domain-unknown`); null where it does.
   * Synchronous and short.
   */
  whyUnknown(name: string, now: number): Promise<'absent' | 'unconfirmed' | 'closed' | null>;
  factoryKeyOf(serial: string): Promise<string | null>;
  preview(attempt: EnrolmentAttempt): Promise<Preview>;
  /** One durable transaction (E2). */
  enrol(attempt: EnrolmentAttempt): Promise<EnrolmentOutcome>;
  /** Puts it into the domain's enrolment log; a domain that is not there has none. */
  noteRefusal(refusal: Refusal): Promise<void>;
}
