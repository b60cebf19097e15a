import * as z from 'zod';
import { cursor, limit } from './api.ts';
import { emailAddress } from './email.ts';
import { isTimeZone } from './time-zone.ts';

const time = z.iso.datetime();
const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);

/** P7: a device may be silent so many minutes before its loss is told. */
export const LOST_AFTER = { least: 5, most: 1440 } as const;

/** P7: what a domain is told of, where and when. */
export const alertSettings = z.strictObject({
  lost: z.strictObject({ on: z.boolean(), afterMinutes: z.int().min(LOST_AFTER.least).max(LOST_AFTER.most) }),
  /** Of those whose loss was told by mail. */
  back: z.boolean(),
  /** Fewer than 30, 7 and 1 days. */
  credits: z.boolean(),
  /** D3: 7 days and 1 day before the trial's end. */
  trial: z.boolean(),
  /** A key changed, or a deviceId was taken over again and again. */
  clone: z.boolean(),
  pending: z.boolean(),
  /** Null: the e-mail of the domain. */
  mailbox: emailAddress.nullable(),
  /** IANA name; of the quiet hours, the pause and the times in mails. */
  timeZone: z.string().max(64).refine(isTimeZone),
  /** Mails wait until the end. From 22:00 to 06:00 goes over midnight; equal times are no quiet hours. */
  quiet: z.strictObject({ from: clockTime, to: clockTime }).nullable(),
  /** Before this day nothing is mailed, only recorded. */
  pausedUntil: z.iso.date().nullable(),
});

const alertKinds = ['lost', 'back', 'waiting', 'key-changed', 'take-overs', 'credits', 'trial'] as const;

/** One event, however many devices it is about. */
const alert = z.object({
  id: z.string(),
  kind: z.enum(alertKinds),
  raisedAt: time,
  /** Null while it is open. */
  closedAt: time.nullable(),
  mailedAt: time.nullable(),
  /** When its mail will go: until then others join it, or quiet hours hold it back. Null: it is gone, or none will go. */
  mailDueAt: time.nullable(),
  /** Of the device that was silent, or waited, first. */
  since: time,
  /** What all its devices have in common; of several the one that fewest others have. */
  tag: z.string().nullable(),
  devices: z.int(),
  /** Those of them that are still so. */
  open: z.int(),
  /** The first 20, open ones first. */
  names: z.array(z.object({ id: z.string(), label: z.string(), open: z.boolean() })),
  /** Of credits and trial: fewer than so many days are left. */
  days: z.int().nullable(),
});

/** `closed`: those that are over. */
export const alertsQuery = z.object({ cursor, limit, state: z.enum(['open', 'closed', 'all']).default('all') });
export const alertsPage = z.object({
  items: z.array(alert),
  nextCursor: z.string().nullable(),
  /** All that are open. */
  open: z.int(),
});

export const alertRules = alertSettings.extend({
  /** As people write it, which is not the form it is stored in. */
  mailbox: z.string().nullable(),
  /** Where mails go while no mailbox is set. */
  domainEmail: z.string(),
  /** When they were last changed; null: never. */
  changedAt: time.nullable(),
});

/** What these rules would have done. */
export const alertPreview = z.object({
  mails: z.int(),
  alerts: z.int(),
  from: time,
  to: time,
  /** More happened than is looked at: `from` is later than 30 days ago. */
  incomplete: z.boolean(),
});

/** The `alert` event of the stream. */
const alertEvent = z.object({ alert, open: z.int() });

export type AlertSettings = z.output<typeof alertSettings>;
export type AlertRules = z.output<typeof alertRules>;
export type AlertKind = (typeof alertKinds)[number];
export type Alert = z.output<typeof alert>;
export type AlertEvent = z.output<typeof alertEvent>;
export type AlertsPage = z.output<typeof alertsPage>;
