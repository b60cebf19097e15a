/** Product keys issued by the operator (K5). */
import { productKeyMails } from '../product-keys/mails.ts';
import * as z from 'zod';
import { emailAddress } from '../../protocol/email.ts';
import { RollcallError, type Language } from '../../protocol/errors.ts';
import { makeKey } from '../product-keys/product-keys.ts';
import { shownEmail } from '../identity/emails.ts';
import type { Secrets } from '../keys/secrets.ts';
import type { Store } from '../store/port.ts';

const MAX_CREDITS = 10_000_000;

export const issueKeyBody = z.object({
  credits: z.int().min(1).max(MAX_CREDITS),
  email: emailAddress.optional(),
  language: z.enum(['en', 'fr']).default('en'),
});

/** The key is shown only here, once, and in the e-mail to the buyer. */
export const keyIssued = z.object({ id: z.string(), key: z.string(), credits: z.int(), mailedTo: z.string().nullable() });

export type IssueKey = z.input<typeof issueKeyBody>;
export type KeyIssued = z.output<typeof keyIssued>;

interface Services {
  store: Store;
  secrets: Secrets;
  clock(): number;
  random(bytes: number): Uint8Array;
}

/** Refuses with `invalid-request`, naming the field. */
export async function issueKey(services: Services, asked: IssueKey, actor: string): Promise<KeyIssued> {
  const { store, secrets, clock, random } = services;
  const parsed = issueKeyBody.safeParse(asked);
  if (!parsed.success) throw new RollcallError('invalid-request', { field: parsed.error.issues[0]?.path.join('.') ?? '' });
  const { credits, email, language } = parsed.data;
  const { text, key } = makeKey(secrets, random);
  const mail = (to: string, inLanguage: Language) => ({
    email: to,
    language: inLanguage,
    secret: secrets.seal('mail', productKeyMails.productKey.template, text),
  });
  await store.write('issueKey', { now: clock(), actor, key, credits, mail: email === undefined ? null : mail(email, language) });
  return { id: key.id, key: text, credits, mailedTo: email === undefined ? null : shownEmail(email) };
}
