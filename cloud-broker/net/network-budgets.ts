import { networksOf } from './address.ts';
import { TokenBuckets, type Rate } from './token-bucket.ts';

/** How much more a wider network may spend than a narrower one: many people share it, and one of them may hold all of it. */
const WIDER = 2;

/**
 * One budget a network (E10): each address spends of its IPv4 /32, or of its IPv6 /64, /56 and /48, and is refused where any of
 * them is spent. Of each size at most `most` networks are remembered; times are milliseconds.
 */
export class NetworkBudgets {
  private readonly levels: TokenBuckets[];

  constructor(rate: Rate, most: number) {
    this.levels = [0, 1, 2].map((level) => {
      const factor = WIDER ** level;
      return new TokenBuckets({ burst: rate.burst * factor, perSecond: rate.perSecond * factor }, most);
    });
  }

  /** Spends one of `address`, of what it does about `subject` where each subject has a budget of its own; false where none is left. */
  spend(address: string, now: number, subject = ''): boolean {
    const budgets = this.of(address, subject);
    if (budgets.some(({ buckets, name }) => buckets.isSpent(name, now))) return false;
    for (const { buckets, name } of budgets) buckets.spend(name, now);
    return true;
  }

  /** Takes one spending back, where it turned out that it should not have cost this address anything. */
  giveBack(address: string, subject = ''): void {
    for (const { buckets, name } of this.of(address, subject)) buckets.giveBack(name);
  }

  /** Whether nothing is left, without spending it. */
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
