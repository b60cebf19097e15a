import { MAX_PACKET_BYTES } from '../../protocol/messages.ts';

/** Every limit of the embedded gateway. Times are milliseconds. */
export interface GatewayLimits {
  /** Open TCP connections of the whole service, sessions included. */
  connections: number;
  /** Connections between TCP accept and CONNACK at a time (E10): handshakes cost most before anybody is known. */
  strangers: number;
  /** Part of `strangers` for addresses that spent their failures: the rest is always there for others. */
  lateStrangers: number;
  /** Connections that wait for their turn; beyond it those of spent addresses go first, then newcomers. */
  waiting: number;
  waitMs: number;
  /** Failures that an address may have at once, and how many come back each second. */
  failures: number;
  failuresPerSecond: number;
  handshakeMs: number;
  /** From the end of the handshake to CONNECT. */
  connectMs: number;
  /** Most that an enrolment session waits for its CONNACK where many are between theirs and their request. */
  seatMs: number;
  /** From CONNACK to an enrolment session's request (E10), and to its end. */
  requestMs: number;
  enrolmentSessionMs: number;
  packetBytes: number;
  /** Packets of one session: a burst, and how many come back each second. Who has spent them is not read for a while. */
  packetsBurst: number;
  packetsPerSecond: number;
  /** The same of a device's session: what it kept while the service was away comes at once. */
  deviceBurst: number;
  devicePerSecond: number;
  /** Unhandled messages of one session at which its socket is not read any more (P5). */
  inbox: number;
  /** A session that is not read and of which nothing was handled for so long is ended: its handler is dead. */
  stalledMs: number;
  invalidMessages: number;
  /** Messages to one session that it has not acknowledged yet, and bytes that its socket has not taken. */
  unacknowledged: number;
  unsentBytes: number;
  /** A client that takes nothing for so long is let go: the broker's own guard, behind the two above. */
  drainMs: number;
  /** How long a session that is being ended may take to read what was sent. */
  lingerMs: number;
  /** Older sessions of one device whose messages are still being handled. */
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

/** Why a connection or a message was refused: the names in `figures().refused`. */
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
