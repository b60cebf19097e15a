/** Watches the books while the service runs: that all balances sum to zero, every hour; everything (L5), once a day. */
import type { Logger } from 'pino';
import type { Verdict } from './ledger/verify.ts';
import { LedgerSum } from './store/ledger-sum.ts';
import type { Store } from './store/store.ts';

const HOUR_MS = 3_600_000;
/** The whole proof runs in the second hour of the service, so that a start is quick, and then once a day. */
const HOURS_A_DAY = 24;
const FIRST_PROOF_HOUR = 1;

interface BooksFigures {
  /** False where the last sum or the last whole proof was wrong, or could not be made. */
  ok: boolean;
  /** When each was made last, in milliseconds since 1970; null: not yet. */
  sumAt: number | null;
  proofAt: number | null;
}

export interface BooksWatch {
  figures(): BooksFigures;
  stop(): Promise<void>;
}

export interface BooksWatchParts {
  store: Pick<Store, 'reader'>;
  /** `ledger verify`, away from the service's own thread. */
  verify(signal: AbortSignal): Promise<Verdict>;
  log: Pick<Logger, 'error'>;
  clock(): number;
}

/** One of the two checks: what it said last. */
class Check {
  ok = true;
  at: number | null = null;
  private readonly parts: BooksWatchParts;
  /** Null where the books are right, else what is wrong. */
  private readonly look: () => Promise<object | null>;

  constructor(parts: BooksWatchParts, look: () => Promise<object | null>) {
    this.parts = parts;
    this.look = look;
  }

  async run(isStopping: () => boolean): Promise<void> {
    const { log, clock } = this.parts;
    const wrong = await this.look().catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
    }));
    if (isStopping()) return;
    this.ok = wrong === null;
    this.at = clock();
    if (wrong !== null) log.error(wrong, 'the books are not right, or could not be proved: run `rollcall ledger verify`');
  }
}

/** The sum is taken at once, then hourly. */
export function startBooksWatch(parts: BooksWatchParts): BooksWatch {
  const ledgerSum = new LedgerSum();
  const sum = new Check(parts, async () => {
    const total = await ledgerSum.check(parts.store.reader);
    return total === 0 ? null : { sum: total };
  });
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const proof = new Check(parts, async () => {
    const { ok, firstDifference, damagedHeads } = await parts.verify(stopping.signal);
    return ok ? null : { firstDifference, damagedHeads };
  });
  let hour = 0;
  const look = async (): Promise<void> => {
    await sum.run(isStopping);
    if (hour % HOURS_A_DAY === FIRST_PROOF_HOUR) await proof.run(isStopping);
    hour += 1;
  };
  let running = look();
  const timer = setInterval(() => {
    // One after the other, however long the proof takes.
    running = running.then(look);
  }, HOUR_MS);
  return {
    figures: () => ({ ok: sum.ok && proof.ok, sumAt: sum.at, proofAt: proof.at }),
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
