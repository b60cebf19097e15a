/** Sends each domain's events to its webhooks: in order, one at a time per webhook, until each is delivered or given up. */
import { errorText } from '../../protocol/error-text.ts';
import type { Logger } from 'pino';
import type { Secrets } from '../keys/secrets.ts';
import type { StoredEvent } from '../store/effects.ts';
import { eventsAfter } from '../store/events.ts';
import {
  dueWebhooks,
  eventOf,
  liveWebhook,
  liveWebhooks,
  nextRetry,
  nextWebhookTryAt,
  type Listener,
  type LiveWebhook,
} from './queries.ts';
import type { Store } from '../store/port.ts';
import type { AddressPolicy } from './rules/address.ts';
import type { Resolve } from './resolve.ts';
import { afterFailure, eventsToSend, messageId, type TryResult } from './rules/rules.ts';
import { Sender } from './sender.ts';
import { signedHeaders } from './rules/signature.ts';

/** Maximum turns at a time, in total and per domain: a domain with slow receivers or many events leaves room for the others. */
const IN_ALL = 8;
const OF_ONE_DOMAIN = 2;
/** Events that a webhook may send before the others have their turn. */
const TURN_EVENTS = 50;
const TURN_MS = 10_000;
/** Events read ahead: of those about one device only the last is sent. */
const LOOK_AHEAD = 1000;
/** Longest time between two checks, so that a clock set back delays nothing for long. */
const LOOK_MS = 60_000;
/** Pause after a turn that could not be stored. */
const REST_MS = 1000;

export interface DelivererParts {
  store: Pick<Store, 'write' | 'reader' | 'onCommitted'>;
  secrets: Secrets;
  /** The data of an event as the event stream shows it to an admin; null: nothing to show. */
  present(event: StoredEvent): Promise<unknown>;
  policy: AddressPolicy;
  resolve: Resolve;
  /** Milliseconds since 1970. */
  clock(): number;
  /** 0 to 1. */
  random(): number;
  log: Pick<Logger, 'error' | 'warn'>;
  /** Triggers an immediate check. */
  wake(): void;
  /** Time limit of an attempt in milliseconds. */
  timeoutMs: number;
  /** For tests: further trusted authorities beside Node's. */
  ca?: string;
}

/** How a turn ended: `more` queues again at once. */
type TurnEnd = 'more' | 'idle';

/** Additional dependencies of webhook routes. */
export interface WithWebhooks {
  webhooks: Pick<Deliverer, 'changed' | 'ping' | 'policy'>;
}

/**
 * A crash between the receiver's response and the commit sends that event again with the same id: at least once, not exactly once. Everything else is
 * recovered from the store: no work exists in memory alone.
 */
export class Deliverer {
  readonly policy: AddressPolicy;
  private readonly parts: DelivererParts;
  private readonly stopping = new AbortController();
  private listeners: Listener[] = [];
  /** Webhooks with work to do, first come, first served. */
  private readonly queue = new Set<string>();
  /** Running turns, by webhook, with the domain. */
  private readonly running = new Map<string, { domainId: number; done: Promise<void> }>();
  /** Webhooks whose last turn could not be stored: even if due, they pause for a moment. */
  private readonly resting = new Set<string>();

  constructor(parts: DelivererParts) {
    this.parts = parts;
    this.policy = parts.policy;
    parts.store.onCommitted({ event: (events) => this.happened(events) });
  }

  /** Handles a webhook that was created, changed or removed; all webhooks if none is named, as at startup. */
  async changed(changed: string | null = null): Promise<void> {
    this.listeners = await liveWebhooks(this.parts.store.reader);
    for (const { id } of this.listeners) if (changed === null || changed === id) this.queue.add(id);
    this.parts.wake();
  }

  /** Aborts requests in progress; they are sent again after the next start. */
  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.all([...this.running.values()].map(async ({ done }) => done));
  }

  private happened(events: readonly StoredEvent[]): void {
    if (this.listeners.length === 0) return;
    const told = new Set(events.map(({ domainId, type }) => `${domainId} ${type}`));
    const woken = this.listeners.filter(({ domainId, types }) => types.some((type) => told.has(`${domainId} ${type}`)));
    for (const { id } of woken) this.queue.add(id);
    if (woken.length > 0) this.parts.wake();
  }

  /** Starts due turns as far as there is room. Returns the milliseconds until there may be more. */
  async look(): Promise<number> {
    if (this.stopping.signal.aborted) return LOOK_MS;
    const { reader } = this.parts.store;
    const now = this.parts.clock();
    for (const id of await dueWebhooks(reader, now)) if (!this.running.has(id) && !this.resting.has(id)) this.queue.add(id);
    const domains = new Map(this.listeners.map(({ id, domainId }) => [id, domainId]));
    for (const id of this.queue) {
      if (this.running.size >= IN_ALL) break;
      const domainId = domains.get(id);
      if (domainId === undefined) this.queue.delete(id);
      else if (!this.running.has(id) && this.turnsOf(domainId) < OF_ONE_DOMAIN) this.start(id, domainId);
    }
    const next = await nextWebhookTryAt(reader);
    // Webhooks already due are queued or running; checking again at once would only spin.
    return next === null ? LOOK_MS : Math.min(Math.max(next - now, REST_MS), LOOK_MS);
  }

  private turnsOf(domainId: number): number {
    return [...this.running.values()].filter((turn) => turn.domainId === domainId).length;
  }

  private start(id: string, domainId: number): void {
    this.queue.delete(id);
    this.running.set(id, { domainId, done: this.run(id) });
  }

  /** Never rejects. */
  private async run(id: string): Promise<void> {
    try {
      if ((await this.turn(id)) === 'more') this.queue.add(id);
    } catch (error) {
      if (!this.stopping.signal.aborted) {
        const said = errorText(error);
        this.parts.log.error({ webhook: id, error: said }, 'a webhook failed inside');
        this.resting.add(id);
        setTimeout(() => this.again(id), REST_MS).unref();
      }
    }
    this.running.delete(id);
    this.parts.wake();
  }

  private again(id: string): void {
    this.resting.delete(id);
    this.queue.add(id);
    this.parts.wake();
  }

  /** One turn of a webhook: what it may send before the others. */
  private async turn(id: string): Promise<TurnEnd> {
    const sender = this.sender();
    const until = performance.now() + TURN_MS;
    const ahead: Ahead = { events: [], to: null };
    try {
      for (let sent = 0; sent < TURN_EVENTS && performance.now() < until; sent += 1) {
        const webhook = await liveWebhook(this.parts.store.reader, id);
        if (webhook === null || !(await this.step(webhook, ahead, sender))) return 'idle';
      }
      return 'more';
    } finally {
      sender.close();
    }
  }

  private sender(): Sender {
    const { policy, resolve, timeoutMs, ca } = this.parts;
    return new Sender({ policy, resolve, timeoutMs, ...(ca === undefined ? {} : { ca }) });
  }

  /** Sends one event; false if there is nothing to do now. */
  private async step(webhook: LiveWebhook, ahead: Ahead, sender: Sender): Promise<boolean> {
    const { store, clock, present } = this.parts;
    const now = clock();
    const retry = await nextRetry(store.reader, webhook, now);
    if (retry !== null) return this.retry(webhook, retry, sender);
    if (webhook.nextTryAt !== null && webhook.nextTryAt > now) return false;
    if (ahead.events.length === 0) {
      await this.lookAhead(webhook, ahead);
      // Reads the webhook again before sending anything: it may have been changed or switched off meanwhile.
      if (ahead.events.length > 0) return true;
    }
    for (let event = ahead.events.shift(); event !== undefined; event = ahead.events.shift()) {
      // The webhook may have changed since the events were read.
      const isMeant = event.id > webhook.afterEvent && webhook.types.includes(event.type);
      const data = isMeant ? await present(event) : null;
      if (data !== null) return this.deliver(webhook, event, data, sender, { tries: 0, firstTryAt: now, inTurn: true });
    }
    if (ahead.to === null) return false;
    await store.write('passWebhookEvents', { webhookId: webhook.id, to: ahead.to });
    return true;
  }

  private async lookAhead(webhook: LiveWebhook, ahead: Ahead): Promise<void> {
    const events = await eventsAfter(this.parts.store.reader, webhook.domainId, webhook.afterEvent, LOOK_AHEAD);
    ahead.events = eventsToSend(events, webhook.types);
    ahead.to = events.length < LOOK_AHEAD ? null : (events.at(-1)?.id ?? null);
  }

  private async retry(webhook: LiveWebhook, retry: Before & { eventId: number }, sender: Sender): Promise<boolean> {
    const { store, present } = this.parts;
    const event = await eventOf(store.reader, webhook.domainId, retry.eventId);
    const data = event === null ? null : await present(event);
    if (event !== null && data !== null) return this.deliver(webhook, event, data, sender, retry);
    await store.write('dropWebhookEvent', { webhookId: webhook.id, eventId: retry.eventId, inTurn: retry.inTurn });
    return true;
  }

  private async deliver(
    webhook: LiveWebhook,
    event: StoredEvent,
    data: unknown,
    sender: Sender,
    before: Before,
  ): Promise<boolean> {
    const { store, clock, random, log } = this.parts;
    const { id: webhookId } = webhook;
    const { id, type, at } = event;
    const result = await this.post(webhook, { id: messageId(event, webhookId), type, at, data }, sender);
    const now = clock();
    const standing = { tries: before.tries + 1, firstTryAt: before.firstTryAt, failingSince: webhook.failingSince ?? now };
    const verdict = result.failure === null ? null : afterFailure(standing, result, now, random());
    await store.write('noteWebhookTry', { now, webhookId, event: { id, type, at }, result, verdict, inTurn: before.inTurn });
    if (verdict !== null && verdict.off !== null)
      log.warn({ webhook: webhookId, reason: verdict.off }, 'a webhook was switched off');
    return true;
  }

  /** Sends a `ping` at once, outside the queue. */
  async ping(webhook: LiveWebhook, id: string): Promise<TryResult & { ms: number }> {
    const sender = this.sender();
    const began = performance.now();
    try {
      const result = await this.post(webhook, { id, type: 'ping', at: this.parts.clock(), data: {} }, sender);
      return { ...result, ms: Math.round(performance.now() - began) };
    } finally {
      sender.close();
    }
  }

  /** Signs a message and sends it. */
  private async post(
    webhook: LiveWebhook,
    message: { id: string; type: string; at: number; data: unknown },
    sender: Sender,
  ): Promise<TryResult> {
    const { secrets, clock } = this.parts;
    const now = clock();
    const body = JSON.stringify({ type: message.type, timestamp: new Date(message.at).toISOString(), data: message.data });
    const { secret, previousSecret, previousUntil } = webhook;
    const sealed = previousSecret !== null && previousUntil !== null && previousUntil > now ? [secret, previousSecret] : [secret];
    const opened = sealed.map((bytes) => secrets.open('webhook', webhook.id, bytes));
    return sender.send({ url: webhook.url, headers: signedHeaders(opened, message.id, now, body), body }, this.stopping.signal);
  }
}

/** Events read ahead in a turn. */
interface Ahead {
  /** Events to send, in order. */
  events: StoredEvent[];
  /** The last one read, if more may follow. */
  to: number | null;
}

interface Before {
  tries: number;
  firstTryAt: number;
  inTurn: boolean;
}
