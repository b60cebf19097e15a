import * as z from 'zod';
import { cursor, limit } from './api.ts';
import { deviceText } from './text.ts';

/** HTTP schemas of the Admin Portal, under /api/v1/portal (K3, K4). Its users and sessions are separate from those of domains. */

const time = z.iso.datetime();
const date = z.iso.date();
const password = z.string().min(1).max(256);
const token = z.string().min(1).max(128);
const typedEmail = z.string().min(1).max(254);
const personName = deviceText(128);
const organizationName = deviceText(128);

/** `admin` claims, invites and changes members; `member` only reads. */
export const portalRoles = ['admin', 'member'] as const;
const role = z.enum(portalRoles);

export const portalSignUpBody = z.object({
  email: typedEmail,
  password,
  name: personName,
  /** The user's first organisation; if omitted, it is named after the user. */
  organization: organizationName.optional(),
  /** Language of mails; default: from Accept-Language. */
  language: z.enum(['en', 'fr']).optional(),
});
export const portalSignedUp = z.object({ email: z.string() });
export const portalEmailBody = z.object({ email: typedEmail });
/** The owner of a link. */
export const portalPerson = z.object({ email: z.string(), name: z.string() });

export const portalSignInBody = z.object({ email: typedEmail, password });

export const portalOrganization = z.object({ id: z.string(), name: z.string(), role, members: z.int().min(0) });
export const portalOrganizationsPage = z.object({
  items: z.array(portalOrganization),
  nextCursor: z.string().nullable(),
  total: z.int(),
});
export const portalOrganizationBody = z.object({ name: organizationName });
export const portalPageQuery = z.object({ cursor, limit });

/** `invitedUntil`: until when the invitation link is valid; null for members who have joined. `name` is null until then. */
export const portalMember = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  role,
  since: time,
  invitedUntil: time.nullable(),
  you: z.boolean(),
});
export const portalMembersPage = z.object({ items: z.array(portalMember), nextCursor: z.string().nullable(), total: z.int() });
export const portalInvitationBody = z.object({ email: typedEmail, role: role.default('member') });
export const portalMemberPatch = z.object({ role });
export const portalMemberParams = z.object({ id: z.string().max(64), member: z.string().max(64) });

/** What a link invites to. `hasAccount`: whether the invited e-mail already has an account, whose password is then required. */
export const portalInvitation = z.object({
  organization: z.string(),
  invitedBy: z.string(),
  email: z.string(),
  hasAccount: z.boolean(),
});
/** In a session of the invited e-mail the token is enough; otherwise its password is required, and `name` if it has no account yet. */
export const portalAcceptBody = z.object({ token, password: password.optional(), name: personName.optional() });
export const portalAccepted = z.object({ organizationId: z.string(), email: z.string() });

const code = z.string().min(1).max(64);
export const claimPreviewBody = z.object({ code });
export const claimBody = z.object({
  code,
  /** Required only for admins of several organisations. */
  organizationId: z.string().max(64).optional(),
});

const modelCount = z.object({ model: z.string(), boards: z.int().min(1) });

/** What a claim code stands for. `claimedBy`: the user's organisation that has already claimed it; null: it can be claimed. */
export const claimPreview = z.object({
  product: z.string(),
  invoice: z.string(),
  boards: z.int().min(1),
  models: z.array(modelCount),
  purchasedOn: date,
  /** Valid until the end of this day (K4). */
  claimBefore: date,
  claimedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
});

export const portalSubscription = z.object({
  id: z.string(),
  product: z.string(),
  organization: z.object({ id: z.string(), name: z.string() }),
  invoice: z.string(),
  boards: z.int().min(0),
  models: z.array(modelCount),
  purchasedOn: date,
  renewsOn: date,
  claimedAt: time,
  key: z.string(),
  credits: z.int(),
  /** When the key was redeemed, but never where. */
  redeemedAt: time.nullable(),
});
export const portalSubscriptionsPage = z.object({
  items: z.array(portalSubscription),
  nextCursor: z.string().nullable(),
  total: z.int(),
});
export const portalBoardsPage = z.object({
  items: z.array(z.object({ serial: z.string(), model: z.string() })),
  nextCursor: z.string().nullable(),
  total: z.int(),
});

export type PortalRole = z.output<typeof role>;
export type PortalPerson = z.output<typeof portalPerson>;
export type PortalOrganization = z.output<typeof portalOrganization>;
export type PortalMember = z.output<typeof portalMember>;
export type PortalInvitation = z.output<typeof portalInvitation>;
export type ClaimPreview = z.output<typeof claimPreview>;
export type PortalSubscription = z.output<typeof portalSubscription>;
