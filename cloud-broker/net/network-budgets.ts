import { networksOf } from './address.ts';
import { TokenBuckets, type Rate } from './token-bucket.ts';

/** How much more a wider network may spend than a narrower one: many people share it, and one of them may have all of it. */
const WIDER = 2;

/**
 * One budget per network (E10): each address spends from its IPv4 /32, or from its IPv6 /64, /56 and /48, and is refused if any of them is spent. At
 * most `most` networks of each size are remembered; times are in milliseconds.
 */
export class NetworkBudgets {
  private readonly levels: TokenBuckets[];

  constructor(rate: Rate, most: number) {
    this.levels = [0, 1, 2].map((level) => {
      const factor = WIDER ** level;
      return new TokenBuckets({ burst: rate.burst * factor, perSecond: rate.perSecond * factor }, most);
    });
  }

  /** Spends one from the budget of `address`, or from its budget for `subject` if each subject has its own; false if none is left. */
  spend(address: string, now: number, subject = ''): boolean {
    const budgets = this.of(address, subject);
    if (budgets.some(({ buckets, name }) => buckets.isSpent(name, now))) return false;
    for (const { buckets, name } of budgets) buckets.spend(name, now);
    return true;
  }

  /** Returns one token, if it turns out that the address should not have been charged. */
  giveBack(address: string, subject = ''): void {
    for (const { buckets, name } of this.of(address, subject)) buckets.giveBack(name);
  }

  /** Whether nothing is left; spends nothing. */
  isSpent(address: string, now: number, subject = ''): boolean {
    return this.of(address, subject).some(({ buckets, name }) => buckets.isSpent(name, now));
  }

  private of(address: string, subject: string): { buckets: TokenBuckets; name: string }[] {
    const networks = networksOf(address);
    return this.levels.flatMap((buckets, level) => {
      const network = networks[level];
      return network === undefined ? [] : [{ buckets, name: `${network} ${subject}` }];
    });
  }
}
