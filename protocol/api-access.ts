import * as z from 'zod';
import { deviceText, domainName } from './text.ts';

/** HTTP schemas for sign-up, links in mails, passwords and the second factor (D1, D2, D6). */

const password = z.string().min(1).max(256);
/** 256 random bits are 43 characters of base64url; anything else is an invalid link. */
const token = z.string().min(1).max(128);
const typedName = z.string().min(1).max(64);
const email = z.string().min(1).max(254);

export const signUpBody = z.object({
  name: typedName,
  email,
  password,
  organization: deviceText(128),
  contactName: deviceText(128),
  phone: deviceText(40),
  /** Language of the mail and the domain; default: from Accept-Language. */
  language: z.enum(['en', 'fr']).optional(),
});
export const signedUp = z.object({ name: domainName, user: z.string(), email: z.string() });

export const nameParams = z.object({ name: typedName });
export const nameVerdict = z.object({
  name: z.string(),
  available: z.boolean(),
  code: z.enum(['name-taken', 'name-invalid']).nullable(),
  user: z.string(),
});

export const resendBody = z.object({ name: typedName, email });

export const linkBody = z.object({ token });
export const activation = z.object({ name: domainName, organization: z.string(), user: z.string() });
export const linkPasswordBody = z.object({ token, password });

export const forgotBody = z.object({ user: z.string().min(1).max(320) });
export const resetShown = z.object({ user: z.string() });
export const changePasswordBody = z.object({ current: password, password });

/** Requested again to change the second factor: the session may have been left open by mistake. */
export const passwordBody = z.object({ password });
/** Shown once: `uri` for the QR code, `secret` for typing it (base 32), and the recovery codes that replace a lost app. */
export const offeredSecondFactor = z.object({ uri: z.string(), secret: z.string(), recoveryCodes: z.array(z.string()) });
export const codeBody = z.object({ code: z.string().min(1).max(64) });

export type NameVerdict = z.output<typeof nameVerdict>;
export type Activation = z.output<typeof activation>;
export type OfferedSecondFactor = z.output<typeof offeredSecondFactor>;
