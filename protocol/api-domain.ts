import * as z from 'zod';
import { domainStatuses } from './api.ts';
import { emailAddress } from './email.ts';
import { deviceText, domainName } from './text.ts';

const time = z.iso.datetime();
/** D7: how many days the code that a new one replaces may stay good. */
const previousDays = z.int().min(0).max(7);

/** What an admin sees and sets of the domain. */
export const domainSettings = z.object({
  name: domainName,
  status: z.enum(domainStatuses),
  organization: z.string(),
  contactName: z.string(),
  phone: z.string(),
  email: z.string(),
  /** Of mails to the domain. */
  language: z.enum(['en', 'fr']),
  createdAt: time,
  trialEndsAt: time.nullable(),
  /** D8: when a closing that was asked for takes effect; null without one. */
  closingAt: time.nullable(),
  /** E6: how boards are treated that are not in the register. */
  unlisted: z.enum(['approve', 'accept']),
  /** Waiting boards that would enrol, as soon as they ask again, if unlisted boards were accepted. */
  wouldEnrol: z.int(),
  /** D7: what new boards must know; null where none is asked for. */
  pairingCode: z.string().nullable(),
  /** Until when the code before it is good too; null where it is not. */
  previousCodeUntil: time.nullable(),
});

const shortText = z.union([z.literal(''), deviceText(128)]);
/** What is left out stays. A new e-mail asks for the password again. */
export const domainPatch = z.object({
  organization: deviceText(128).optional(),
  contactName: shortText.optional(),
  phone: shortText.optional(),
  email: emailAddress.optional(),
  language: z.enum(['en', 'fr']).optional(),
  unlisted: z.enum(['approve', 'accept']).optional(),
  password: z.string().max(256).optional(),
});

export const pairingCodeBody = z.object({ previousDays: previousDays.default(0) });
export const pairingCode = z.object({ code: z.string() });

/** D8: who closes a domain types its name and the own password. */
export const closeDomainBody = z.object({ name: z.string().max(64), password: z.string().min(1).max(256) });
export const closingDomain = z.object({ closingAt: time });

export type DomainSettings = z.output<typeof domainSettings>;
export type DomainPatch = z.input<typeof domainPatch>;
