/** One real TLS connection with one MQTT session in it, for tests: it never reconnects by itself. */
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { MqttClient } from 'mqtt';
import { Journal } from '../../agent/support/journal.ts';

const CONNECT_MS = 120_000;
const ANSWER_MS = 120_000;

export interface Where {
  /** `mqtts://host:port`. */
  mqtt: string;
  /** PEM file of the CA. */
  ca: string;
}

export interface ClientOptions {
  clientId: string;
  certificate?: { cert: string; key: string };
  will?: { topic: string; payload: Buffer };
  /** The loopback address to come from: budgets count by address. */
  localAddress?: string;
}

/** A verified TLS connection to the broker. */
export async function openTls(where: Where, options: Pick<ClientOptions, 'certificate' | 'localAddress'>): Promise<TLSSocket> {
  const { hostname: host, port } = new URL(where.mqtt);
  const { localAddress } = options;
  const ca = readFileSync(where.ca);
  const tcp = connectTcp({ host, port: Number(port), noDelay: true, ...(localAddress === undefined ? {} : { localAddress }) });
  const socket = connectTls({ socket: tcp, host, ca, minVersion: 'TLSv1.2', ...options.certificate });
  // Whoever waits hears of the first error; either of the two sockets may have more of them later.
  for (const one of [tcp, socket]) one.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    const failed = (error?: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      tcp.destroy();
      reject(error ?? new Error('closed before TLS'));
    };
    const closed = (): void => failed();
    const timer = setTimeout(() => failed(new Error('no TLS in time')), CONNECT_MS);
    tcp.once('error', failed);
    socket.once('error', failed).once('close', closed);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      socket.off('close', closed).off('error', failed);
      tcp.off('error', failed);
      resolve(socket);
    });
  });
}

/** One MQTT session that never reconnects by itself. Everything that waits for it rejects when it is closed. */
export class MqttSession {
  readonly clientId: string;
  readonly received = new Journal<Buffer>();
  readonly closed: Promise<void>;
  private readonly client: MqttClient;
  private readonly lost: Promise<never>;

  private constructor(client: MqttClient, clientId: string) {
    this.client = client;
    this.clientId = clientId;
    this.closed = new Promise((resolve) => {
      client.once('close', () => resolve());
    });
    this.lost = this.closed.then(() => {
      throw new Error('the session was closed');
    });
    this.lost.catch(() => undefined);
    client.on('error', () => undefined);
    client.on('message', (_topic, payload) => this.received.add(payload));
  }

  /** Throws where CONNACK is not 0; the error's `code` is then the CONNACK's. */
  static async open(where: Where, options: ClientOptions): Promise<MqttSession> {
    const socket = await openTls(where, options);
    const { clientId, will } = options;
    const client = new MqttClient(() => socket, {
      clientId,
      clean: true,
      protocolVersion: 4,
      keepalive: 60,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_MS,
      resubscribe: false,
      ...(will === undefined ? {} : { will: { ...will, qos: 1, retain: false } }),
    });
    const session = new MqttSession(client, clientId);
    const ready = new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', reject);
    });
    try {
      await Promise.race([ready, session.lost]);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return session;
  }

  /** Resolves with the granted QoS of SUBACK; 128 is a refusal. */
  async subscribe(topic: string): Promise<number> {
    const granted = new Promise<number>((resolve) => {
      this.client.subscribe(topic, { qos: 1 }, (_error, _topics, packet) => {
        const [code] = packet?.granted ?? [];
        resolve(typeof code === 'number' ? code : 128);
      });
    });
    return Promise.race([granted, this.lost]);
  }

  /** With QoS 1; resolves on PUBACK. */
  async publish(topic: string, payload: Buffer | string): Promise<void> {
    await Promise.race([this.client.publishAsync(topic, payload, { qos: 1, retain: false }), this.lost]);
  }

  /** The message with this number, from 0, now or later. */
  async message(number: number): Promise<Buffer> {
    const arrived = this.received.until(() => this.received.all.length > number, 0, ANSWER_MS);
    arrived.catch(() => undefined);
    await Promise.race([arrived, this.lost]);
    const payload = this.received.all[number];
    if (payload === undefined) throw new Error('no message');
    return payload;
  }

  async end(): Promise<void> {
    await Promise.race([this.client.endAsync(), this.closed]);
  }

  /** Cuts the connection; a last will fires. */
  drop(): void {
    this.client.stream.destroy();
  }
}
