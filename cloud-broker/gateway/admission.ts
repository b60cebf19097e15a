import { NetworkBudgets } from '../net/network-budgets.ts';
import { NetworkTree } from '../net/network-tree.ts';
import { EntryRate } from './entry-rate.ts';
import type { GatewayLimits } from './limits.ts';

const MAX_NETWORKS = 10_000;

/** A connection before its CONNACK. */
export interface Visitor {
  readonly address: string;
  /** It may start its TLS handshake now. Called at most once. Neither this nor `turnAway` may call `leave` before it returns. */
  enter(): void;
  /** No room: it will not get a turn. */
  turnAway(): void;
}

/**
 * Decides who may start a TLS handshake now (E10). Only so many strangers at a time; the others wait in order. Addresses that have spent their
 * failures wait behind all others and get a smaller share. Pure: time is passed in, and the only side effects are calls of the visitors' own methods.
 */
export class Admission {
  private readonly limits: GatewayLimits;
  private readonly monotonic: () => number;
  /** Spent by failures only (E10): a school full of healthy displays behind one NAT never spends any. */
  private readonly budgets: NetworkBudgets;
  private readonly rate = new EntryRate();
  /** Visitors inside; true for those whose address was spent when they entered. */
  private readonly inside = new Map<Visitor, boolean>();
  private lateInside = 0;
  private readonly first = new Set<Visitor>();
  /** The visitors in `first`, by network. */
  private readonly networks = new NetworkTree<Visitor>();
  private readonly last = new Set<Visitor>();

  constructor(limits: GatewayLimits, monotonic: () => number) {
    this.limits = limits;
    this.monotonic = monotonic;
    this.budgets = new NetworkBudgets({ burst: limits.failures, perSecond: limits.failuresPerSecond }, MAX_NETWORKS);
  }

  get waiting(): number {
    return this.first.size + this.last.size;
  }

  /** How many get through per second while others wait; null until some have had to wait (E10). */
  get perSecond(): number | null {
    return this.rate.perSecond;
  }

  /** As many as can get their turn before their wait is too long; a later arrival is better off retrying later. */
  private get mostWaiting(): number {
    const { waiting, strangers, waitMs } = this.limits;
    const { perSecond } = this.rate;
    return perSecond === null ? waiting : Math.min(waiting, Math.max(strangers, Math.ceil((perSecond * waitMs) / 1000)));
  }

  arrive(visitor: Visitor): void {
    const late = this.budgets.isSpent(visitor.address, this.monotonic());
    if (this.waiting >= this.mostWaiting && !this.makeRoom(visitor, late)) {
      visitor.turnAway();
      return;
    }
    if (late) this.last.add(visitor);
    else {
      this.first.add(visitor);
      this.networks.add(visitor, visitor.address);
    }
    this.fill();
  }

  /** The visitor has its CONNACK, has failed or has left; only a failure is charged to its address. Further calls do nothing. */
  leave(visitor: Visitor, failed: boolean): void {
    const late = this.inside.get(visitor);
    const wasInside = this.inside.delete(visitor);
    if (!wasInside && !this.takeFirst(visitor) && !this.last.delete(visitor)) return;
    if (wasInside) this.rate.left(this.monotonic(), this.first.size > 0);
    if (late === true) this.lateInside -= 1;
    if (failed) this.budgets.spend(visitor.address, this.monotonic());
    this.fill();
  }

  /** A client that got its CONNACK sent nothing after it (E10). */
  fail(address: string): void {
    this.budgets.spend(address, this.monotonic());
  }

  /**
   * Turns away a visitor that spent its failures, or else the longest waiting one of the network holding most places. Nobody gives way to a newcomer
   * whose network holds as many: it would only replace one that is nearer to its turn.
   */
  private makeRoom(newcomer: Visitor, isLate: boolean): boolean {
    if (isLate) return false;
    const [oldest = this.networks.quietestOfFullest()] = this.last;
    if (oldest === undefined) return false;
    const isSpent = this.last.delete(oldest);
    if (!isSpent && this.networks.heldBy(oldest.address) <= this.networks.heldBy(newcomer.address) + 1) return false;
    this.takeFirst(oldest);
    oldest.turnAway();
    return true;
  }

  private takeFirst(visitor: Visitor): boolean {
    this.networks.remove(visitor);
    return this.first.delete(visitor);
  }

  private fill(): void {
    const now = this.monotonic();
    for (const visitor of this.first) {
      if (this.inside.size >= this.limits.strangers) return;
      this.takeFirst(visitor);
      // Its address may have spent its failures while it was waiting.
      if (this.budgets.isSpent(visitor.address, now)) this.last.add(visitor);
      else this.letIn(visitor, false);
    }
    for (const visitor of this.last) {
      if (this.inside.size >= this.limits.strangers || this.lateInside >= this.limits.lateStrangers) return;
      this.last.delete(visitor);
      this.letIn(visitor, true);
    }
  }

  private letIn(visitor: Visitor, late: boolean): void {
    this.inside.set(visitor, late);
    if (late) this.lateInside += 1;
    visitor.enter();
  }
}
