/** Sends mails from the outbox, after the commit that put them there and until each is known to have been sent. */
import { errorText } from '../../protocol/error-text.ts';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Secrets } from '../keys/secrets.ts';
import { dueMails, nextMailAt, type WaitingMail } from './queries.ts';
import type { Store } from '../store/port.ts';
import { isWorthTrying, nextTry, type SendResult } from './rules.ts';
import type { MailBook } from './mail-kind.ts';
import type { OutgoingMail } from './message.ts';
import { isMailbox } from './smtp-settings.ts';
import { renderMail } from './templates.ts';
import type { MailTransport } from './transport.ts';

/** How many mails are handed over at once, each over its own connection. */
const AT_A_TIME = 4;
/** A mail that takes longer makes room for the next: a mail server may take its time (RFC 5321: minutes), but the others do not wait for it. */
const SLOW_MS = 3_000;
/** The most mails being sent in total, including slow ones. */
const MAX_ON_THEIR_WAY = 20;
/** The longest time between checks, so that a clock set back does not delay any mail for long. */
const LOOK_MS = 60_000;
/** How long a stop waits for mails being sent. */
const STOP_MS = 5_000;
/** The pause between attempts to store the result of a mail. */
const BOOK_AGAIN_MS = 500;

/** After this, an unreachable mail server is tried again with whichever mail is due then. */
export const SERVER_AWAY_MS = 30_000;

export interface MailerParts {
  store: Pick<Store, 'write' | 'reader'>;
  secrets: Secrets;
  /** Every kind of mail that may be waiting, with its words. */
  letters: MailBook;
  transport: MailTransport;
  /** Public URL without a trailing slash. */
  home: string;
  /** The part after `@` in Message-IDs. */
  host: string;
  /** Milliseconds since 1970. */
  clock(): number;
  /** 0 to 1. */
  random(): number;
  /** Called for each attempt: `retry` and `given-up` are failures. */
  count(outcome: 'sent' | 'retry' | 'given-up'): void;
  log: Logger;
  /** Triggers an immediate check. */
  wake(): void;
  /** How long all mails wait when the mail server is unreachable; ms, default 30 s. */
  serverAwayMs?: number;
  /** After this time a mail being sent no longer holds up others; ms, default 3 s. */
  slowMs?: number;
  /** How long a stop waits for mails being sent; ms, default 5 s. */
  stopMs?: number;
}

/**
 * Checks the outbox whenever it is woken or a mail is due. After a crash before the mail server's answer, the mail is sent at the restart. After a
 * crash between that answer and its commit, it is sent again with the same Message-ID: no order of the two steps avoids both a lost and a repeated
 * mail.
 */
export class Mailer {
  private readonly parts: MailerParts;
  private readonly stopping = new AbortController();
  /** Aborts sends that did not finish by themselves. */
  private readonly cut = new AbortController();
  private readonly onTheirWay = new Map<number, Promise<void>>();
  /** Those of them that still hold up others. */
  private readonly quick = new Set<number>();
  /** By the monotonic clock: until then the mail server counts as unreachable. */
  private awayUntil = -Infinity;

  constructor(parts: MailerParts) {
    this.parts = parts;
  }

  /** Hands over due mails as far as there is room. Returns the milliseconds until there may be more. */
  async look(): Promise<number> {
    if (this.stopping.signal.aborted) return LOOK_MS;
    const awayMs = this.awayUntil - performance.now();
    if (awayMs > 0) return awayMs;
    await this.startDue();
    return await this.untilNextMs();
  }

  /** Accepts no more mails and waits, for seconds at most, for those being sent. The others stay until the next start. */
  async close(): Promise<void> {
    this.stopping.abort();
    const timer = setTimeout(() => this.cut.abort(), this.parts.stopMs ?? STOP_MS);
    await Promise.all(this.onTheirWay.values());
    clearTimeout(timer);
  }

  private room(): number {
    return Math.min(AT_A_TIME - this.quick.size, MAX_ON_THEIR_WAY - this.onTheirWay.size);
  }

  private serverIsAway(): void {
    const now = performance.now();
    if (this.awayUntil <= now) this.awayUntil = now + (this.parts.serverAwayMs ?? SERVER_AWAY_MS);
  }

  /** Without room nothing is due; whatever makes room wakes the mailer. */
  private async untilNextMs(): Promise<number> {
    const next = this.room() > 0 ? await nextMailAt(this.parts.store.reader, [...this.onTheirWay.keys()]) : null;
    return next === null ? LOOK_MS : Math.min(Math.max(next - this.parts.clock(), 0), LOOK_MS);
  }

  private async startDue(): Promise<void> {
    if (this.room() <= 0) return;
    const about = { limit: this.room(), except: [...this.onTheirWay.keys()] };
    for (const mail of await dueMails(this.parts.store.reader, this.parts.clock(), about)) this.start(mail);
  }

  private start(mail: WaitingMail): void {
    const { id } = mail;
    const makeRoom = (): void => {
      this.quick.delete(id);
      this.parts.wake();
    };
    const slow = setTimeout(makeRoom, this.parts.slowMs ?? SLOW_MS).unref();
    const deliver = async (): Promise<void> => {
      try {
        await this.deliver(mail);
      } catch (error) {
        this.serverIsAway();
        this.parts.log.error({ mail: id, error: errorText(error) }, 'a mail failed');
      }
      clearTimeout(slow);
      this.onTheirWay.delete(id);
      makeRoom();
    };
    this.quick.add(id);
    this.onTheirWay.set(id, deliver());
  }

  private async deliver(mail: WaitingMail): Promise<void> {
    const result = await this.send(mail);
    if (result.kind !== 'sent' && this.cut.signal.aborted) {
      // It stays unchanged: the next start tries it at once, with the same Message-ID.
      this.parts.log.warn({ mail: mail.id, template: mail.template }, 'a mail was cut off by the stop, it is tried again');
      return;
    }
    const now = this.parts.clock();
    if (result.kind === 'sent') {
      this.parts.count('sent');
      this.parts.log.info({ mail: mail.id, template: mail.template, messageId: this.messageId(mail) }, 'a mail was sent');
      return this.book(() => this.parts.store.write('mailSent', { id: mail.id, now }));
    }
    const { kind, failure } = result;
    if (kind === 'server') this.serverIsAway();
    const tries = mail.tries + 1;
    const nextTryAt = nextTry({ ...mail, hasLink: this.hasLink(mail), tries }, kind, now, this.parts.random());
    const facts = { mail: mail.id, template: mail.template, tries, failure };
    this.parts.count(nextTryAt === null ? 'given-up' : 'retry');
    if (nextTryAt === null) this.parts.log.error(facts, 'a mail was given up');
    else this.parts.log.warn(facts, 'a mail could not be sent, it is tried again');
    await this.book(() => this.parts.store.write('mailFailed', { id: mail.id, now, nextTryAt, failure }));
  }

  private async send(mail: WaitingMail): Promise<SendResult> {
    if (!isWorthTrying({ ...mail, hasLink: this.hasLink(mail) }, this.parts.clock()))
      return { kind: 'refused', failure: 'too late' };
    if (!isMailbox(mail.recipient)) return { kind: 'refused', failure: 'no address' };
    let outgoing: OutgoingMail;
    try {
      outgoing = this.open(mail);
    } catch {
      // The error may contain what could not be read.
      return { kind: 'refused', failure: 'unreadable' };
    }
    try {
      return await this.parts.transport.send(outgoing, this.cut.signal);
    } catch {
      return { kind: 'server', failure: 'internal' };
    }
  }

  private hasLink({ template }: WaitingMail): boolean {
    return (this.parts.letters.get(template)?.linkPath ?? null) !== null;
  }

  private open(mail: WaitingMail): OutgoingMail {
    const { id, template, language, recipient, createdAt } = mail;
    const { secrets, home, letters } = this.parts;
    const secret = mail.secret === null ? null : secrets.open('mail', template, mail.secret);
    const rendered = renderMail(letters, { template, language, data: JSON.parse(mail.data) as object, secret }, home);
    return { id, template, recipient, language, messageId: this.messageId(mail), createdAt, rendered };
  }

  /** Keyed, so that it does not reveal how many mails there were; includes the time, as a restored backup reuses ids. */
  private messageId({ id, createdAt }: WaitingMail): string {
    const { secrets, host } = this.parts;
    return `${secrets.hash('mail', `message-id ${id} ${createdAt}`).slice(0, 32)}@${host}`;
  }

  /** Stores the result of a mail, retrying as often as needed: a mail not known to be sent would be sent again. */
  private async book(write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await write();
      } catch {
        if (this.stopping.signal.aborted) return;
        await wait(BOOK_AGAIN_MS, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
      }
    }
  }
}
