import * as z from 'zod';
import { cursor, limit } from './api.ts';

/** The enrolment log (E11), as the console reads it afterwards. */

const time = z.iso.datetime();

/** GET /enrolments/refused. `q`: the beginning of a serial, or a correlation id. */
export const refusedQuery = z.object({ cursor, limit, q: z.string().max(64).optional() });
const refusedTry = z.object({
  serial: z.string(),
  model: z.string(),
  code: z.string(),
  /** Tries of this serial that ended so, the first and the latest of them; id and address are the latest one's. */
  times: z.int().min(1),
  firstAt: time,
  at: time,
  address: z.string(),
  correlationId: z.string(),
});
/** Newest first: of the last 30 days, at most 1,000 of a domain. */
export const refusedPage = z.object({ items: z.array(refusedTry), nextCursor: z.string().nullable() });

const stepKinds = ['refused', 'waits', 'enrolled', 'joined-register', 'certificate', 'online', 'unenrolled'] as const;

/** GET /devices/:id/enrolment: how it came in, the oldest first, at most the last 50 steps. */
export const deviceEnrolment = z.object({
  steps: z.array(
    z.object({
      what: z.enum(stepKinds),
      at: time,
      /** Of `refused` and `waits`: why. */
      code: z.string().nullable(),
      /** Of `refused`: so many tries of its serial, `at` is the latest one's time. */
      times: z.int().min(1),
      /** The person or key that decided; null: the display itself. */
      by: z.string().nullable(),
      address: z.string().nullable(),
      correlationId: z.string().nullable(),
      granted: z.int().nullable(),
    }),
  ),
  /** The newest that is good; `live`: how many are. Null: none yet, or none any more. */
  certificate: z.object({ issuedAt: time, serialNumber: z.string(), fingerprint: z.string(), live: z.int().min(1) }).nullable(),
});

export type RefusedTry = z.output<typeof refusedTry>;
export type DeviceEnrolment = z.output<typeof deviceEnrolment>;
export type EnrolmentStep = DeviceEnrolment['steps'][number];
