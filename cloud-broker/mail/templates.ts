import type { Language } from '../../protocol/errors.ts';
import { compose, oneLine, typedText } from './letter.ts';
import type { MailBook } from './mail-kind.ts';

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
  /** The link with its token, if the mail has one. */
  link: string | null;
}

/** A waiting mail, opened: `secret` is the token of its link or the product key; null if it has none. */
export interface OpenedMail {
  template: string;
  language: Language;
  data: object;
  secret: string | null;
}

/** Facts that people could type freely; all others are names, addresses and numbers that were checked on input. */
const TYPED: ReadonlySet<string> = new Set(['organization', 'person', 'tag', 'labels']);

function safeFacts<Facts extends object>(facts: Facts): Facts {
  const safe = Object.entries(facts).map(([name, value]: [string, unknown]) => {
    if (Array.isArray(value)) return [name, value.map((one) => typedText(String(one)))];
    if (typeof value !== 'string') return [name, value];
    return [name, TYPED.has(name) ? typedText(value) : oneLine(value)];
  });
  return Object.fromEntries(safe) as Facts;
}

/** D2: the link of a mail; `home` is the configured public URL, never taken from a request. */
function linkOf(home: string, linkPath: string | null, secret: string | null): string | null {
  return linkPath === null || secret === null ? null : `${home}${linkPath}#token=${secret}`;
}

/**
 * Subject, text and HTML of a mail. `home`: the public URL without a trailing slash. Text typed by strangers cannot add a header, markup or a link.
 */
export function renderMail(letters: MailBook, mail: OpenedMail, home: string): RenderedMail {
  const { template, language, data, secret } = mail;
  const kind = letters.get(template);
  if (kind === undefined) throw new Error(`no mail is called ${template}`);
  if (kind.encloses !== 'nothing' && secret === null) throw new Error(`a mail of ${template} needs its secret`);
  const link = linkOf(home, kind.linkPath, secret);
  // Its kind determines its facts and what it encloses; the row was written as that kind.
  const letter = kind.words[language](safeFacts(data) as never, { home, link: link ?? '', key: secret ?? '' } as never);
  return { ...compose(letter, language), link };
}
