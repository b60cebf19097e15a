import type { Language } from '../../protocol/errors.ts';
import type { DeviceAlert } from '../alerts/rules.ts';
import type { Sql } from './sql.ts';

/** Whose mail: `user` is `name@domain`, `name` the domain's, `organization` as somebody typed it. */
interface UserOfDomain {
  user: string;
  name: string;
  organization: string;
}

/** What each mail is about, and what its words need; stored as it is, so no secret. Times are ms since 1970. The words are in mail/. */
export interface MailData {
  activation: UserOfDomain;
  reset: UserOfDomain;
  /** `invitedBy`: `name@domain` of who invites. */
  invitation: UserOfDomain & { invitedBy: string };
  /** `person`: the name they gave. */
  'portal-activation': { person: string };
  'portal-reset': { person: string };
  /** `invitedBy`: the e-mail of who invites. */
  'portal-invitation': { organization: string; invitedBy: string };
  'product-key': { credits: number };
  'trial-ending': { name: string; days: number; trialEndsAt: number };
  /** P7: devices of one alert, or of several that were held back. `labels`: the first of them; `since`: the first one's. */
  alert: {
    kind: DeviceAlert;
    name: string;
    tag: string | null;
    count: number;
    since: number;
    labels: string[];
    timeZone: string;
  };
  /** P7: fewer than `days` days are left. */
  'credits-low': { name: string; days: number; credits: number; devices: number };
  /** `host`: where it led; `reason`: it answered 410, or did nothing but fail for 5 days. */
  'webhook-off': { name: string; host: string; reason: 'gone' | 'failing' };
  /** D6: `codes` wrong ones in a row, by somebody who knows the user's password. */
  'wrong-codes': { user: string; codes: number };
  /** `askedBy`: the user who closes it. */
  'domain-closing': { name: string; closesAt: number; askedBy: string };
}

export type MailTemplate = keyof MailData;

/** The templates whose mail is a link with a token: another one of the same user makes it void (D2). */
export type LinkTemplate = Exclude<
  MailTemplate,
  'product-key' | 'trial-ending' | 'domain-closing' | 'alert' | 'credits-low' | 'webhook-off' | 'wrong-codes'
>;

/** A mail as an operation asks for it, in the transaction of what it tells about. */
export type Mail = {
  [Template in MailTemplate]: {
    domainId: number | null;
    recipient: string;
    template: Template;
    language: Language;
    data: MailData[Template];
    /**
     * The token of its link, or the product key in groups: sealed by `Secrets.seal('mail', template, …)`, as the store holds none in
     * the clear. Null for the others.
     */
    secret: Template extends LinkTemplate | 'product-key' ? Uint8Array : null;
  };
}[MailTemplate];

/** Where a link leads, below the public URL; the token is behind `#`, so that no log of a server sees it (D2). */
export const linkPaths: Record<LinkTemplate, string> = {
  activation: '/activate',
  reset: '/reset',
  invitation: '/invitation',
  'portal-activation': '/portal/activate',
  'portal-reset': '/portal/reset',
  'portal-invitation': '/portal/invitation',
};

export function isLinkTemplate(template: MailTemplate): template is LinkTemplate {
  return Object.hasOwn(linkPaths, template);
}

/**
 * Puts a mail into the outbox: it is sent after the commit, and again after a crash until it is known to be sent. A link takes the
 * place of the same link that still waits, which is void by now (D2).
 */
export function putMail(sql: Sql, mail: Mail, now: number): number {
  const data = JSON.stringify(mail.data);
  if (isLinkTemplate(mail.template)) {
    sql.run(
      'DELETE FROM outbox WHERE recipient = ? AND template = ? AND data = ? AND sent_at IS NULL AND given_up_at IS NULL',
      mail.recipient,
      mail.template,
      data,
    );
  }
  return sql.insert(
    'INSERT INTO outbox (domain_id, recipient, template, language, data, secret, created_at, next_try_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    mail.domainId,
    mail.recipient,
    mail.template,
    mail.language,
    data,
    mail.secret,
    now,
    now,
  );
}
