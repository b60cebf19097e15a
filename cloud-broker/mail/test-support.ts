/** A store, a mail server and the mailer between them, for the tests of mail/. Closed when the test ends. */
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { inProcessStore, type InProcessStore } from '../../test/support/in-process.ts';
import { startMailServer, type MailServer } from '../../test/support/mail-server.ts';
import { eventually } from '../../test/support/process.ts';
import { START, testDomain } from '../../test/support/store.ts';
import type { Language } from '../../protocol/errors.ts';
import { createSecrets, type Secrets } from '../keys/secrets.ts';
import { letters } from '../service/letters.ts';
import { Jobs } from '../service/jobs.ts';
import { putMail } from './outbox.ts';
import { Mailer, type MailerParts } from './mailer.ts';
import { rfcTimes, type SmtpTimes } from './smtp-phases.ts';
import { readSmtpUrl } from './smtp-settings.ts';
import { smtpTransport } from './smtp-transport.ts';
import type { MailTransport } from './transport.ts';

export const ADA = 'ada@springfield.example';
export const TOKEN = 'mN3-token-of-a-link-_0';
export const DATA = { user: 'ada@springfield', name: 'springfield', organization: 'Springfield' };

interface Row {
  tries: number;
  next_try_at: number;
  sent_at: number | null;
  given_up_at: number | null;
  failure: string | null;
  secret: Uint8Array | null;
}

export interface Office {
  store: InProcessStore;
  secrets: Secrets;
  server: MailServer;
  mailer: Mailer;
  /** Another mailer, once the first is closed: a restart of the service. */
  start(): Mailer;
  log: string[];
  counted: string[];
  clock: { now: number };
  /** Puts a mail with this template in the outbox and wakes the mailer. */
  put(mail?: {
    template?: string;
    recipient?: string;
    language?: Language;
    data?: object;
    secret?: Uint8Array | null;
  }): Promise<number>;
  row(id: number): Promise<Row>;
  /** Advances the clock. */
  pass(ms: number): void;
}

export function smtp(url: string, times: Partial<SmtpTimes> = {}): MailTransport {
  const settings = readSmtpUrl(url);
  if (settings === null) throw new Error('not a mail server');
  const about = { from: 'registration@rollcall.example', name: 'localhost', times: { ...rfcTimes, ...times } };
  return smtpTransport(settings, about);
}

/** Runs as in the service, until the test ends. */
function runMailer(parts: Omit<MailerParts, 'wake'>): { mailer: Mailer; wake: () => void } {
  const jobs = new Jobs<'mail'>(parts.log);
  const wake = (): void => jobs.wake('mail');
  const mailer = new Mailer({ ...parts, wake });
  jobs.start([{ name: 'mail', everyMs: 60_000, run: async () => mailer.look() }]);
  onTestFinished(async () => {
    await jobs.stop();
    await mailer.close();
  });
  return { mailer, wake };
}

export async function office(
  options: { transport?: (server: MailServer) => MailTransport; write?: 'fails once' } & Pick<
    MailerParts,
    'slowMs' | 'stopMs'
  > = {},
): Promise<Office> {
  const { slowMs = 60_000, stopMs = 5_000 } = options;
  const store = await inProcessStore();
  await testDomain(store, 'springfield');
  const server = await startMailServer();
  const secrets = createSecrets(randomBytes(32));
  const clock = { now: START };
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  const counted: string[] = [];
  let failing = options.write === 'fails once' ? 1 : 0;
  const parts: Omit<MailerParts, 'wake'> = {
    store: {
      reader: store.reader,
      write: (name, input) => {
        failing -= 1;
        return failing < 0 ? store.write(name, input) : Promise.reject(new Error('busy'));
      },
    },
    secrets,
    letters,
    transport: (options.transport ?? ((own) => smtp(own.url)))(server),
    home: 'https://rollcall.example',
    host: 'rollcall.example',
    clock: () => clock.now,
    random: () => 1,
    count: (outcome) => counted.push(outcome),
    log: logger,
    serverAwayMs: 5,
    slowMs,
    stopMs,
  };
  let running = runMailer(parts);
  const start = (): Mailer => {
    running = runMailer(parts);
    return running.mailer;
  };
  const { mailer } = running;
  const put: Office['put'] = async ({ template = 'reset', ...facts } = {}) => {
    const kind = letters.get(template);
    if (kind === undefined) throw new Error('no such kind of mail');
    const sealed = secrets.seal('mail', template, TOKEN);
    const { recipient = ADA, language = 'en', data = DATA, secret = sealed } = facts;
    // Only a kind known at compile time says whether it may be null.
    const mail = { domainId: 1, recipient, language, data, secret: secret as Uint8Array };
    await store.transaction(async (context) => putMail(context, kind, mail, clock.now));
    running.wake();
    return store.committedOf('mail').at(-1)?.id ?? 0;
  };
  const row: Office['row'] = async (id) => {
    const found = await store.reader.get<Row>('SELECT * FROM outbox WHERE id = ?', id);
    if (found === null) throw new Error('no such mail');
    return found;
  };
  return { store, secrets, server, mailer, start, log, counted, clock, put, row, pass };
  function pass(ms: number): void {
    clock.now += ms;
    running.wake();
  }
}

export const once = async (there: Office, id: number, what: (row: Row) => boolean): Promise<Row> =>
  eventually(async () => there.row(id), what, 'the row of the mail');
