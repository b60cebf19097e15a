import { assert } from '../../protocol/assert.ts';
import { encode, type EnrolmentDown } from '../../protocol/messages.ts';
import type { GatewayLimits } from './limits.ts';
import type { Arrival } from './listener.ts';
import type { EnrolmentSession } from './port.ts';
import type { Seated, Seats } from './seats.ts';
import type { Session } from './session.ts';

type LineState =
  /** Its session has not been opened yet. */
  | { name: 'new' }
  /** It is waiting for a seat; `accept` sends its CONNACK. */
  | { name: 'waiting'; session: Session; accept: () => void }
  /** It has its CONNACK but has not sent its request yet. */
  | { name: 'silent'; session: Session }
  | { name: 'asked'; session: Session };

/** An enrolment session as its handler sees it, and its lifetime (E10). */
export class EnrolmentLine implements EnrolmentSession, Seated {
  readonly clientId: string;
  private readonly arrival: Arrival;
  private readonly limits: GatewayLimits;
  private readonly seats: Seats;
  private state: LineState = { name: 'new' };
  /** Runs until its CONNACK, then until its request. */
  private silence: NodeJS.Timeout | undefined;
  private life: NodeJS.Timeout | undefined;

  constructor(clientId: string, arrival: Arrival, limits: GatewayLimits, seats: Seats) {
    this.clientId = clientId;
    this.arrival = arrival;
    this.limits = limits;
    this.seats = seats;
  }

  get address(): string {
    return this.arrival.address;
  }

  private get session(): Session | null {
    return this.state.name === 'new' ? null : this.state.session;
  }

  /** Its CONNECT was accepted; `accept` sends the CONNACK. If it ends after that without a request, however it ends, its address is charged. */
  begin(session: Session, accept: () => void): void {
    this.state = { name: 'waiting', session, accept };
    this.silence = setTimeout(() => this.seats.letIn(this), this.limits.seatMs);
    this.arrival.socket.once('close', () => {
      clearTimeout(this.silence);
      clearTimeout(this.life);
      this.seats.leave(this);
      if (this.state.name === 'silent') this.arrival.fail();
    });
    this.seats.arrive(this);
  }

  enter(): void {
    const { state } = this;
    if (state.name !== 'waiting' || this.arrival.socket.destroyed) return;
    const { session, accept } = state;
    const { requestMs, enrolmentSessionMs } = this.limits;
    this.state = { name: 'silent', session };
    clearTimeout(this.silence);
    // What arrived while the service was busy has yet to be read; only after that does silence count.
    this.silence = setTimeout(() => setImmediate(() => this.endIfSilent()), requestMs);
    this.life = setTimeout(() => session.refuse('enrolment-expired'), enrolmentSessionMs);
    accept();
  }

  async send(message: EnrolmentDown): Promise<void> {
    await this.session?.send(encode(message));
  }

  asked(): void {
    assert(this.state.name === 'silent' || this.state.name === 'asked', 'a request comes after the CONNACK');
    this.state = { name: 'asked', session: this.state.session };
    clearTimeout(this.silence);
    this.seats.leave(this);
  }

  keep(ms: number): void {
    if (this.session === null || this.arrival.socket.destroyed) return;
    clearTimeout(this.life);
    this.life = setTimeout(() => this.session?.end('lost'), ms);
  }

  end(): void {
    this.session?.finish('lost');
  }

  private endIfSilent(): void {
    if (this.state.name === 'silent') this.state.session.refuse('no-request');
  }
}
