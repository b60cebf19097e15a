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

/** Networks, users or recipients that a limit remembers at most. */
const MOST = 10_000;

/**
 * D6: what is tried without being signed in, counted by address and by (user, address) or (link, address), never by the user
 * alone, so that nobody can lock an admin out. Every try counts, right or wrong: what runs at the same time is counted before it
 * is known to have failed. Each answers false where a try is one too many; `now` in milliseconds.
 */
export class AccessLimits {
  private readonly signIns = new Buckets({ burst: 60, perSecond: 0.5 }, MOST);
  private readonly pairs = new Buckets({ burst: 10, perSecond: 1 / 30 }, MOST);
  private readonly nameChecks = new Buckets({ burst: 60, perSecond: 2 }, MOST);
  private readonly signUps = new Buckets({ burst: 20, perSecond: 1 / 60 }, MOST);
  private readonly links = new Buckets({ burst: 60, perSecond: 0.5 }, MOST);
  private readonly mailAsks = new Buckets({ burst: 20, perSecond: 1 / 30 }, MOST);
  private readonly recipients = new Buckets({ burst: 4, perSecond: 4 / 3600 }, MOST);

  signIn(user: string, address: string, now: number): boolean {
    return this.signIns.spend(networkOf(address), now) && this.pair(user, address, now);
  }

  /** A password or a code typed for one user or one link: ten at once, then one in 30 s. */
  pair(about: string, address: string, now: number): boolean {
    return this.pairs.spend(`${networkOf(address)} ${about.trim().toLowerCase()}`, now);
  }

  nameCheck(address: string, now: number): boolean {
    return this.nameChecks.spend(networkOf(address), now);
  }

  signUp(address: string, now: number): boolean {
    return this.signUps.spend(networkOf(address), now);
  }

  link(address: string, now: number): boolean {
    return this.links.spend(networkOf(address), now);
  }

  mailAsk(address: string, now: number): boolean {
    return this.mailAsks.spend(networkOf(address), now);
  }

  /** Mails that strangers can cause: four at once to one recipient, then four an hour. What is not sent voids no older link. */
  mailTo(recipient: string, now: number): boolean {
    return this.recipients.spend(recipient.trim().toLowerCase(), now);
  }
}
