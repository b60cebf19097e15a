import { errorText } from '../../protocol/error-text.ts';
import type { Logger } from 'pino';
import { LedgerSum } from './ledger-sum.ts';
import type { Store } from '../store/port.ts';
import type { Verdict } from './rules/chain.ts';

/** The full verification runs at the second check, so that startup is fast, and then once a day. */
const HOURS_A_DAY = 24;
const FIRST_PROOF_HOUR = 1;

interface BooksFigures {
  /** False if the last sum or full verification was wrong, or could not be made. */
  ok: boolean;
  /** When each was last made, in milliseconds since 1970; null: not yet. */
  sumAt: number | null;
  proofAt: number | null;
}

export interface LedgerIntegrityParts {
  store: Pick<Store, 'reader'>;
  /** `ledger verify`, outside the service's own thread. */
  verify(signal: AbortSignal): Promise<Verdict>;
  log: Pick<Logger, 'error'>;
  clock(): number;
  /** Results after this are no longer reported. */
  stopping: AbortSignal;
}

/** One of the two checks, with its last result. */
class Check {
  ok = true;
  at: number | null = null;
  private readonly parts: LedgerIntegrityParts;
  /** Null if the books are right, otherwise what is wrong. */
  private readonly look: () => Promise<object | null>;

  constructor(parts: LedgerIntegrityParts, look: () => Promise<object | null>) {
    this.parts = parts;
    this.look = look;
  }

  async run(): Promise<void> {
    const { log, clock, stopping } = this.parts;
    const wrong = await this.look().catch((error: unknown) => ({
      error: errorText(error),
    }));
    if (stopping.aborted) return;
    this.ok = wrong === null;
    this.at = clock();
    if (wrong !== null) log.error(wrong, 'the books are not right, or could not be proved: run `rollcall ledger verify`');
  }
}

/** Monitors the books while the service runs. Every hour it checks that all balances sum to zero; once a day it verifies everything (L5). */
export class LedgerIntegrity {
  private readonly sum: Check;
  private readonly proof: Check;
  private hour = 0;

  constructor(parts: LedgerIntegrityParts) {
    const ledgerSum = new LedgerSum();
    this.sum = new Check(parts, async () => {
      const total = await ledgerSum.check(parts.store.reader);
      return total === 0 ? null : { sum: total };
    });
    this.proof = new Check(parts, async () => {
      const { ok, firstDifference, damagedHeads } = await parts.verify(parts.stopping);
      return ok ? null : { firstDifference, damagedHeads };
    });
  }

  async look(): Promise<void> {
    await this.sum.run();
    if (this.hour % HOURS_A_DAY === FIRST_PROOF_HOUR) await this.proof.run();
    this.hour += 1;
  }

  figures(): BooksFigures {
    return { ok: this.sum.ok && this.proof.ok, sumAt: this.sum.at, proofAt: this.proof.at };
  }
}
