import { NetworkTree } from '../net/network-tree.ts';
import { EntryRate } from './entry-rate.ts';

/** The number of seats is what the measured rate clears in this many seconds, within these bounds. */
const TURN_S = 2;
const MIN_SEATS = 64;
const MAX_SEATS = 512;
/** If all seats are taken, at most this many networks are tried to find one that may have a seat. */
const MAX_TURNS = 8;

/** An enrolment session between its CONNECT and its request. */
export interface Seated {
  readonly address: string;
  /** Its turn for a CONNACK has come. Must not call `arrive` or `leave` before it returns. */
  enter(): void;
}

/**
 * How many enrolment sessions may be between CONNACK and request at a time (E10): they have 5 s for it, and on a busy machine none of a herd arriving
 * together would make it in time. The others wait for their CONNACK, each network in its turn. If all seats are taken, one of the network holding
 * most goes to a network holding fewer, so that silent clients keep nobody else waiting; the session loses its seat but stays open. Pure except for
 * the visitors' own methods.
 */
export class Seats {
  private readonly monotonic: () => number;
  private readonly seated = new NetworkTree<Seated>();
  private readonly waiting = new NetworkTree<Seated>();
  private readonly rate = new EntryRate();

  constructor(monotonic: () => number) {
    this.monotonic = monotonic;
  }

  private get seats(): number {
    return Math.min(MAX_SEATS, Math.max(MIN_SEATS, Math.ceil((this.rate.perSecond ?? 0) * TURN_S)));
  }

  arrive(visitor: Seated): void {
    this.waiting.add(visitor, visitor.address);
    this.fill();
  }

  /** It has waited long enough, no matter who else is waiting. */
  letIn(visitor: Seated): void {
    if (!this.waiting.remove(visitor)) return;
    this.seated.add(visitor, visitor.address);
    visitor.enter();
  }

  /** It sent a request, or left. */
  leave(visitor: Seated): void {
    if (!this.giveUp(visitor) && !this.waiting.remove(visitor)) return;
    this.fill();
  }

  private giveUp(visitor: Seated): boolean {
    if (!this.seated.remove(visitor)) return false;
    this.rate.left(this.monotonic(), this.waiting.size > 0);
    return true;
  }

  private isFree({ address }: Seated): boolean {
    if (this.seated.size < this.seats) return true;
    const quietest = this.seated.quietestOfFullest();
    if (quietest === undefined || this.seated.heldBy(quietest.address) <= this.seated.heldBy(address)) return false;
    return this.giveUp(quietest);
  }

  private fill(): void {
    for (let turns = 0; turns < MAX_TURNS;) {
      const next = this.waiting.nextInTurn();
      if (next === undefined) return;
      if (this.isFree(next)) this.letIn(next);
      else turns += 1;
    }
  }
}
