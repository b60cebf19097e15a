import * as z from 'zod';
import { deviceStatuses } from './api.ts';
import { isTimeZone } from './time-zone.ts';

/** What a device's presence was (P5): up to 90 days. */

const time = z.iso.datetime();

/** GET /devices/:id/presence. Days are those of the IANA time zone. */
export const presenceQuery = z.object({
  days: z.coerce.number().int().min(1).max(90).default(90),
  timeZone: z.string().max(64).refine(isTimeZone).default('UTC'),
});

/** `unknown`: the service was away, and nobody saw. */
const pastStatuses = [...deviceStatuses.filter((status) => status !== 'pending'), 'unknown'] as const;

const span = z.object({
  from: time,
  to: time,
  status: z.enum(pastStatuses),
  /** Of `offline`: it said goodbye, or it was lost (P2). */
  how: z.enum(['said', 'lost']).nullable(),
  /** P6: it says afterwards that it was running. */
  running: z.boolean(),
});

const seconds = z.int().min(0);
/** Seconds in each status, offline by how; `running` counts time that is in the others too (P6). */
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
  /** Later than asked for where the device was not enrolled yet, or changed too often for all to be told. */
  from: time,
  to: time,
  /** Share of the time it was online, of all the time of which something is known; null where there is none. */
  uptimePercent: z.number().min(0).max(100).nullable(),
  /** The oldest first, one for each day that it was enrolled in. */
  days: z.array(totals.extend({ date: z.iso.date() })),
  /** The newest first, at most 200. */
  spans: z.array(span),
  /**
   * Of a device that is offline: how many others went within a minute of it, with the one of its tags that most of them have;
   * of the whole domain where none has any of its tags. Null: it went alone, or is not offline.
   */
  wentWith: z.object({ tag: z.string().nullable(), others: z.int().min(1) }).nullable(),
});

export type DevicePresence = z.output<typeof devicePresence>;
export type PresenceDay = DevicePresence['days'][number];
export type PresenceSpan = DevicePresence['spans'][number];
