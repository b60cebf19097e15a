import * as z from 'zod';
import { cursor, limit, roles } from './api.ts';
import { emailAddress } from './email.ts';
import { deviceText, domainName } from './text.ts';

/** HTTP schemas for a domain's users, invitations and the user's own sessions (D6). */

const time = z.iso.datetime();
const language = z.enum(['en', 'fr']);

/** The part of `name@domain` before the `@`, in any case: 1 to 64 of a-z 0-9 . _ -, starting and ending with a letter or digit. */
export const userName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(?!.*\.\.)[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/, 'must be 1 to 64 of a-z 0-9 . _ -');
const userTags = z.array(deviceText(64)).max(32);

/** How many of the domain's devices a user sees, and how many there are. */
const seenDevices = z.object({ seen: z.int().min(0), all: z.int().min(0) });

export const user = z.object({
  id: z.string(),
  name: z.string(),
  /** `name@domain`. */
  user: z.string(),
  email: z.string(),
  role: z.enum(roles),
  /** The Billing permission; admins without tags have it by role, whatever this value. */
  billing: z.boolean(),
  /** With tags a user sees only devices that have all of them, and nothing domain-wide. */
  tags: z.array(z.string()),
  /** Of mails sent to the user. */
  language,
  state: z.enum(['active', 'invited']),
  /** Until when the last invitation link is valid; null for users who joined, and if no link is valid any more. */
  invitationEndsAt: time.nullable(),
  secondFactor: z.boolean(),
  lastSignInAt: time.nullable(),
  devices: seenDevices,
});
export const usersPage = z.object({ items: z.array(user), nextCursor: z.string().nullable(), total: z.int() });
export const usersQuery = z.object({ cursor, limit });

export const inviteBody = z.object({
  name: userName,
  email: emailAddress,
  role: z.enum(roles).default('user'),
  billing: z.boolean().default(false),
  tags: userTags.default([]),
  /** Of the mail and the user; default: the inviting user's language. */
  language: language.optional(),
});

export const userPatch = z
  .object({
    role: z.enum(roles).optional(),
    billing: z.boolean().optional(),
    tags: userTags.optional(),
    email: emailAddress.optional(),
  })
  .refine((patch) => Object.values(patch).some((value) => value !== undefined), 'nothing to change');

export const invitation = z.object({ user: z.string(), domain: domainName, organization: z.string() });
export const joined = z.object({ user: z.string() });

export const ownPatch = z.object({ language });
export const own = z.object({ user: z.string(), language });

/** One of the user's own sessions, as it began; `current` marks the one in use. */
const ownSession = z.object({
  id: z.string(),
  createdAt: time,
  endsAt: time,
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  current: z.boolean(),
});
export const sessionsPage = z.object({ items: z.array(ownSession), nextCursor: z.string().nullable(), total: z.int() });
export const sessionsQuery = z.object({ cursor, limit });
export const endedSessions = z.object({ ended: z.int().min(0) });

export type User = z.output<typeof user>;
export type UsersPage = z.output<typeof usersPage>;
export type InviteBody = z.output<typeof inviteBody>;
export type UserPatch = z.output<typeof userPatch>;
export type Invitation = z.output<typeof invitation>;
export type OwnSession = z.output<typeof ownSession>;
