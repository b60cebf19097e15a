/** A receiver of webhooks on loopback and a deliverer on a real store, for tests. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { WebhookType } from '../../protocol/api-webhooks.ts';
import { createSecrets, type Secrets } from '../../cloud-broker/keys/secrets.ts';
import { Jobs } from '../../cloud-broker/service/jobs.ts';
import { CHANGE, databaseBeside, START, type TestStore } from './store.ts';
import { Deliverer, type DelivererParts } from '../../cloud-broker/webhooks/deliverer.ts';
import { newWebhookSecret } from '../../cloud-broker/webhooks/rules/signature.ts';

export interface Received {
  id: string;
  body: { type: string; timestamp: string; data: unknown };
  text: string;
  headers: IncomingMessage['headers'];
}

type Answer = (received: Received, response: ServerResponse) => void;

export const answerWith =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_received, response) =>
    void response.writeHead(status, headers).end('thanks');

/** Keeps what it is sent; `answer` may be exchanged at any time. */
export class Receiver {
  readonly received: Received[] = [];
  answer: Answer = answerWith(204);
  /** Requests that are open at the same time, at most so far. */
  mostOpen = 0;
  private open = 0;
  private readonly listening: ReturnType<typeof createServer>;
  private readonly waiting: (() => void)[] = [];
  private port = 0;
  private readonly scheme: string;

  constructor(tls: { key: string; cert: string } | null = null) {
    const listener: RequestListener = (request, response) => void this.take(request, response);
    this.scheme = tls === null ? 'http' : 'https';
    this.listening = tls === null ? createServer(listener) : createTlsServer(tls, listener);
  }

  async start(port = 0): Promise<this> {
    this.listening.listen(port, '127.0.0.1');
    await once(this.listening, 'listening');
    this.port = (this.listening.address() as AddressInfo).port;
    onTestFinished(async () => this.stop());
    return this;
  }

  async stop(): Promise<void> {
    this.listening.closeAllConnections();
    if (!this.listening.listening) return;
    this.listening.close();
    await once(this.listening, 'close');
  }

  url(host = '127.0.0.1'): string {
    return `${this.scheme}://${host}:${this.port}/hook`;
  }

  get portNumber(): number {
    return this.port;
  }

  /** Resolves when so many messages have come. */
  async until(count: number): Promise<Received[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.received;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    response.on('close', () => (this.open -= 1));
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const received: Received = {
      id: String(request.headers['webhook-id']),
      body: JSON.parse(text) as Received['body'],
      text,
      headers: request.headers,
    };
    this.received.push(received);
    this.answer(received, response);
    for (const wake of this.waiting.splice(0)) wake();
  }
}

/** A store, webhooks in it, events written beside the service, and a deliverer whose clock is `now`. */
export class Post {
  readonly store: TestStore;
  readonly secrets: Secrets;
  now = START;
  random = 0.5;
  deliverer: Deliverer;
  private readonly options: Partial<DelivererParts>;
  private made = 0;

  constructor(store: TestStore, options: Partial<DelivererParts> = {}, secrets = createSecrets(randomBytes(32))) {
    this.store = store;
    this.secrets = secrets;
    this.options = options;
    this.deliverer = this.start();
  }

  start(): Deliverer {
    const log = { error: (about: unknown) => void this.store.problems.push(JSON.stringify(about)), warn: () => undefined };
    const jobs = new Jobs<'webhooks'>(log);
    const deliverer = new Deliverer({
      store: this.store,
      secrets: this.secrets,
      present: async (event) => event.data,
      policy: { allowPrivate: true },
      resolve: async () => [],
      clock: () => this.now,
      random: () => this.random,
      log,
      wake: () => jobs.wake('webhooks'),
      timeoutMs: 5000,
      ...this.options,
    });
    jobs.start([{ name: 'webhooks', everyMs: 60_000, run: async () => deliverer.look() }]);
    void deliverer.changed();
    onTestFinished(async () => {
      await jobs.stop();
      await deliverer.close();
    });
    this.deliverer = deliverer;
    return deliverer;
  }

  async webhook(domainId: number, url: string, types: WebhookType[] = ['billing']): Promise<{ id: string; secret: string }> {
    this.made += 1;
    const id = `wh-${domainId}-${this.made}`;
    const secret = newWebhookSecret(randomBytes);
    const sealed = this.secrets.seal('webhook', id, secret);
    const about = { ...CHANGE, now: this.now, domainId, id, url, types, description: '', secret: sealed };
    await this.store.write('createWebhook', about);
    await this.deliverer.changed(id);
    return { id, secret };
  }

  /** Writes events and tells the deliverer; their ids. */
  async happen(
    domainId: number,
    count: number,
    type: WebhookType = 'billing',
    data: object = { transferId: 1 },
  ): Promise<number[]> {
    const file = databaseBeside(this.store.file);
    try {
      const counter = file.prepare(
        "INSERT INTO counters VALUES ('events', ?, 1) ON CONFLICT DO UPDATE SET newest = newest + 1 RETURNING newest",
      );
      const insert = file.prepare('INSERT INTO events (domain_id, number, at, type, data) VALUES (?, ?, ?, ?, ?)');
      const one = (): number => {
        const id = Number(counter.get(domainId)?.['newest']);
        insert.run(domainId, id, this.now, type, JSON.stringify(data));
        return id;
      };
      return Array.from({ length: count }, one);
    } finally {
      file.close();
      await this.deliverer.changed();
    }
  }

  /** What is older than a week is not kept. */
  forget(domainId: number, event: number): void {
    const file = databaseBeside(this.store.file);
    file.prepare('DELETE FROM events WHERE domain_id = ? AND number = ?').run(domainId, event);
    file.close();
  }

  /** Time passes, and what is due by then is sent. */
  async later(ms: number): Promise<void> {
    this.now += ms;
    await this.deliverer.changed();
  }

  async deliveries(
    id: string,
  ): Promise<{ event: number; state: string; tries: number; status: number | null; failure: string | null }[]> {
    return await this.store.reader.all(
      'SELECT event_id AS event, state, tries, status, failure FROM webhook_deliveries WHERE webhook_id = ? ORDER BY event_id',
      id,
    );
  }

  async row(
    id: string,
  ): Promise<{ enabled: number; off: string | null; after: number; next: number | null; failingSince: number | null } | null> {
    return await this.store.reader.get(
      `SELECT enabled, off_reason AS off, after_event AS after, next_try_at AS next, failing_since AS failingSince
       FROM webhooks WHERE id = ?`,
      id,
    );
  }
}
