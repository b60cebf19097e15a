import * as z from 'zod';
import { deviceStatuses } from './api.ts';
import { isTimeZone } from './time-zone.ts';

/** A device's presence history (P5): up to 90 days. */

const time = z.iso.datetime();

/** GET /devices/:id/presence. Days are in the IANA time zone. */
export const presenceQuery = z.object({
  days: z.coerce.number().int().min(1).max(90).default(90),
  timeZone: z.string().max(64).refine(isTimeZone).default('UTC'),
});

/** `unknown`: the service was down and observed nothing. */
const pastStatuses = [...deviceStatuses.filter((status) => status !== 'pending'), 'unknown'] as const;

const span = z.object({
  from: time,
  to: time,
  status: z.enum(pastStatuses),
  /** For `offline`: it said goodbye, or it was lost (P2). */
  how: z.enum(['said', 'lost']).nullable(),
  /** P6: the device later reported that it was running. */
  running: z.boolean(),
});

const seconds = z.int().min(0);
/** Seconds in each status, with offline by kind; `running` counts time that the others include too (P6). */
const totals = z.object({
  online: seconds,
  late: seconds,
  said: seconds,
  lost: seconds,
  never: seconds,
  unknown: seconds,
  running: seconds,
});

export const devicePresence = z.object({
  /** Later than requested if the device was not yet enrolled, or changed too often to list every change. */
  from: time,
  to: time,
  /** Share of the known time that the device was online; null if no time is known. */
  uptimePercent: z.number().min(0).max(100).nullable(),
  /** Oldest first, one for each day on which it was enrolled. */
  days: z.array(totals.extend({ date: z.iso.date() })),
  /** Newest first, at most 200. */
  spans: z.array(span),
  /**
   * For an offline device: how many others went offline within a minute of it, by the one of its tags that most of them have; for the whole domain if
   * none shares a tag. Null: it went alone, or is not offline.
   */
  wentWith: z.object({ tag: z.string().nullable(), others: z.int().min(1) }).nullable(),
});

export type DevicePresence = z.output<typeof devicePresence>;
export type PresenceDay = DevicePresence['days'][number];
export type PresenceSpan = DevicePresence['spans'][number];
