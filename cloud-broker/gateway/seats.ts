import { NetworkTree } from '../net/network-tree.ts';
import { EntryRate } from './entry-rate.ts';

/** There are as many seats as are left in so many seconds by the measured rate, within these bounds. */
const TURN_S = 2;
const MIN_SEATS = 64;
const MAX_SEATS = 512;
/** Of so many networks one is looked for that may have a seat where all are taken. */
const MAX_TURNS = 8;

/** An enrolment session from its CONNECT to its request. */
export interface Seated {
  readonly address: string;
  /** It is its turn for a CONNACK. May not call `arrive` or `leave` before it returns. */
  enter(): void;
}

/**
 * How many enrolment sessions may be between CONNACK and request at a time (E10): they have 5 s for it, and of a herd that came in
 * at once none would be through in time on a busy machine. The others wait for their CONNACK, each network in its turn. Where all
 * seats are taken, one of the network that holds most goes to one that holds fewer, so that who is silent keeps nobody else
 * waiting; it loses its seat, not its session. Pure but for the visitors' own methods.
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

  /** It has waited long enough, whoever else does. */
  letIn(visitor: Seated): void {
    if (!this.waiting.remove(visitor)) return;
    this.seated.add(visitor, visitor.address);
    visitor.enter();
  }

  /** It asked, or is gone. */
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
