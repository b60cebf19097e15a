/** Kinds of mail and their words. Each capability declares its own kinds and registers its own letters; this module does not know which exist. */
import type { Language } from '../../protocol/errors.ts';
import type { Letter } from './letter.ts';

/** What a mail carries besides its facts: the service's URL, its link with the token, or the product key in groups. */
interface Enclosures {
  nothing: { home: string };
  link: { home: string; link: string };
  key: { home: string; key: string };
}
type Enclosure = keyof Enclosures;

/** A kind of mail. `Facts` is the data its words need; it is stored in the clear, so it contains no secret. Times are milliseconds since 1970. */
export interface MailKind<Facts extends object = object, Encloses extends Enclosure = Enclosure> {
  /** Its name in the outbox. */
  readonly template: string;
  readonly encloses: Encloses;
  /** The path of its link below the public URL; null if it has none. The token follows `#`, so that no server logs it (D2). */
  readonly linkPath: string | null;
  /** Never set: tells the type checker what `Facts` is. */
  readonly facts?: Facts;
}

/** A mail that only informs. */
export function plainMail<Facts extends object>(template: string): MailKind<Facts, 'nothing'> {
  return { template, encloses: 'nothing', linkPath: null };
}

/** A mail with a link that carries a token; another one to the same reader voids it (D2). */
export function linkMail<Facts extends object>(template: string, linkPath: string): MailKind<Facts, 'link'> {
  return { template, encloses: 'link', linkPath };
}

/** A mail with a product key. */
export function keyMail<Facts extends object>(template: string): MailKind<Facts, 'key'> {
  return { template, encloses: 'key', linkPath: null };
}

/** The words for several kinds of mail in one language. */
export type Letters<Kinds> = {
  [Name in keyof Kinds]: Kinds[Name] extends MailKind<infer Facts, infer Encloses>
    ? (facts: Facts, enclosed: Enclosures[Encloses]) => Letter
    : never;
};

/** A kind of mail with its words. The kind determines what they take. */
export interface RegisteredMail extends MailKind {
  readonly words: Record<Language, (facts: never, enclosed: never) => Letter>;
}

/** Combines the kinds of one capability with their words. */
export function registerMails<Kinds extends Record<string, MailKind>>(
  kinds: Kinds,
  words: Record<Language, Letters<Kinds>>,
): RegisteredMail[] {
  return Object.entries(kinds).map(([name, kind]) => ({
    ...kind,
    words: { en: words.en[name] as RegisteredMail['words']['en'], fr: words.fr[name] as RegisteredMail['words']['fr'] },
  }));
}

/** Every kind of mail, by template. */
export type MailBook = ReadonlyMap<string, RegisteredMail>;

/** Rejects two kinds with the same name. */
export function mailBook(registered: readonly RegisteredMail[]): MailBook {
  const book = new Map(registered.map((mail) => [mail.template, mail]));
  if (book.size < registered.length) throw new Error('two kinds of mail have one name');
  return book;
}
