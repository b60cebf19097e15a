import { isIPv6 } from 'node:net';
import { Bucket } from './bucket.ts';
import { EntryRate } from './entry-rate.ts';
import type { GatewayLimits } from './limits.ts';

const MOST_ADDRESSES = 10_000;

/** How budgets count an address: IPv4 as it is, of IPv6 the /64, which one customer has to himself. */
export function budgetAddress(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [withoutZone = ''] = plain.split('%');
  const [head = '', tail] = withoutZone.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** An IPv4 address that arrived on an IPv6 socket is written as IPv4. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

/** Per address, spent by failures only (E10): a school full of good displays behind one NAT never spends any. */
class FailureBudgets {
  private readonly most: number;
  private readonly perSecond: number;
  private readonly buckets = new Map<string, Bucket>();

  constructor(most: number, perSecond: number) {
    this.most = most;
    this.perSecond = perSecond;
  }

  spend(address: string, now: number): void {
    const bucket = this.buckets.get(address) ?? new Bucket(this.most, this.perSecond, now);
    bucket.take(now);
    // Taken out and put in again: the map stays in the order of last failure, and the oldest goes when it is full.
    this.buckets.delete(address);
    this.buckets.set(address, bucket);
    const [oldest] = this.buckets.keys();
    if (this.buckets.size > MOST_ADDRESSES && oldest !== undefined) this.buckets.delete(oldest);
  }

  isSpent(address: string, now: number): boolean {
    const bucket = this.buckets.get(address);
    if (bucket === undefined) return false;
    if (bucket.isFull(now)) this.buckets.delete(address);
    return bucket.isEmpty(now);
  }
}

/** A connection before its CONNACK. */
export interface Visitor {
  /** As `budgetAddress` writes it. */
  readonly address: string;
  /** It is its turn: shake hands. Called at most once. Neither this nor `turnAway` may call `leave` before it returns. */
  enter(): void;
  /** There is no room for it, ever. */
  turnAway(): void;
}

/**
 * Who may shake hands now (E10). So many strangers at a time; the others wait in order, those of addresses that spent their
 * failures behind all others and with a smaller part of the room. Pure: time comes in, nothing but the visitors' own
 * methods goes out.
 */
export class Admission {
  private readonly limits: GatewayLimits;
  private readonly monotonic: () => number;
  private readonly budgets: FailureBudgets;
  private readonly rate = new EntryRate();
  /** Those inside; true for those of addresses that were spent when they entered. */
  private readonly inside = new Map<Visitor, boolean>();
  private lateInside = 0;
  private readonly first = new Set<Visitor>();
  private readonly last = new Set<Visitor>();

  constructor(limits: GatewayLimits, monotonic: () => number) {
    this.limits = limits;
    this.monotonic = monotonic;
    this.budgets = new FailureBudgets(limits.failures, limits.failuresPerSecond);
  }

  get waiting(): number {
    return this.first.size + this.last.size;
  }

  /** How many get through in a second while others wait; null until some had to (E10). */
  get perSecond(): number | null {
    return this.rate.perSecond;
  }

  /** As many as get their turn before they have waited too long: who comes later is better off trying again later. */
  private get mostWaiting(): number {
    const { waiting, strangers, waitMs } = this.limits;
    const { perSecond } = this.rate;
    return perSecond === null ? waiting : Math.min(waiting, Math.max(strangers, Math.ceil((perSecond * waitMs) / 1000)));
  }

  arrive(visitor: Visitor): void {
    const late = this.budgets.isSpent(visitor.address, this.monotonic());
    if (this.waiting >= this.mostWaiting && !this.makeRoom(late)) {
      visitor.turnAway();
      return;
    }
    (late ? this.last : this.first).add(visitor);
    this.fill();
  }

  /** The visitor has its CONNACK, failed or went away; only a failure costs its address. Further calls do nothing. */
  leave(visitor: Visitor, failed: boolean): void {
    const late = this.inside.get(visitor);
    const wasInside = this.inside.delete(visitor);
    if (!wasInside && !this.first.delete(visitor) && !this.last.delete(visitor)) return;
    if (wasInside) this.rate.left(this.monotonic(), this.first.size > 0);
    if (late === true) this.lateInside -= 1;
    if (failed) this.budgets.spend(visitor.address, this.monotonic());
    this.fill();
  }

  private makeRoom(newcomerIsLate: boolean): boolean {
    const [oldest] = this.last;
    if (newcomerIsLate || oldest === undefined) return false;
    this.last.delete(oldest);
    oldest.turnAway();
    return true;
  }

  private fill(): void {
    const now = this.monotonic();
    for (const visitor of this.first) {
      if (this.inside.size >= this.limits.strangers) return;
      this.first.delete(visitor);
      // Its address may have spent its failures while it waited.
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
