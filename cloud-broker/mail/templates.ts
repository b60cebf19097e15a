import type { Language } from '../../protocol/errors.ts';
import { isLinkTemplate, linkPaths, type MailData, type MailTemplate } from '../store/outbox-rows.ts';
import { compose, oneLine, typedText } from './letter.ts';
import { english } from './letters-en.ts';
import { french } from './letters-fr.ts';
import type { Enclosed } from './letters.ts';

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
  /** The link with its token, where the mail has one. */
  link: string | null;
}

/** A mail as it waits, opened: `secret` is the token of its link or the product key; null where it has none. */
export interface OpenedMail<Template extends MailTemplate> {
  template: Template;
  language: Language;
  data: MailData[Template];
  secret: string | null;
}

const LETTERS = { en: english, fr: french };

/** Facts that somebody could type freely; all others are names, addresses and numbers that were checked when they came in. */
const TYPED: ReadonlySet<string> = new Set(['organization', 'person', 'tag', 'labels']);

function safeFacts<Facts extends object>(facts: Facts): Facts {
  const safe = Object.entries(facts).map(([name, value]: [string, unknown]) => {
    if (Array.isArray(value)) return [name, value.map((one) => typedText(String(one)))];
    if (typeof value !== 'string') return [name, value];
    return [name, TYPED.has(name) ? typedText(value) : oneLine(value)];
  });
  return Object.fromEntries(safe) as Facts;
}

/** D2: the link of a mail; `home` is the configured public URL, never what a request said. */
function linkOf(home: string, template: MailTemplate, secret: string | null): string | null {
  return isLinkTemplate(template) && secret !== null ? `${home}${linkPaths[template]}#token=${secret}` : null;
}

/**
 * Subject, text and HTML of a mail. `home`: the public URL without a slash at its end. What strangers typed can neither add a header
 * nor markup nor a link of its own.
 */
export function renderMail<Template extends MailTemplate>(mail: OpenedMail<Template>, home: string): RenderedMail {
  const { template, language, data, secret } = mail;
  const link = linkOf(home, template, secret);
  if (link === null && (isLinkTemplate(template) || (template === 'product-key' && secret === null)))
    throw new Error(`a mail of ${template} needs its secret`);
  // Which of them a template has, its type says; here each gets what it may read.
  const enclosed = { home, link: link ?? '', key: secret ?? '' } as unknown as Enclosed<Template>;
  return { ...compose(LETTERS[language][template](safeFacts(data), enclosed), language), link };
}
