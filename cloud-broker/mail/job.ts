import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Secrets } from '../keys/secrets.ts';
import type { Store } from '../store/port.ts';
import { folderTransport } from './folder-transport.ts';
import { Mailer, type MailerParts } from './mailer.ts';
import type { MailSettings } from './smtp-settings.ts';
import { smtpTransport } from './smtp-transport.ts';

interface MailParts extends Pick<MailerParts, 'count' | 'clock' | 'letters' | 'wake'> {
  store: Store;
  secrets: Secrets;
  settings: { dataFolder: string; mail: MailSettings };
  /** The URL where browsers reach the service. */
  home: string;
  log: Logger;
}

/** Sends the mails waiting in the outbox, by SMTP or into the outbox folder, and from then on those that each commit adds. */
export function startMail(parts: MailParts): Mailer {
  const { store, secrets, settings, letters, home, count, clock, wake } = parts;
  const log = parts.log.child({ area: 'mail' });
  const { smtp, from, host } = settings.mail;
  const folder = join(settings.dataFolder, 'outbox');
  if (smtp === null) log.warn({ folder }, 'no mail server is set: mails are kept as files, and their links are logged');
  const transport = smtp === null ? folderTransport(folder, { from, log }) : smtpTransport(smtp, { from, name: host });
  store.onCommitted({ mail: wake });
  return new Mailer({ store, secrets, letters, transport, home, host, clock, random: Math.random, count, wake, log });
}
