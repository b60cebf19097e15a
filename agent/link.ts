import { MqttClient, type IClientOptions } from 'mqtt';
import { MAX_PACKET_BYTES } from '../protocol/messages.ts';
import type { ProxySettings } from './proxy.ts';
import { LinkFailure, linkFailure, openSecureSocket, parseBrokerUrl, type SecureTarget } from './secure-socket.ts';

const KEEP_ALIVE_S = 60;
const CONNECT_TIMEOUT_MS = 15_000;
const ACK_TIMEOUT_MS = 20_000;
const END_TIMEOUT_MS = 2000;
const NOT_AUTHORIZED = 5;

/** An MQTT session over a verified TLS connection. It never reconnects by itself. */
export interface Link {
  /** Resolves on SUBACK. From then on `onMessage` receives incoming messages. */
  subscribe(topic: string): Promise<void>;
  /** Publishes with QoS 1; resolves on PUBACK. */
  publish(topic: string, payload: Buffer): Promise<void>;
  onMessage(handler: (payload: Buffer) => void): void;
  /** Resolves once, when the session ends, whichever side ended it. */
  readonly closed: Promise<void>;
  /** Sends DISCONNECT, so no last will is published. */
  end(): Promise<void>;
  /** Drops the connection; the last will is published. */
  drop(): void;
}

export interface LinkOptions {
  brokerUrl: string;
  ca: string;
  clientId: string;
  certificate?: { cert: string; key: string };
  will?: { topic: string; payload: Buffer };
  proxy: ProxySettings | null;
  /** How long an acknowledgement may take, in milliseconds: a link that returns nothing is no link. */
  acknowledgedMs?: number;
  /** CONNECT waits for this; the TLS handshake before it does not. */
  beforeConnect?: Promise<unknown>;
}

/** CONNACK 5: the service does not know this certificate, or no longer does. Only this may start a renewal (protocol.md §1). */
export class NotAuthorized extends Error {}

/**
 * The end of a session, for work in progress at that moment. A `then` on its promise would be kept until the session ends: with one per heartbeat, a
 * display that stays connected would leak 2 MB a day.
 */
class Closing {
  readonly closed: Promise<void>;
  readonly #underWay = new Set<() => void>();
  #isOver = false;

  constructor(client: MqttClient) {
    this.closed = new Promise<void>((resolve) => {
      client.once('close', () => {
        this.#isOver = true;
        for (const lost of this.#underWay) lost();
        this.#underWay.clear();
        resolve();
      });
    });
  }

  /** Calls `lost` when the session ends, or at once if it has ended; returns a function that cancels this. */
  tell(lost: () => void): () => void {
    if (this.#isOver) lost();
    else this.#underWay.add(lost);
    return () => this.#underWay.delete(lost);
  }
}

function within<T>(work: Promise<T>, closing: Closing | null, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new LinkFailure('unreachable', 'no answer in time')), timeoutMs);
    const callOff = closing?.tell(() => {
      clearTimeout(timer);
      reject(new LinkFailure('connection-cut', 'the connection was lost'));
    });
    work
      .then(resolve, (error: unknown) => reject(linkFailure(error)))
      .finally(() => {
        clearTimeout(timer);
        callOff?.();
      });
  });
}

function mqttOptions(options: LinkOptions): IClientOptions {
  return {
    clientId: options.clientId,
    clean: true,
    protocolVersion: 4,
    keepalive: KEEP_ALIVE_S,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    resubscribe: false,
    queueQoSZero: false,
    timerVariant: 'native',
    ...(options.will === undefined ? {} : { will: { ...options.will, qos: 1, retain: false } }),
  };
}

function accepted(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', (error) =>
      reject('code' in error && error.code === NOT_AUTHORIZED ? new NotAuthorized() : linkFailure(error)),
    );
    client.once('close', () => reject(new LinkFailure('connection-cut', 'closed before CONNACK')));
  });
}

function linkOf(client: MqttClient, closing: Closing, acknowledgedMs = ACK_TIMEOUT_MS): Link {
  return {
    closed: closing.closed,
    subscribe: async (topic) => {
      const granted = await within(client.subscribeAsync(topic, { qos: 1 }), closing, acknowledgedMs);
      if (granted[0]?.qos === 128) throw new LinkFailure('unreachable', 'the subscription was refused');
    },
    publish: async (topic, payload) => {
      await within(client.publishAsync(topic, payload, { qos: 1, retain: false }), closing, acknowledgedMs);
    },
    onMessage: (handler) => {
      client.on('message', (_topic, payload) => {
        if (payload.length <= MAX_PACKET_BYTES) handler(payload);
      });
    },
    end: async () => {
      await within(client.endAsync(), null, END_TIMEOUT_MS).catch(() => client.stream.destroy());
    },
    drop: () => {
      client.stream.destroy();
    },
  };
}

/** Opens a session: verified TLS, CONNECT, CONNACK. Throws a NotAuthorized on CONNACK 5, a LinkFailure otherwise. */
export async function openLink(options: LinkOptions): Promise<Link> {
  const address = parseBrokerUrl(options.brokerUrl);
  if (address === null) throw new LinkFailure('unreachable', 'the broker address is not mqtts://');
  const target: SecureTarget = {
    ...address,
    ca: options.ca,
    proxy: options.proxy,
    timeoutMs: CONNECT_TIMEOUT_MS,
    // Port 443 is shared with https; ALPN tells the two apart there (protocol.md §1).
    ...(address.port === 443 ? { alpn: 'mqtt' } : {}),
    ...(options.certificate === undefined ? {} : { certificate: options.certificate }),
  };
  const socket = await openSecureSocket(target);
  try {
    await options.beforeConnect;
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const client = new MqttClient(() => socket, mqttOptions(options));
  client.on('error', () => undefined);
  const closing = new Closing(client);
  const timer = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
  try {
    await accepted(client);
    return linkOf(client, closing, options.acknowledgedMs);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
