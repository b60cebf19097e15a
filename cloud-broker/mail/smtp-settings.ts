/** The permitted values of ROLLCALL_SMTP_URL and ROLLCALL_MAIL_FROM. Nothing here puts its input into an error: it may contain a password. */

/** How mails are sent. Without `smtp` they are kept as files; `host`: the service's name towards mail servers. */
export interface MailSettings {
  smtp: SmtpSettings | null;
  from: string;
  host: string;
}

export interface SmtpSettings {
  host: string;
  port: number;
  /** `tls`: from the first byte; `starttls`: required; `none`: only where no other machine can listen (loopback). */
  security: 'tls' | 'starttls' | 'none';
  user: { name: string; password: string } | null;
}

const PORTS = { 'smtp:': 587, 'smtps:': 465 };
const MAILBOX = /^[^\s\p{Cc}\p{Cf}<>()[\]\\,;:"@]{1,64}@[^\s\p{Cc}\p{Cf}<>()\\,;"@]{1,253}$/u;

/** Exactly one mailbox: no second address, no display name, no line end. */
export function isMailbox(address: string): boolean {
  return MAILBOX.test(address);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** `smtp://` or `smtps://`, with user and password percent-encoded where needed; null for anything else, including options after `?`. */
export function readSmtpUrl(text: string): SmtpSettings | null {
  try {
    const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
    if (protocol !== 'smtp:' && protocol !== 'smtps:') return null;
    if (hostname === '' || !['', '/'].includes(pathname) || search !== '' || hash !== '') return null;
    const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const clear = isLoopback(host) ? 'none' : 'starttls';
    return {
      host,
      port: port === '' ? PORTS[protocol] : Number(port),
      security: protocol === 'smtps:' ? 'tls' : clear,
      user: username === '' ? null : { name: decodeURIComponent(username), password: decodeURIComponent(password) },
    };
  } catch {
    return null;
  }
}

/** The default sender: `registration@` the host of the public URL. */
export function defaultSender(publicHost: string | null): string {
  const host = (publicHost ?? 'localhost').replace(/^\[|\]$/g, '');
  if (host.includes(':')) return `registration@[IPv6:${host}]`;
  return `registration@${/^[\d.]+$/.test(host) ? `[${host}]` : host}`;
}
