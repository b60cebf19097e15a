import { MAX_PACKET_BYTES } from '../../protocol/messages.ts';

/** Every limit of the embedded gateway. Times are in milliseconds. */
export interface GatewayLimits {
  /** Open TCP connections of the whole service, including sessions. */
  connections: number;
  /** Connections between TCP accept and CONNACK at a time (E10): handshakes are the largest cost before a client is known. */
  strangers: number;
  /** The part of `strangers` for addresses that have spent their failures; the rest is always available to others. */
  lateStrangers: number;
  /** Connections waiting for their turn; beyond this one is turned away, of a spent address first. */
  waiting: number;
  waitMs: number;
  /** Failures an address may have at once, and how many are restored per second. */
  failures: number;
  failuresPerSecond: number;
  handshakeMs: number;
  /** From the end of the handshake to CONNECT. */
  connectMs: number;
  /** The longest an enrolment session waits for its CONNACK while many others are between CONNACK and request. */
  seatMs: number;
  /** From CONNACK to an enrolment session's request (E10), and to its end. */
  requestMs: number;
  enrolmentSessionMs: number;
  packetBytes: number;
  /** Packets of one session: a burst, and how many are restored per second. A client that has spent them is not read for a while. */
  packetsBurst: number;
  packetsPerSecond: number;
  /** The same for a device's session: what it kept while the service was away arrives at once. */
  deviceBurst: number;
  devicePerSecond: number;
  /** Unhandled messages of one session at which its socket is no longer read (P5). */
  inbox: number;
  /** A session that is not read, and of which nothing has been handled for this long, is ended: its handler is dead. */
  stalledMs: number;
  invalidMessages: number;
  /** Messages sent to one session and not yet acknowledged, and bytes not yet taken by its socket. */
  unacknowledged: number;
  unsentBytes: number;
  /** A client that takes nothing for this long is dropped: the broker's own guard, behind the two above. */
  drainMs: number;
  /** How long a session being ended may take to read what was sent. */
  lingerMs: number;
  /** Older sessions of one device with messages still being handled. */
  generations: number;
}

export const defaultLimits: GatewayLimits = {
  connections: 30_000,
  strangers: 256,
  lateStrangers: 64,
  waiting: 4096,
  waitMs: 10_000,
  failures: 60,
  failuresPerSecond: 1,
  handshakeMs: 5000,
  connectMs: 5000,
  seatMs: 10_000,
  requestMs: 5000,
  enrolmentSessionMs: 60_000,
  packetBytes: MAX_PACKET_BYTES,
  packetsBurst: 120,
  packetsPerSecond: 20,
  deviceBurst: 400,
  devicePerSecond: 200,
  inbox: 32,
  stalledMs: 300_000,
  invalidMessages: 10,
  unacknowledged: 32,
  unsentBytes: 128 * 1024,
  drainMs: 10_000,
  lingerMs: 1000,
  generations: 8,
};

/** Why a connection or message was refused; these are the names in `figures().refused`. */
export type Refusal =
  | 'connections-full'
  | 'waiting-full'
  | 'waited-too-long'
  | 'handshake-failed'
  | 'no-connect'
  | 'packet-malformed'
  | 'packet-too-large'
  | 'packet-forbidden'
  | 'protocol-version'
  | 'client-id'
  | 'client-id-in-use'
  | 'connect-rules'
  | 'certificate'
  | 'not-admitted'
  | 'busy'
  | 'topic'
  | 'message-invalid'
  | 'handler-failed'
  | 'frozen'
  | 'no-request'
  | 'enrolment-expired';

export class RefusalCounters {
  private readonly counts = new Map<Refusal, number>();

  count(reason: Refusal): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
  }

  toRecord(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }
}
