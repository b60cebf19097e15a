import * as z from 'zod';
import { domainStatuses } from './api.ts';
import { emailAddress } from './email.ts';
import { deviceText, domainName } from './text.ts';

const time = z.iso.datetime();
/** D7: for how many days a replaced code may remain valid. */
const previousDays = z.int().min(0).max(7);

/** What an admin sees and edits of the domain. */
export const domainSettings = z.object({
  name: domainName,
  status: z.enum(domainStatuses),
  organization: z.string(),
  contactName: z.string(),
  phone: z.string(),
  email: z.string(),
  /** Of mails sent to the domain. */
  language: z.enum(['en', 'fr']),
  createdAt: time,
  trialEndsAt: time.nullable(),
  /** D8: when a requested closing takes effect; null if none was requested. */
  closingAt: time.nullable(),
  /** E6: how boards outside the register are treated. */
  unlisted: z.enum(['approve', 'accept']),
  /** Waiting boards that would enrol on their next request if unlisted boards were accepted. */
  wouldEnrol: z.int(),
  /** D7: the code that new boards must send; null if none is required. */
  pairingCode: z.string().nullable(),
  /** Until when the previous code is also valid; null if it is not. */
  previousCodeUntil: time.nullable(),
});

const shortText = z.union([z.literal(''), deviceText(128)]);
/** Omitted fields are unchanged. A new e-mail requires the password again. */
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

/** D8: to close a domain, its name and the user's own password are typed. */
export const closeDomainBody = z.object({ name: z.string().max(64), password: z.string().min(1).max(256) });
export const closingDomain = z.object({ closingAt: time });

export type DomainSettings = z.output<typeof domainSettings>;
export type DomainPatch = z.input<typeof domainPatch>;
