import { constants, createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { readAddress } from '../net/address.ts';
import { NetworkTree } from '../net/network-tree.ts';
import { Admission, type Visitor } from './admission.ts';
import type { GatewayLimits, Refusal } from './limits.ts';

/** What the TLS side needs from the service's keys. */
export interface GatewayTls {
  keyPem: string;
  certificatePem: string;
  /** The CAs that verify device certificates. */
  clientCaPem: string;
  /** 48 bytes that survive a restart. */
  ticketKeys: Buffer;
}

/** A connection whose TLS handshake is complete. */
export interface Arrival {
  readonly socket: tls.TLSSocket;
  readonly address: string;
  /** It has been accepted or refused, so its place among the strangers is free; `failed` is charged to its address (E10). */
  settle(failed: boolean): void;
  /** A later failure is still charged to its address. */
  fail(): void;
  /** It has a certificate from our CA: it makes room for no stranger. */
  known(): void;
  /** It sent something. */
  heard(): void;
}

export interface ListenerOptions {
  host: string;
  port: number;
  tls: GatewayTls;
  limits: GatewayLimits;
  /** Milliseconds of a monotonic clock. */
  monotonic: () => number;
  refused(reason: Refusal): void;
  arrived(arrival: Arrival): void;
}

export interface Listener {
  readonly port: number;
  figures(): { waiting: number; entriesPerSecond: number | null };
  /** From now on tickets are sealed with these 48 bytes; tickets of earlier keys lead to a full handshake. */
  setTicketKeys(keys: Buffer): void;
  close(): Promise<void>;
}

/**
 * How long a TLS session may be resumed. Revocation is looked up at every CONNECT, so this only affects speed. The keys change at the same interval.
 */
const RESUMABLE_S = 7 * 86_400;
const ignore = (): void => undefined;

function createTlsServer({ tls: material, limits }: ListenerOptions): tls.Server {
  return tls.createServer({
    key: material.keyPem,
    cert: material.certificatePem,
    ca: material.clientCaPem,
    minVersion: 'TLSv1.2',
    requestCert: true,
    // Enrolment sessions have no certificate; a client with a bad one is told so by CONNACK 5.
    rejectUnauthorized: false,
    ticketKeys: material.ticketKeys,
    sessionTimeout: RESUMABLE_S,
    // Another set of CAs is another context: a session authorized under a removed CA is not resumed.
    sessionIdContext: createHash('sha256').update(material.clientCaPem).digest('hex').slice(0, 32),
    handshakeTimeout: limits.handshakeMs,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ALPNProtocols: ['mqtt'],
  });
}

/** The socket underneath a TLS socket of the server. Node exposes it only under this name; without it nobody gets in. */
function underlying(socket: tls.TLSSocket & { _parent?: net.Socket }): net.Socket | null {
  // oxlint-disable-next-line no-underscore-dangle -- both ends' addresses tell it as well, for four calls into the kernel
  return socket._parent ?? null;
}

interface VisitHost {
  shakeHands(raw: net.Socket): void;
  full(): void;
}

/** A connection from accept until it is settled. */
class Visit implements Visitor {
  readonly address: string;
  private readonly raw: net.Socket;
  private readonly host: VisitHost;
  private state: 'waits' | 'in' | 'gone' = 'waits';
  private patience: NodeJS.Timeout | undefined;

  constructor(raw: net.Socket, remote: string, host: VisitHost) {
    this.raw = raw;
    this.address = readAddress(remote) ?? remote;
    this.host = host;
  }

  /** It was not let in immediately. */
  beginToWait(waitMs: number, waitedTooLong: () => void): void {
    if (this.state === 'waits') this.patience = setTimeout(waitedTooLong, waitMs);
  }

  enter(): void {
    this.state = 'in';
    clearTimeout(this.patience);
    if (!this.raw.destroyed) this.host.shakeHands(this.raw);
  }

  turnAway(): void {
    this.host.full();
    this.gone();
  }

  gone(): void {
    this.state = 'gone';
    clearTimeout(this.patience);
    this.raw.destroy();
  }
}

class TlsListener implements Listener, VisitHost {
  private readonly options: ListenerOptions;
  private readonly admission: Admission;
  private readonly tlsServer: tls.Server;
  private readonly server: net.Server;
  private readonly visits = new Map<net.Socket, Visit>();
  /** Those of them without a certificate: if the listener is full, one of them makes room (E10). */
  private readonly strangers = new NetworkTree<net.Socket>();

  constructor(options: ListenerOptions) {
    this.options = options;
    this.admission = new Admission(options.limits, options.monotonic);
    this.tlsServer = createTlsServer(options);
    this.tlsServer.on('secureConnection', (socket) => this.secured(socket));
    this.tlsServer.on('tlsClientError', (_error, socket) => {
      options.refused('handshake-failed');
      socket.on('error', ignore);
      socket.destroy();
    });
    // Paused until its turn, so that a waiting connection costs no memory. Without noDelay, full handshakes take twice as long.
    this.server = net.createServer({ noDelay: true, pauseOnConnect: true }, (raw) => this.accept(raw));
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  figures(): { waiting: number; entriesPerSecond: number | null } {
    return { waiting: this.admission.waiting, entriesPerSecond: this.admission.perSecond };
  }

  setTicketKeys(keys: Buffer): void {
    this.tlsServer.setTicketKeys(keys);
  }

  async listen(): Promise<void> {
    this.server.listen(this.options.port, this.options.host);
    await once(this.server, 'listening');
    this.server.on('error', ignore);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const raw of this.visits.keys()) raw.destroy();
    await closed;
  }

  shakeHands(raw: net.Socket): void {
    this.tlsServer.emit('connection', raw);
  }

  full(): void {
    this.options.refused('waiting-full');
  }

  private accept(raw: net.Socket): void {
    raw.on('error', ignore);
    const remote = raw.remoteAddress;
    if (remote === undefined) {
      raw.destroy();
      return;
    }
    const visit = new Visit(raw, remote, this);
    this.visits.set(raw, visit);
    this.strangers.add(raw, visit.address);
    raw.once('close', () => this.gone(raw, visit));
    if (this.visits.size > this.options.limits.connections) this.makeRoom();
    if (!raw.destroyed) this.admission.arrive(visit);
    visit.beginToWait(this.options.limits.waitMs, () => {
      this.options.refused('waited-too-long');
      this.admission.leave(visit, false);
      visit.gone();
    });
  }

  /** The quietest stranger of the network that holds most. If all others are devices, that is the newcomer. */
  private makeRoom(): void {
    const quietest = this.strangers.quietestOfFullest();
    const visit = quietest === undefined ? undefined : this.visits.get(quietest);
    if (quietest === undefined || visit === undefined) return;
    this.options.refused('connections-full');
    this.gone(quietest, visit);
  }

  private gone(raw: net.Socket, visit: Visit): void {
    this.visits.delete(raw);
    this.strangers.remove(raw);
    visit.gone();
    this.admission.leave(visit, true);
  }

  private secured(socket: tls.TLSSocket): void {
    socket.on('error', ignore);
    const raw = underlying(socket);
    const visit = raw === null ? undefined : this.visits.get(raw);
    if (raw === null || visit === undefined) {
      socket.destroy();
      return;
    }
    this.options.arrived({
      socket,
      address: visit.address,
      settle: (failed) => this.admission.leave(visit, failed),
      fail: () => this.admission.fail(visit.address),
      known: () => this.strangers.remove(raw),
      heard: () => this.strangers.heard(raw),
    });
  }
}

/** Listens for TLS connections and lets them in one by one as `Admission` decides (E10). */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const listener = new TlsListener(options);
  await listener.listen();
  return listener;
}
