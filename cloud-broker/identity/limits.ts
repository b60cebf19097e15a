import { RollcallError } from '../../protocol/errors.ts';
import { NetworkBudgets } from '../net/network-budgets.ts';
import { TokenBuckets } from '../net/token-bucket.ts';

/** Maximum number of networks, users or recipients that a limit remembers. */
const MOST = 10_000;

/** Mails per recipient: four at once, then four an hour. */
const TO_ONE = { burst: 4, perSecond: 4 / 3600 } as const;

/**
 * D6: what is tried without being signed in, counted by address and by (user, address) or (link, address), never by the user
 * alone, so that nobody can lock an admin out. Every try counts, right or wrong: what runs at the same time is counted before it
 * is known to have failed. Each but one refuses with `busy` what is one too many; `now` in milliseconds.
 */
export class AccessLimits {
  private readonly signIns = new NetworkBudgets({ burst: 60, perSecond: 0.5 }, MOST);
  private readonly pairs = new NetworkBudgets({ burst: 10, perSecond: 1 / 30 }, MOST);
  private readonly nameChecks = new NetworkBudgets({ burst: 60, perSecond: 2 }, MOST);
  private readonly signUps = new NetworkBudgets({ burst: 20, perSecond: 1 / 60 }, MOST);
  private readonly links = new NetworkBudgets({ burst: 60, perSecond: 0.5 }, MOST);
  private readonly mailAsks = new NetworkBudgets({ burst: 20, perSecond: 1 / 30 }, MOST);
  private readonly recipients = new TokenBuckets(TO_ONE, MOST);
  private readonly askers = new TokenBuckets({ burst: 100, perSecond: 100 / 86_400 }, MOST);
  private readonly asked = new TokenBuckets(TO_ONE, MOST);

  signIn(user: string, address: string, now: number): void {
    demand(this.signIns.spend(address, now), 30);
    this.pair(user, address, now);
  }

  /** Passwords or codes typed for one user or link: ten at once, then one every 30 s. */
  pair(about: string, address: string, now: number, retryAfterS = 30): void {
    demand(this.pairs.spend(address, now, about.trim().toLowerCase()), retryAfterS);
  }

  nameCheck(address: string, now: number): void {
    demand(this.nameChecks.spend(address, now), 60);
  }

  signUp(address: string, now: number): void {
    demand(this.signUps.spend(address, now), 60);
  }

  link(address: string, now: number): void {
    demand(this.links.spend(address, now), 60);
  }

  mailAsk(address: string, now: number): void {
    demand(this.mailAsks.spend(address, now), 60);
  }

  /**
   * Mails that strangers can cause: four at once to one recipient, then four an hour. What is not sent voids no older link. `about`:
   * what the mail is for. Each purpose has its own count, so that sign-ups with somebody's e-mail do not hold back a reset of theirs,
   * nor a reset in one domain that in another. False where it is one too many.
   */
  unaskedMail(about: 'sign-up' | `reset${string}`, recipient: string, now: number): boolean {
    return this.recipients.spend(`${about} ${recipient.trim().toLowerCase()}`, now);
  }

  /**
   * Mails requested by a signed-in admin, such as invitations: `asker`, the domain or portal user, may send a hundred a day, at once or spread, and
   * four at once to one recipient. This budget and those of others never affect each other.
   */
  askedMail(asker: string, recipient: string, now: number): void {
    demand(this.asked.spend(`${asker} ${recipient.trim().toLowerCase()}`, now) && this.askers.spend(asker, now), 900);
  }
}

function demand(isIn: boolean, retryAfterS: number): void {
  if (!isIn) throw new RollcallError('busy', { retryAfterS });
}
