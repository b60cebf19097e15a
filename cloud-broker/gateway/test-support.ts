/** For the tests of this folder: a gateway with throwaway keys and recording handlers, and clients that may misbehave. */
import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { encode, type DeviceDown, type Will } from '../../protocol/messages.ts';
import { deviceTopic } from '../../protocol/topics.ts';
import { privateKeyPem } from '../keys/pem.ts';
import { spkiDer } from '../../protocol/signing.ts';
import { deviceCertificateSigner } from '../keys/device-certificates.ts';
import { signCaCertificate, signServerCertificate, type Issuer } from '../keys/x509.ts';
import { startEmbeddedGateway } from './embedded.ts';
import type { GatewayLimits } from './limits.ts';
import type { GatewayTls } from './listener.ts';
import type { DeviceHandler, EnrolmentHandler, EnrolmentSession, Gateway, PeerCertificate } from './port.ts';

export const newDeviceId = (): string => randomBytes(12).toString('hex');
export const newEnrolmentId = (): string => `enroll-${randomBytes(16).toString('hex')}`;

export interface Authority {
  issuer: Issuer;
  tls: GatewayTls;
}

export async function newIssuer(name = 'Rollcall CA test'): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { key: privateKey, certificatePem: await signCaCertificate(privateKey, publicKey, name) };
}

export async function newAuthority(): Promise<Authority> {
  const issuer = await newIssuer();
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificatePem = await signServerCertificate(issuer, server.publicKey, ['localhost', '127.0.0.1']);
  return {
    issuer,
    tls: {
      keyPem: privateKeyPem(server.privateKey),
      certificatePem,
      clientCaPem: issuer.certificatePem,
      ticketKeys: randomBytes(48),
    },
  };
}

export interface ClientKey {
  key: string;
  cert: string;
}

export async function deviceKey(issuer: Issuer, deviceId: string): Promise<ClientKey> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    key: privateKeyPem(pair.privateKey),
    cert: deviceCertificateSigner(issuer)({ deviceId: deviceId, publicKeyDer: spkiDer(pair.publicKey) }).pem,
  };
}

export const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();

/** Resolves when `condition` holds; polled between events, never by sleeping for a guessed time. */
export async function until(condition: () => boolean, what = 'the condition', withinMs = 120_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`${what} did not become true`);
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}

/** Records the gateway's handler calls, in order, and answers as the test specifies. */
export class Recorder implements DeviceHandler {
  readonly calls: string[] = [];
  readonly enrolments: EnrolmentSession[] = [];
  readonly revoked = new Set<string>();
  /** Runs while each message is handled; its promise is awaited. */
  onMessage: (call: string) => Promise<void> = async () => undefined;
  reply: DeviceDown | null = null;

  readonly enrolment: EnrolmentHandler = {
    opened: (session) => {
      this.calls.push('opened');
      this.enrolments.push(session);
    },
    message: async (_session, payload) => this.record(`up ${Buffer.from(payload).toString()}`),
    closed: () => {
      this.calls.push('closed');
    },
  };

  async admits(certificate: PeerCertificate): Promise<boolean> {
    return !this.revoked.has(certificate.fingerprint);
  }
  connected(_deviceId: string, _address: string, tookOver: boolean): void {
    this.calls.push(tookOver ? 'connected, took over' : 'connected');
  }
  disconnected(_deviceId: string, said: boolean): void {
    this.calls.push(said ? 'disconnected, said' : 'disconnected, lost');
  }
  async birth(_deviceId: string, birth: { epoch: number }): Promise<DeviceDown | null> {
    await this.record(`birth ${birth.epoch}`);
    return this.reply;
  }
  answered: DeviceHandler['answered'] = () => undefined;
  async heartbeat(_deviceId: string, heartbeat: { seq: number }): Promise<DeviceDown | null> {
    await this.record(`heartbeat ${heartbeat.seq}`);
    return this.reply;
  }
  async will(_deviceId: string, will: Will): Promise<void> {
    await this.record(`will ${will.epoch}${will.reason === undefined ? '' : ` ${will.reason}`}`);
  }
  async unenroll(_deviceId: string, unenroll: { epoch: number }): Promise<void> {
    await this.record(`unenroll ${unenroll.epoch}`);
  }
  async result(_deviceId: string, result: { outcome: string }): Promise<void> {
    await this.record(`result ${result.outcome}`);
  }

  private async record(call: string): Promise<void> {
    this.calls.push(call);
    await this.onMessage(call);
  }
}

export interface TestGateway {
  gateway: Gateway;
  recorder: Recorder;
  authority: Authority;
  warnings: string[];
}

export async function startTestGateway(
  options: {
    authority?: Authority;
    tls?: GatewayTls;
    recorder?: Recorder;
    limits?: Partial<GatewayLimits>;
    now?: () => number;
    monotonic?: () => number;
  } = {},
): Promise<TestGateway> {
  const authority = options.authority ?? (await newAuthority());
  const recorder = options.recorder ?? new Recorder();
  const warnings: string[] = [];
  const gateway = await startEmbeddedGateway({
    host: '127.0.0.1',
    port: 0,
    tls: options.tls ?? authority.tls,
    enrolment: recorder.enrolment,
    devices: recorder,
    log: { warn: (details, message) => warnings.push(`${message} ${JSON.stringify(details)}`) },
    limits: options.limits ?? {},
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.monotonic === undefined ? {} : { monotonic: options.monotonic }),
  });
  return { gateway, recorder, authority, warnings };
}

function mqttString(text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

export function frame(header: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  for (let left = body.length; left > 0 || length.length === 0; left = left >> 7)
    length.push((left & 0x7f) | (left > 127 ? 0x80 : 0));
  return Buffer.concat([Buffer.from([header, ...length]), body]);
}

export interface ConnectFields {
  clientId: string;
  level?: number;
  clean?: boolean;
  keepAliveS?: number;
  will?: { topic: string; payload: Uint8Array; qos?: number; retain?: boolean };
}

export function connectFrame({ clientId, level = 4, clean = true, keepAliveS = 60, will }: ConnectFields): Buffer {
  const willFlags = will === undefined ? 0 : 0x04 | ((will.qos ?? 1) << 3) | (will.retain === true ? 0x20 : 0);
  const head = Buffer.from([level, (clean ? 0x02 : 0) | willFlags, keepAliveS >> 8, keepAliveS & 0xff]);
  const willParts = will === undefined ? [] : [mqttString(will.topic), mqttString(will.payload)];
  const properties = level === 5 ? [Buffer.from([0])] : [];
  return frame(0x10, mqttString('MQTT'), head, ...properties, mqttString(clientId), ...willParts);
}

/** QoS 1 by default; QoS 0 without a message id. Other headers: 0x33 retains, 0x34 is QoS 2. */
export function publishFrame(topic: string, payload: Uint8Array | string, messageId: number | null = 1, header = 0x32): Buffer {
  if (messageId === null) return frame(0x30, mqttString(topic), Buffer.from(payload));
  return frame(header, mqttString(topic), Buffer.from([messageId >> 8, messageId & 0xff]), Buffer.from(payload));
}

export function subscribeFrame(...filters: string[]): Buffer {
  return frame(0x82, Buffer.from([0, 9]), ...filters.flatMap((filter) => [mqttString(filter), Buffer.from([1])]));
}

export const disconnectFrame = Buffer.from([0xe0, 0]);

export const lastWill = (deviceId: string, epoch = 7) => ({
  topic: deviceTopic(deviceId, 'will'),
  payload: encode({ type: 'will', epoch }),
});

export const heartbeatBytes = (seq: number, epoch = 7): Buffer =>
  encode({ type: 'heartbeat', epoch, seq, at: '2026-01-01T00:00:00Z', uptimeS: 1, health: {} });

/** A TLS client that writes any given bytes and collects the packets it receives. */
export class RawClient {
  readonly socket: tls.TLSSocket;
  readonly packets: { header: number; body: Buffer }[] = [];
  session: Buffer | null = null;
  /** Whether the handshake resumed an earlier session. */
  resumed = false;
  private buffer = Buffer.alloc(0);

  constructor(socket: tls.TLSSocket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.setNoDelay(true);
    socket.on('session', (session) => {
      this.session = session;
    });
    socket.on('data', (chunk) => this.collect(chunk));
  }

  get closed(): boolean {
    return this.socket.destroyed || this.socket.readableEnded;
  }

  /** Resolves to true once the connection is closed, by either side. */
  async untilClosed(): Promise<true> {
    await until(() => this.closed, 'the end of the connection');
    return true;
  }

  has(header: number, count = 1): boolean {
    return this.packets.filter((packet) => packet.header === header).length >= count;
  }

  /** The first packet with this header, once it arrives; rejects if the connection closes first. */
  async next(header: number): Promise<Buffer> {
    await until(() => this.has(header) || this.closed, `a packet 0x${header.toString(16)}`);
    const found = this.packets.find((packet) => packet.header === header);
    if (found === undefined) throw new Error(`closed without a packet 0x${header.toString(16)}`);
    this.packets.splice(this.packets.indexOf(found), 1);
    return found.body;
  }

  private collect(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (;;) {
      let length = 0;
      let at = 1;
      for (let shift = 0; at < this.buffer.length; shift += 7, at++) {
        length |= ((this.buffer[at] ?? 0) & 0x7f) << shift;
        if (((this.buffer[at] ?? 0) & 0x80) === 0) break;
      }
      const end = at + 1 + length;
      if (this.buffer.length < 2 || this.buffer.length < end) return;
      this.packets.push({ header: this.buffer[0] ?? 0, body: this.buffer.subarray(at + 1, end) });
      this.buffer = this.buffer.subarray(end);
    }
  }
}

type RawOptions = tls.ConnectionOptions & { localAddress?: string };

export async function rawConnect({ gateway, authority }: TestGateway, options: RawOptions = {}): Promise<RawClient> {
  const { localAddress } = options;
  const under =
    localAddress === undefined ? {} : { socket: net.connect({ port: gateway.port, host: '127.0.0.1', localAddress }) };
  const socket = tls.connect({
    port: gateway.port,
    host: '127.0.0.1',
    ca: authority.tls.clientCaPem,
    servername: 'localhost',
    ...under,
    ...options,
  });
  const client = new RawClient(socket);
  await once(socket, 'secureConnect');
  client.resumed = socket.isSessionReused();
  return client;
}

/** A connection whose CONNECT was answered, and the CONNACK code; throws if it was closed instead. */
export async function rawSession(
  test: TestGateway,
  fields: ConnectFields,
  options: RawOptions = {},
): Promise<{ client: RawClient; code: number | undefined }> {
  const client = await rawConnect(test, options);
  client.socket.write(connectFrame(fields));
  const connack = await client.next(0x20);
  return { client, code: connack[1] };
}
