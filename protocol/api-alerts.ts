import * as z from 'zod';
import { cursor, limit } from './api.ts';
import { emailAddress } from './email.ts';
import { isTimeZone } from './time-zone.ts';

const time = z.iso.datetime();
const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);

/** P7: how many minutes a device may be silent before an alert. */
export const LOST_AFTER = { least: 5, most: 1440 } as const;

/** P7: which alerts a domain receives, where and when. */
export const alertSettings = z.strictObject({
  lost: z.strictObject({ on: z.boolean(), afterMinutes: z.int().min(LOST_AFTER.least).max(LOST_AFTER.most) }),
  /** For devices whose loss was mailed. */
  back: z.boolean(),
  /** At fewer than 30, 7 and 1 days. */
  credits: z.boolean(),
  /** D3: 7 days and 1 day before the trial's end. */
  trial: z.boolean(),
  /** A key changed, or a deviceId was taken over repeatedly. */
  clone: z.boolean(),
  pending: z.boolean(),
  /** Null: the domain's e-mail. */
  mailbox: emailAddress.nullable(),
  /** IANA name; used for quiet hours, the pause and times in mails. */
  timeZone: z.string().max(64).refine(isTimeZone),
  /** Mails wait until the end. From 22:00 to 06:00 crosses midnight; equal times mean no quiet hours. */
  quiet: z.strictObject({ from: clockTime, to: clockTime }).nullable(),
  /** Before this day alerts are recorded but not mailed. */
  pausedUntil: z.iso.date().nullable(),
});

const alertKinds = ['lost', 'back', 'waiting', 'key-changed', 'take-overs', 'credits', 'trial'] as const;

/** One event, however many devices it concerns. */
const alert = z.object({
  id: z.string(),
  kind: z.enum(alertKinds),
  raisedAt: time,
  /** Null while it is open. */
  closedAt: time.nullable(),
  mailedAt: time.nullable(),
  /** When its mail will be sent: until then others join it, or quiet hours delay it. Null: already sent, or none will be. */
  mailDueAt: time.nullable(),
  /** Of the device that was silent, or waiting, first. */
  since: time,
  /** The tag that all its devices share; of several, the rarest. */
  tag: z.string().nullable(),
  devices: z.int(),
  /** How many of them are still affected. */
  open: z.int(),
  /** The first 20, open ones first. */
  names: z.array(z.object({ id: z.string(), label: z.string(), open: z.boolean() })),
  /** For credits and trial: fewer than this many days are left. */
  days: z.int().nullable(),
});

/** `closed`: those that have ended. */
export const alertsQuery = z.object({ cursor, limit, state: z.enum(['open', 'closed', 'all']).default('all') });
export const alertsPage = z.object({
  items: z.array(alert),
  nextCursor: z.string().nullable(),
  /** Total of open alerts. */
  open: z.int(),
});

export const alertRules = alertSettings.extend({
  /** As people write it; the stored form differs. */
  mailbox: z.string().nullable(),
  /** Where mails are sent while no mailbox is set. */
  domainEmail: z.string(),
  /** When the rules were last changed; null: never. */
  changedAt: time.nullable(),
});

/** What these rules would have produced. */
export const alertPreview = z.object({
  mails: z.int(),
  alerts: z.int(),
  from: time,
  to: time,
  /** There are more events than are examined: `from` is later than 30 days ago. */
  incomplete: z.boolean(),
});

/** The stream's `alert` event. */
const alertEvent = z.object({ alert, open: z.int() });

export type AlertSettings = z.output<typeof alertSettings>;
export type AlertRules = z.output<typeof alertRules>;
export type AlertKind = (typeof alertKinds)[number];
export type Alert = z.output<typeof alert>;
export type AlertEvent = z.output<typeof alertEvent>;
export type AlertsPage = z.output<typeof alertsPage>;
