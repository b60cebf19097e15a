import { NetworkBudgets } from '../net/network-budgets.ts';
import type { Rate } from '../net/token-bucket.ts';

/** Waiting rows that an address may cause free of charge: a classroom's worth, and one more every ten minutes. */
const WAITING_ROWS: Rate = { burst: 5, perSecond: 1 / 600 };
const MAX_NETWORKS = 10_000;

/**
 * What the enrolment service charges to addresses (E10): failures, and waiting rows beyond a few (E6). An address over budget waits behind the
 * others.
 */
export class AddressBudgets {
  private readonly failures: NetworkBudgets;
  private readonly waitingRows = new NetworkBudgets(WAITING_ROWS, MAX_NETWORKS);

  constructor(failures: Rate) {
    this.failures = new NetworkBudgets(failures, MAX_NETWORKS);
  }

  failed(address: string, now: number): void {
    this.failures.spend(address, now);
  }

  /** A board at this address has started to wait for an admin. */
  waits(address: string, now: number): void {
    if (!this.waitingRows.spend(address, now)) this.failed(address, now);
  }

  isSpent(address: string, now: number): boolean {
    return this.failures.isSpent(address, now);
  }
}
