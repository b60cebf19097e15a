import { isIPv6 } from 'node:net';
import { Buckets } from '../enrollment/budgets.ts';

/** The first four groups of an IPv6 address: one customer holds a whole /64, so limits count that. IPv4 stays as it is. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return address;
  const [head = '', tail] = bare.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/**
 * D6: tries to sign in, counted by address and by (user, address), never by the user alone, so that nobody can lock an
 * admin out. Every try counts, right or wrong: what runs at the same time is counted before it is known to have failed.
 */
export class SignInLimits {
  private readonly addresses = new Buckets({ burst: 60, perSecond: 0.5 }, 10_000);
  private readonly pairs = new Buckets({ burst: 10, perSecond: 1 / 30 }, 10_000);

  /** False: this try is one too many. `now` in milliseconds. */
  allows(user: string, address: string, now: number): boolean {
    const network = networkOf(address);
    return this.addresses.spend(network, now) && this.pairs.spend(`${network} ${user.trim().toLowerCase()}`, now);
  }
}
