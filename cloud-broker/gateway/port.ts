/**
 * The gateway's two sides. Whatever carries the sessions (the embedded broker today, a client of an external one later) implements `Gateway` and
 * calls the two handlers; it knows nothing about enrolment, ledger or presence.
 */
import type { Birth, CommandResult, DeviceDown, EnrolmentDown, Heartbeat, Unenroll, Will } from '../../protocol/messages.ts';

/** One open enrolment session, lasting at most 60 s unless kept longer. */
export interface EnrolmentSession {
  /** `enroll-` and 32 hexadecimal digits; unique among the open sessions. */
  readonly clientId: string;
  /** The peer's address, as budgets count it. */
  readonly address: string;
  /** Sends one message; resolves when it has been handed to the socket or the session is gone. Never rejects. */
  send(message: EnrolmentDown): Promise<void>;
  /** It sent a request. A session that does not within a few seconds is ended, and its address is charged (E10). */
  asked(): void;
  /** Sets its remaining lifetime, in milliseconds. */
  keep(ms: number): void;
  /** Ends the session once everything sent is flushed. */
  end(): void;
}

/** Implemented by the enrolment service. */
export interface EnrolmentHandler {
  /** A session begins; if there are too many, another one is ended (E10). */
  opened(session: EnrolmentSession): void;
  /** One message on `up`, in order. The PUBACK is sent when it resolves. Never rejects. */
  message(session: EnrolmentSession, payload: Uint8Array): Promise<void>;
  closed(session: EnrolmentSession): void;
}

/** What the gateway read from an authorized client certificate. */
export interface PeerCertificate {
  /** Lowercase hexadecimal SHA-256 of the certificate's DER. */
  fingerprint: string;
  commonName: string;
}

/** Implemented by presence and enrolment together, wired in main.ts. Every promise resolves after the commit that contains its change. */
export interface DeviceHandler {
  /** True if the certificate is a live row of exactly this device. Looked up at every CONNECT, resumed or not. */
  admits(certificate: PeerCertificate): Promise<boolean>;
  /**
   * A session began. All calls for one device come strictly in order: an older session's messages, will and `disconnected` come before the newer
   * one's `connected`. `tookOver`: the older one was still alive at that time (P7).
   */
  connected(deviceId: string, address: string, tookOver: boolean): void;
  /**
   * The session is gone; `said`: it ended with DISCONNECT. Neither this nor the will is reported for sessions that end because the service itself
   * stops (P4).
   */
  disconnected(deviceId: string, said: boolean): void;
  /** Answers with `settings` if the device should have them now (protocol.md §1, P3). */
  birth(deviceId: string, birth: Birth): Promise<DeviceDown | null>;
  /** `acknowledged` false (QoS 0): nobody waits for the commit, so it resolves once the heartbeat is accepted. */
  heartbeat(deviceId: string, heartbeat: Heartbeat, acknowledged: boolean): Promise<DeviceDown | null>;
  /** The last will of a lost session, or one that the device sent itself. Not called after a revocation. */
  will(deviceId: string, will: Will): Promise<void>;
  /** A birth was answered and the answer handed to the socket: from now on the device may be sent commands. */
  answered(deviceId: string, answer: DeviceDown | null): void;
  /** The session is closed after the acknowledgement. */
  unenroll(deviceId: string, unenroll: Unenroll): Promise<void>;
  result(deviceId: string, result: CommandResult): Promise<void>;
}

export interface GatewayFigures {
  enrolmentSessions: number;
  deviceSessions: number;
  /** Connections waiting for their turn to start a handshake. */
  waiting: number;
  /** Connections per second that got through while others waited; null until some have had to wait (P4). */
  entriesPerSecond: number | null;
  /** Why connections and messages were refused: counts by reason since the start. */
  refused: Record<string, number>;
}

export interface Gateway {
  /** The port it listens on, after port 0 was resolved. */
  readonly port: number;
  /**
   * False if the device has no session, or does not take what it is sent. Resolves when the message has been handed to the socket. `acknowledged` is
   * called when the device has it, and never if no acknowledgement arrives.
   */
  send(deviceId: string, message: DeviceDown, acknowledged?: () => void): Promise<boolean>;
  isConnected(deviceId: string): boolean;
  /** Closes the device's live session at once (E9); `courtesy` is sent first. */
  disconnect(deviceId: string, courtesy?: DeviceDown): void;
  /** New keys for TLS session tickets, 48 bytes: sessions from earlier keys do a full handshake. */
  setTicketKeys(keys: Buffer): void;
  figures(): GatewayFigures;
  /** Ends every session at once and stops listening. */
  close(): Promise<void>;
}
