/** Every e-mail the service sends: each capability registers its own. */
import { alertLetters } from '../alerts/letters.ts';
import { productKeyLetters } from '../product-keys/letters.ts';
import { domainLetters } from '../domains/letters.ts';
import { userLetters } from '../users/letters.ts';
import { mailBook } from '../mail/mail-kind.ts';
import { portalLetters } from '../portal/letters.ts';
import { webhookLetters } from '../webhooks/letters.ts';

export const letters = mailBook([
  ...userLetters,
  ...domainLetters,
  ...productKeyLetters,
  ...alertLetters,
  ...webhookLetters,
  ...portalLetters,
]);
