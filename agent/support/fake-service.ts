import { createHash, createPublicKey, randomBytes, randomUUID, verify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type Server } from 'node:tls';
import { Aedes, type Client } from 'aedes';
import { onTestFinished } from 'vitest';
import type {
  Accepted,
  Birth,
  CommandResult,
  DeviceDown,
  EnrolmentDown,
  EnrolmentProof,
  EnrolmentRequest,
  Heartbeat,
  Unenroll,
  Will,
} from '../../protocol/messages.ts';
import { decode, deviceUp, encode, enrolmentUp, type EnrolmentUp } from '../../protocol/messages.ts';
import { enrolmentBytes, keyFingerprint, parsePublicKey } from '../../protocol/signing.ts';
import { deviceTopic, enrolmentTopic, isEnrolmentClientId, parseTopic } from '../../protocol/topics.ts';
import { Journal } from './journal.ts';
import { throwawayCa, type ThrowawayCa } from './throwaway-ca.ts';

export type Seen =
  | { what: 'connect'; clientId: string; clean: boolean; keepAlive: number; will: Will | null }
  | { what: 'refused'; clientId: string }
  | { what: 'subscribe'; clientId: string; topic: string }
  | { what: 'request'; request: EnrolmentRequest }
  | { what: 'proof'; request: EnrolmentRequest; proof: EnrolmentProof; deviceSignature: boolean; boardSignature: boolean | null }
  | { what: 'device'; deviceId: string; message: Birth | Heartbeat | Will | Unenroll | CommandResult }
  | { what: 'gone'; clientId: string };

export type Say = 'accept' | 'silence' | 'hang-up' | ((request: EnrolmentRequest) => EnrolmentDown);

/** How the fake service behaves; a test changes it as it goes. */
export interface Behaviour {
  onRequest: 'challenge' | Exclude<Say, 'accept'>;
  onProof: Say;
  settings: DeviceDown | null;
  /** False: births and heartbeats of a device are acknowledged but nothing is let in (CONNACK 5). */
  letIn: boolean;
  accepted: Partial<Accepted>;
  /** The register's factory keys by serial, to check the board's signature. */
  factoryKeys: Map<string, string>;
}

/** A pretended service: discovery, a real MQTT broker over real TLS, and a scripted enrolment. It ends with the test at the latest. */
export class FakeService {
  readonly seen = new Journal<Seen>();
  readonly behaviour: Behaviour = {
    onRequest: 'challenge',
    onProof: 'accept',
    settings: null,
    letIn: true,
    accepted: {},
    factoryKeys: new Map(),
  };
  readonly certificates = new Set<string>();
  url = '';
  brokerUrl = '';
  readonly ca: ThrowawayCa;
  /** What discovery says of the CA; a test may lie here. */
  discoveryCa: string;
  readonly #sockets = new Set<Socket>();
  readonly #open = new Map<string, { request: EnrolmentRequest; nonce: string }>();
  readonly #broker: Aedes;
  readonly #closers: (() => void)[] = [];
  #mqtt: Server | null = null;
  readonly #clients = new Map<string, Client>();

  private constructor(broker: Aedes, ca: ThrowawayCa) {
    this.#broker = broker;
    this.ca = ca;
    this.discoveryCa = ca.pem;
  }

  static async start(): Promise<FakeService> {
    const service = new FakeService(await Aedes.createBroker({ drainTimeout: 0 }), await throwawayCa());
    onTestFinished(() => service.close());
    await service.#listen();
    return service;
  }

  async #listen(): Promise<void> {
    const { cert, key } = await this.ca.server();
    const mqtt = createTlsServer(
      { cert, key, ca: this.ca.pem, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2', noDelay: true },
      (socket) => this.#broker.handle(socket),
    );
    this.#mqtt = mqtt;
    const http = createHttpServer((request, response) => {
      if (request.url !== '/.well-known/rollcall') return void response.writeHead(404).end();
      const found = { service: 'rollcall', protocols: [1], brokerUrl: this.brokerUrl, ca: this.discoveryCa };
      response.end(JSON.stringify({ ...found, now: new Date().toISOString() }));
    });
    for (const server of [mqtt, http]) {
      server.on('connection', (socket: Socket) => {
        this.#sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      this.#closers.push(() => server.close());
    }
    this.brokerUrl = `mqtts://127.0.0.1:${(mqtt.address() as AddressInfo).port}`;
    this.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    this.#wire();
  }

  /** Drops every connection, as a power cut would. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The broker goes away: its port refuses, its connections are cut. */
  async pause(): Promise<void> {
    const closed = this.#mqtt === null ? null : once(this.#mqtt, 'close');
    this.#mqtt?.close();
    this.dropAll();
    await closed;
  }

  /** And comes back on the same port. */
  async unpause(): Promise<void> {
    this.#mqtt?.listen(Number(new URL(this.brokerUrl).port), '127.0.0.1');
    if (this.#mqtt !== null) await once(this.#mqtt, 'listening');
  }

  async close(): Promise<void> {
    for (const close of this.#closers) close();
    this.dropAll();
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()));
  }

  /** Sends a message to an enrolled device. */
  send(deviceId: string, message: DeviceDown): void {
    this.#deliver(this.#clients.get(deviceId), deviceTopic(deviceId, 'down'), encode(message));
  }

  /** Says more to the enrolment sessions that have proved, as an admin's decision does. */
  async decide(say: Say): Promise<void> {
    for (const [id, { request }] of this.#open) await this.#say(this.#clients.get(id), request, say);
  }

  /** All messages of one device of one type, so far. */
  of<K extends Birth | Heartbeat | Will | CommandResult | Unenroll, T extends K['type']>(type: T): Extract<K, { type: T }>[] {
    const messages = this.seen.all.flatMap((entry) => (entry.what === 'device' ? [entry.message] : []));
    return messages.filter((message) => message.type === type) as Extract<K, { type: T }>[];
  }

  #deliver(client: Client | undefined, topic: string, payload: Buffer): void {
    client?.publish({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false }, () => undefined);
  }

  #mayEnter({ id, conn: socket }: Client): boolean {
    if (isEnrolmentClientId(id)) return true;
    if (!(socket instanceof TLSSocket) || !socket.authorized || !this.behaviour.letIn) return false;
    const certificate = new X509Certificate(socket.getPeerCertificate(true).raw);
    return this.certificates.has(certificate.fingerprint256) && certificate.subject === `CN=${id}`;
  }

  #wire(): void {
    const broker = this.#broker;
    broker.preConnect = (_client, packet, done) => {
      const will = packet.will === undefined ? null : decode<Will>(deviceUp.will, Buffer.from(packet.will.payload));
      const { clientId, clean = false, keepalive: keepAlive = 0 } = packet;
      this.seen.add({ what: 'connect', clientId, clean, keepAlive, will: will?.ok ? will.message : null });
      done(null, true);
    };
    broker.authenticate = (client, _user, _password, done) => {
      if (this.#mayEnter(client)) {
        this.#clients.set(client.id, client);
        return done(null, true);
      }
      this.seen.add({ what: 'refused', clientId: client.id });
      done(Object.assign(new Error('not authorized'), { returnCode: 5 as const }), false);
    };
    broker.authorizeSubscribe = (client, subscription, done) => {
      this.seen.add({ what: 'subscribe', clientId: client.id, topic: subscription.topic });
      done(null, subscription);
    };
    broker.on('clientDisconnect', (client) => this.seen.add({ what: 'gone', clientId: client.id }));
    broker.on('publish', (packet, client) => {
      const topic = parseTopic(packet.topic);
      const payload = Buffer.from(packet.payload);
      if (topic?.kind === 'enrolment' && topic.direction === 'up' && client !== null) void this.#enrolment(client, payload);
      if (topic?.kind === 'device' && topic.channel !== 'down') this.#device(topic.deviceId, topic.channel, payload);
    });
  }

  #device(deviceId: string, channel: keyof typeof deviceUp, payload: Buffer): void {
    const decoded = decode<Birth | Heartbeat | Will | Unenroll | CommandResult>(deviceUp[channel], payload);
    if (!decoded.ok) throw new Error(`a device sent what cannot be read: ${decoded.detail}`);
    this.seen.add({ what: 'device', deviceId, message: decoded.message });
    if (channel === 'birth' && this.behaviour.settings !== null) this.send(deviceId, this.behaviour.settings);
    if (channel === 'unenroll') this.certificates.clear();
  }

  async #enrolment(client: Client, payload: Buffer): Promise<void> {
    const decoded = decode<EnrolmentUp>(enrolmentUp, payload);
    if (!decoded.ok) throw new Error(`an enrolling board sent what cannot be read: ${decoded.detail}`);
    const { message } = decoded;
    if (message.type === 'request') {
      this.seen.add({ what: 'request', request: message });
      return this.#onRequest(client, message);
    }
    const open = this.#open.get(client.id);
    if (open === undefined) throw new Error('a proof without a request');
    this.seen.add({ what: 'proof', request: open.request, proof: message, ...this.#checked(open, message) });
    await this.#say(client, open.request, this.behaviour.onProof);
  }

  async #onRequest(client: Client, request: EnrolmentRequest): Promise<void> {
    const { onRequest } = this.behaviour;
    if (onRequest !== 'challenge') return this.#say(client, request, onRequest);
    const nonce = randomBytes(32).toString('base64url');
    this.#open.set(client.id, { request, nonce });
    this.#reply(client, { type: 'challenge', requestId: request.requestId, nonce, expiresInS: 60 });
  }

  #checked(open: { request: EnrolmentRequest; nonce: string }, proof: EnrolmentProof) {
    const { request, nonce } = open;
    const deviceKey = parsePublicKey(request.publicKey);
    const bytes = enrolmentBytes({
      domain: request.domain,
      serial: request.board.serial,
      nonce,
      keyFingerprint: keyFingerprint(deviceKey),
    });
    const right = (pem: string, signature: string) =>
      verify('sha256', bytes, { key: createPublicKey(pem), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
    const factoryKey = this.behaviour.factoryKeys.get(request.board.serial);
    return {
      deviceSignature: right(request.publicKey, proof.deviceSignature),
      boardSignature:
        proof.boardSignature === undefined ? null : factoryKey !== undefined && right(factoryKey, proof.boardSignature),
    };
  }

  #reply(client: Client | undefined, message: EnrolmentDown): void {
    if (client !== undefined) this.#deliver(client, enrolmentTopic(client.id, 'down'), encode(message));
  }

  async #say(client: Client | undefined, request: EnrolmentRequest, say: Say): Promise<void> {
    if (say === 'silence') return;
    if (say === 'hang-up') return void client?.conn.destroy();
    this.#reply(client, say === 'accept' ? await this.accept(request) : say(request));
  }

  /** An `accepted` for this request; its certificate is live from now on. The same key gets the same device (E3). */
  async accept(request: EnrolmentRequest): Promise<Accepted> {
    const digest = createHash('sha256').update(request.publicKey).digest('base64url');
    const deviceId = `d${digest.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 20)}`;
    const certificate = await this.ca.device(deviceId, request.publicKey);
    this.certificates.add(new X509Certificate(certificate).fingerprint256);
    return {
      type: 'accepted',
      requestId: request.requestId,
      deviceId,
      certificate,
      ca: this.ca.pem,
      brokerUrl: this.brokerUrl,
      replay: false,
      epochFrom: 1,
      now: new Date().toISOString(),
      domain: { name: request.domain, organization: 'Test School' },
      heartbeat: { intervalS: 1, jitterS: 0 },
      credits: { granted: 365, reason: 'granted' },
      ...this.behaviour.accepted,
    };
  }
}

export const rejected =
  (code: string, more: { retryAfterS?: number } = {}) =>
  (request: EnrolmentRequest): EnrolmentDown => ({
    type: 'rejected',
    requestId: request.requestId,
    code,
    message: 'The service’s own sentence.',
    next: 'The service’s own next step.',
    correlationId: randomUUID(),
    ...more,
  });

export const pending =
  (code: string, retryAfterS: number, waitS = 0) =>
  (request: EnrolmentRequest): EnrolmentDown => ({
    type: 'pending',
    requestId: request.requestId,
    code,
    message: 'Wait.',
    checkCode: 'BBBB-BBBB',
    retryAfterS,
    waitS,
    correlationId: randomUUID(),
  });
