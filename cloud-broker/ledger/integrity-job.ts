import { errorText } from '../../protocol/error-text.ts';
import type { Logger } from 'pino';
import { LedgerSum } from './ledger-sum.ts';
import type { Store } from '../store/port.ts';
import type { Verdict } from './rules/chain.ts';

/** The whole proof runs at the second look, so that a start is quick, and then once a day. */
const HOURS_A_DAY = 24;
const FIRST_PROOF_HOUR = 1;

interface BooksFigures {
  /** False where the last sum or the last whole proof was wrong, or could not be made. */
  ok: boolean;
  /** When each was made last, in milliseconds since 1970; null: not yet. */
  sumAt: number | null;
  proofAt: number | null;
}

export interface LedgerIntegrityParts {
  store: Pick<Store, 'reader'>;
  /** `ledger verify`, away from the service's own thread. */
  verify(signal: AbortSignal): Promise<Verdict>;
  log: Pick<Logger, 'error'>;
  clock(): number;
  /** What is found out after it is not told any more. */
  stopping: AbortSignal;
}

/** One of the two checks: what it said last. */
class Check {
  ok = true;
  at: number | null = null;
  private readonly parts: LedgerIntegrityParts;
  /** Null where the books are right, else what is wrong. */
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

/** Watches the books while the service runs. Looks by the hour: that all balances sum to zero, each time; at everything (L5), once a day. */
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
