import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { messageOf, type OutgoingMail } from './message.ts';
import type { MailTransport } from './transport.ts';

/**
 * Without a mail server, each mail becomes a file `<row id>.eml` in `folder` (0700, files 0600), complete or absent, and its link is logged. For
 * trying out the service: anyone who can read that folder or log can use the links (protocol.md §3).
 */
export function folderTransport(folder: string, about: { from: string; log: Logger }): MailTransport {
  return {
    async send(mail: OutgoingMail) {
      const file = join(folder, `${mail.id}.eml`);
      const { createTransport } = await import('nodemailer');
      const composer = createTransport({ streamTransport: true, buffer: true });
      const { message } = await composer.sendMail(messageOf(mail, about.from));
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(`${file}.part`, message, { mode: 0o600, flush: true });
        await rename(`${file}.part`, file);
      } catch (error) {
        return { kind: 'server', failure: `outbox folder ${(error as NodeJS.ErrnoException).code ?? 'unknown'}` };
      }
      const { link } = mail.rendered;
      about.log.info(
        { template: mail.template, file, ...(link === null ? {} : { link }) },
        'a mail was kept in the outbox folder',
      );
      return { kind: 'sent' };
    },
  };
}
