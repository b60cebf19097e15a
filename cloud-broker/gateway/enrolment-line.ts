import { encode, type EnrolmentDown } from '../../protocol/messages.ts';
import type { GatewayLimits } from './limits.ts';
import type { Arrival } from './listener.ts';
import type { EnrolmentSession } from './port.ts';
import type { Session } from './session.ts';

/** An enrolment session as its handler has it, and how long it lives (E10). */
export class EnrolmentLine implements EnrolmentSession {
  readonly clientId: string;
  private readonly arrival: Arrival;
  private readonly limits: GatewayLimits;
  private session: Session | null = null;
  private hasAsked = false;
  private silence: NodeJS.Timeout | undefined;
  private life: NodeJS.Timeout | undefined;

  constructor(clientId: string, arrival: Arrival, limits: GatewayLimits) {
    this.clientId = clientId;
    this.arrival = arrival;
    this.limits = limits;
  }

  get address(): string {
    return this.arrival.address;
  }

  /** Its CONNECT is accepted. However it ends without a request, that costs its address. */
  begin(session: Session): void {
    const { requestMs, enrolmentSessionMs } = this.limits;
    this.session = session;
    // What came while the service was busy is still to be read: after that it counts.
    this.silence = setTimeout(() => setImmediate(() => this.endIfSilent(session)), requestMs);
    this.life = setTimeout(() => session.refuse('enrolment-expired'), enrolmentSessionMs);
    this.arrival.socket.once('close', () => {
      clearTimeout(this.silence);
      clearTimeout(this.life);
      if (!this.hasAsked) this.arrival.fail();
    });
  }

  async send(message: EnrolmentDown): Promise<void> {
    await this.session?.send(encode(message));
  }

  asked(): void {
    this.hasAsked = true;
    clearTimeout(this.silence);
  }

  keep(ms: number): void {
    if (this.session === null || this.arrival.socket.destroyed) return;
    clearTimeout(this.life);
    this.life = setTimeout(() => this.session?.end('lost'), ms);
  }

  end(): void {
    this.session?.finish('lost');
  }

  private endIfSilent(session: Session): void {
    if (!this.hasAsked) session.refuse('no-request');
  }
}
