import { errorText } from '../../protocol/error-text.ts';
import type { EventEmitter } from 'node:events';
import { Aedes, type AedesPublishPacket, type Client, type ConnectPacket, type Subscription } from 'aedes';
import { encode, type DeviceDown } from '../../protocol/messages.ts';
import { Admissions } from './admissions.ts';
import { CONNACK, judgeConnect, type ConnackCode, type ConnectVerdict } from './connect-rules.ts';
import { Connection } from './connection.ts';
import { DeviceRole } from './device-role.ts';
import { EnrolmentLine } from './enrolment-line.ts';
import { EnrolmentRole } from './enrolment-role.ts';
import { defaultLimits, RefusalCounters, type GatewayLimits, type Refusal } from './limits.ts';
import { startListener, type Arrival, type GatewayTls, type Listener } from './listener.ts';
import { nullPersistence, nullQueue } from './null-persistence.ts';
import { readPeerCertificate } from './peer-certificate.ts';
import type { DeviceHandler, EnrolmentHandler, Gateway, GatewayFigures, PeerCertificate } from './port.ts';
import { Seats } from './seats.ts';
import { SessionTable } from './session-table.ts';
import { Session, type SessionHost, type SessionRole } from './session.ts';

/** Where internal errors are reported, such as a pino logger. Nothing that a stranger sent is ever logged. */
interface GatewayLog {
  warn(details: object, message: string): void;
}

export interface GatewayOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  tls: GatewayTls;
  enrolment: EnrolmentHandler;
  devices: DeviceHandler;
  log: GatewayLog;
  limits?: Partial<GatewayLimits>;
  /** Milliseconds since 1970; compared with certificate dates. */
  now?: () => number;
  /** Milliseconds of a monotonic clock; used for rates. */
  monotonic?: () => number;
}

/** How long the service waits, when it stops, for messages being handled. */
const STOP_MS = 1000;
/** The maximum aedes allows: a filter that is not the session's own is answered 0x80. */
const TOPIC_LEVELS = 100;
/** A client silent for this many of its keep alives is lost (MQTT 3.1.1 §3.1.2.10); checked at this interval. */
const KEEP_ALIVES = 1.5;
const SWEEP_MS = 1000;

/** Starts the embedded broker: aedes over TLS, behind the Gateway port (protocol.md §1). Rejects if it cannot listen. */
export async function startEmbeddedGateway(options: GatewayOptions): Promise<Gateway> {
  const gateway = new EmbeddedGateway(options);
  await gateway.start();
  return gateway;
}

interface ConnectRefusal {
  reason: Refusal;
  connack: ConnackCode;
}

class EmbeddedGateway implements Gateway {
  private readonly options: GatewayOptions;
  private readonly limits: GatewayLimits;
  private readonly now: () => number;
  private readonly monotonic: () => number;
  private readonly refusals = new RefusalCounters();
  private readonly broker: Aedes;
  private readonly connections = new WeakMap<Client, Connection>();
  private readonly sessions = new SessionTable();
  private readonly admissions: Admissions;
  private readonly seats: Seats;
  private readonly invalidMessage = (): void => this.refusals.count('message-invalid');
  private readonly host: SessionHost = {
    refused: (reason) => this.refusals.count(reason),
    handlerFailed: (clientId, error) => this.handlerFailed(clientId, error),
    ended: (session) => this.sessions.ended(session),
  };
  private listener: Listener | null = null;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(options: GatewayOptions) {
    this.options = options;
    this.limits = { ...defaultLimits, ...options.limits };
    this.now = options.now ?? Date.now;
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.admissions = new Admissions(options.devices);
    this.seats = new Seats(this.monotonic);
    this.broker = this.createBroker();
  }

  get port(): number {
    return this.listener?.port ?? 0;
  }

  async start(): Promise<void> {
    await this.broker.listen();
    try {
      this.listener = await startListener({
        host: this.options.host,
        port: this.options.port,
        tls: this.options.tls,
        limits: this.limits,
        monotonic: this.monotonic,
        refused: (reason) => this.refusals.count(reason),
        arrived: (arrival) => this.arrived(arrival),
      });
    } catch (error) {
      this.broker.close();
      throw error;
    }
    this.sweeper = setInterval(() => this.sessions.endSilent(this.monotonic()), SWEEP_MS).unref();
  }

  async send(deviceId: string, message: DeviceDown, acknowledged?: () => void): Promise<boolean> {
    return (await this.sessions.device(deviceId)?.send(encode(message), acknowledged)) ?? false;
  }

  isConnected(deviceId: string): boolean {
    return this.sessions.device(deviceId)?.isOpen ?? false;
  }

  disconnect(deviceId: string, courtesy?: DeviceDown): void {
    this.admissions.revoked(deviceId);
    this.sessions.device(deviceId)?.revoke(courtesy === undefined ? null : encode(courtesy));
  }

  setTicketKeys(keys: Buffer): void {
    this.listener?.setTicketKeys(keys);
  }

  figures(): GatewayFigures {
    const doors = this.listener?.figures() ?? { waiting: 0, entriesPerSecond: null };
    return { ...this.sessions.count(), ...doors, refused: this.refusals.toRecord() };
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    const ending = this.sessions.all().map((session) => {
      session.end('service-stopped');
      return session.finished;
    });
    await this.listener?.close();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_MS);
    });
    await Promise.race([Promise.all(ending), patience]);
    clearTimeout(timer);
    await new Promise<void>((resolve) => this.broker.close(resolve));
  }

  private createBroker(): Aedes {
    const broker = new Aedes({
      persistence: nullPersistence,
      mq: nullQueue,
      connectTimeout: this.limits.connectMs,
      drainTimeout: this.limits.drainMs,
      maxTopicLevels: TOPIC_LEVELS,
      preConnect: (client, packet, accept) =>
        void this.connect(client, packet, () => accept(null, true)).catch((error: unknown) => {
          this.handlerFailed('', error);
          client.close();
        }),
      // Everything was decided earlier, so that a refusal comes before the broker's takeover and intruders evict nobody.
      authenticate: (client, _username, _password, done) => done(null, this.sessionOf(client) !== null),
      // The gate takes messages out of the stream, so anything that arrives here was not allowed through.
      authorizePublish: (_client, _packet, done) => done(new Error('not from here')),
      authorizeSubscribe: (client, subscription, done) =>
        done(null, this.maySubscribe(client, subscription) ? subscription : null),
      authorizeForward: (client, packet: AedesPublishPacket) =>
        this.sessionOf(client)?.downTopic === packet.topic ? packet : null,
    });
    broker.on('clientReady', (client) => this.sessionOf(client)?.start());
    broker.on('ack', (_packet, client) => this.sessionOf(client)?.acknowledged());
    const events: EventEmitter = broker;
    events.on('error', (error: Error) => this.options.log.warn({ error: error.message }, 'broker'));
    return broker;
  }

  private sessionOf(client: Client): Session | null {
    return this.connections.get(client)?.session ?? null;
  }

  private arrived(arrival: Arrival): void {
    const connection = new Connection(arrival, this.limits, this.monotonic, this.host.refused);
    this.connections.set(this.broker.handle(arrival.socket), connection);
  }

  private async connect(client: Client, packet: ConnectPacket, accept: () => void): Promise<void> {
    const connection = this.connections.get(client);
    if (connection === undefined) {
      client.close();
      return;
    }
    const verdict = judgeConnect(packet);
    // The session delivers wills, in order; the broker would run them alongside the messages. The broker does not see the messages either, so the
    // sweep finds silent clients.
    delete packet.will;
    connection.patienceMs = KEEP_ALIVES * 1000 * (packet.keepalive ?? 0);
    packet.keepalive = 0;
    const refusal = verdict.kind === 'refused' ? verdict : await this.admit(client, connection, verdict, accept);
    if (refusal !== null) connection.refuse(refusal.reason, refusal.connack);
  }

  private async admit(
    client: Client,
    connection: Connection,
    verdict: Exclude<ConnectVerdict, { kind: 'refused' }>,
    accept: () => void,
  ): Promise<ConnectRefusal | null> {
    if (verdict.kind === 'enrolment') return this.admitEnrolment(client, connection, verdict.clientId, accept);
    const refusal = await this.admitDevice(client, connection, verdict);
    if (refusal === null && connection.session !== null) accept();
    return refusal;
  }

  private admitEnrolment(client: Client, connection: Connection, clientId: string, accept: () => void): ConnectRefusal | null {
    // Otherwise anyone who guessed its id could evict the holder.
    if (this.sessions.get(clientId) !== undefined) return { reason: 'client-id-in-use', connack: CONNACK.identifierRejected };
    const line = new EnrolmentLine(clientId, connection.arrival, this.limits, this.seats);
    try {
      this.options.enrolment.opened(line);
    } catch (error) {
      this.handlerFailed('', error);
      return { reason: 'busy', connack: CONNACK.unavailable };
    }
    const role = new EnrolmentRole(line, this.options.enrolment);
    line.begin(this.openSession(client, connection, { clientId, role, before: Promise.resolve() }), accept);
    return null;
  }

  private async admitDevice(
    client: Client,
    connection: Connection,
    { deviceId, will }: Extract<ConnectVerdict, { kind: 'device' }>,
  ): Promise<ConnectRefusal | null> {
    const { devices } = this.options;
    const certificate = readPeerCertificate(connection.arrival.socket, this.now());
    if (certificate?.commonName !== deviceId) return { reason: 'certificate', connack: CONNACK.notAuthorized };
    const admitted = await this.isAdmitted(certificate);
    // It left while the store was being asked.
    if (connection.arrival.socket.destroyed) return null;
    if (admitted === null) return { reason: 'busy', connack: CONNACK.unavailable };
    if (!admitted) return { reason: 'not-admitted', connack: CONNACK.notAuthorized };
    const line = this.sessions.line(deviceId);
    if (line.unfinished >= this.limits.generations) return { reason: 'busy', connack: CONNACK.unavailable };
    const older = this.sessions.get(deviceId);
    older?.end('lost');
    const role = new DeviceRole({
      deviceId,
      will,
      address: connection.arrival.address,
      tookOver: older !== undefined,
      handler: devices,
      mostInvalid: this.limits.invalidMessages,
      invalidMessage: this.invalidMessage,
    });
    this.openSession(client, connection, { clientId: deviceId, role, before: line.last });
    return null;
  }

  private openSession(
    client: Client,
    connection: Connection,
    parts: { clientId: string; role: SessionRole; before: Promise<void> },
  ): Session {
    const session = new Session({
      ...parts,
      client,
      socket: connection.arrival.socket,
      gate: connection.gate,
      heard: connection,
      limits: this.limits,
      host: this.host,
    });
    this.sessions.add(session);
    connection.accepted(session);
    return session;
  }

  private maySubscribe(client: Client, subscription: Subscription): boolean {
    const session = this.sessionOf(client);
    return session !== null && session.isOpen && subscription.topic === session.downTopic;
  }

  /** Null if the handler failed: the service is then unavailable, and no client is told that its certificate is bad. */
  private async isAdmitted(certificate: PeerCertificate): Promise<boolean | null> {
    try {
      return await this.admissions.admits(certificate);
    } catch (error) {
      this.handlerFailed('', error);
      return null;
    }
  }

  private handlerFailed(clientId: string, error: unknown): void {
    this.options.log.warn({ clientId, error: errorText(error) }, 'a gateway handler failed');
  }
}
