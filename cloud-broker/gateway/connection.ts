import { isDeviceId } from '../../protocol/topics.ts';
import { TokenBucket } from '../net/token-bucket.ts';
import { CONNACK, type ConnackCode } from './connect-rules.ts';
import { isDisconnect } from './frames.ts';
import { ReadGate } from './gate.ts';
import type { GatewayLimits, Refusal } from './limits.ts';
import type { Arrival } from './listener.ts';
import type { Session } from './session.ts';

/** How long a client that has spent its packets is not read; repeated as often as needed. */
const DELAY_MS = 100;

type ConnectionState =
  /** Its CONNECT has not arrived yet. */
  | { name: 'connecting' }
  /** Its CONNECT was accepted. Remains after the session's end. */
  | { name: 'accepted'; session: Session }
  | { name: 'refused' };

/** A TLS connection, before and while it carries a session: everything read from it passes through here first. */
export class Connection {
  readonly arrival: Arrival;
  readonly gate: ReadGate;
  private state: ConnectionState = { name: 'connecting' };
  /** When its last packet arrived, by the monotonic clock. */
  heardAt: number;
  /** Silence after which it counts as lost: one and a half times the keep alive of its CONNECT. */
  patienceMs = Number.POSITIVE_INFINITY;
  private readonly limits: GatewayLimits;
  private readonly monotonic: () => number;
  private rate: TokenBucket;
  private isDelayed = false;
  private readonly count: (reason: Refusal) => void;

  constructor(arrival: Arrival, limits: GatewayLimits, monotonic: () => number, count: (reason: Refusal) => void) {
    this.arrival = arrival;
    this.limits = limits;
    this.monotonic = monotonic;
    this.count = count;
    this.heardAt = monotonic();
    this.rate = new TokenBucket({ burst: limits.packetsBurst, perSecond: limits.packetsPerSecond }, this.heardAt);
    this.gate = new ReadGate(arrival.socket, limits.packetBytes, {
      packet: (header) => this.packet(header),
      mayGoOn: () => this.mayGoOn(),
      publish: (message) => this.session?.publish(message),
      refused: (reason) => this.broken(reason),
    });
    arrival.socket.once('close', () => {
      if (this.state.name === 'connecting') count('no-connect');
    });
  }

  get session(): Session | null {
    return this.state.name === 'accepted' ? this.state.session : null;
  }

  /** A device has a certificate, so it may send faster than a stranger. */
  accepted(session: Session): void {
    const { deviceBurst, devicePerSecond } = this.limits;
    this.state = { name: 'accepted', session };
    if (isDeviceId(session.clientId)) {
      this.rate = new TokenBucket({ burst: deviceBurst, perSecond: devicePerSecond }, this.monotonic());
      this.arrival.known();
    }
    this.arrival.settle(false);
  }

  /** Refuses the CONNECT. If `connack` is null, closes without an answer. */
  refuse(reason: Refusal, connack: ConnackCode | null): void {
    const { socket } = this.arrival;
    this.state = { name: 'refused' };
    this.count(reason);
    // A busy service is not the fault of the address.
    this.arrival.settle(reason !== 'busy');
    this.gate.shut();
    if (connack === null) {
      socket.destroy();
      return;
    }
    // Closed only after the client has had time to read the answer. What it still sends is read and dropped; otherwise a reset would overtake the
    // answer.
    socket.removeAllListeners('readable');
    socket.resume();
    socket.end(Buffer.from([0x20, 2, 0, connack]));
    const linger = setTimeout(() => socket.destroy(), this.limits.lingerMs);
    socket.once('close', () => clearTimeout(linger));
  }

  /** One of its messages was handled. While it is not read, this shows that it is still being served. */
  movedOn(): void {
    if (!this.gate.isPaused) return;
    this.heardAt = this.monotonic();
    this.goOn();
  }

  private packet(header: number): Refusal | null {
    const now = this.monotonic();
    this.heardAt = now;
    this.arrival.heard();
    this.rate.take(now);
    if (this.arrival.socket.writableLength > this.limits.unsentBytes) return 'frozen';
    if (isDisconnect(header)) this.session?.said();
    return null;
  }

  /**
   * P5: a client that sends faster than its messages are handled, or than its budget allows, is not read for a while, and is never disconnected for
   * it.
   */
  private mayGoOn(): boolean {
    if (this.session?.isFull === true) return false;
    if (!this.rate.isEmpty(this.monotonic())) return true;
    if (!this.isDelayed) setTimeout(() => this.delayOver(), DELAY_MS).unref();
    this.isDelayed = true;
    return false;
  }

  private delayOver(): void {
    this.isDelayed = false;
    if (!this.arrival.socket.destroyed) this.goOn();
  }

  private goOn(): void {
    if (this.gate.isPaused && this.mayGoOn()) this.gate.goOn();
  }

  private broken(reason: Refusal): void {
    if (this.session !== null) this.session.refuse(reason);
    else this.refuse(reason, reason === 'protocol-version' ? CONNACK.protocolVersion : null);
  }
}
