import * as z from 'zod';
import { cursor, limit } from './api.ts';

/** The enrolment log (E11) as the console reads it later. */

const time = z.iso.datetime();

/** GET /enrolments/refused. `q`: a serial prefix or a correlation id. */
export const refusedQuery = z.object({ cursor, limit, q: z.string().max(64).optional() });
const refusedTry = z.object({
  serial: z.string(),
  model: z.string(),
  code: z.string(),
  /** How often this serial was refused with this code, with the first and latest time; id and address are from the latest attempt. */
  times: z.int().min(1),
  firstAt: time,
  at: time,
  address: z.string(),
  correlationId: z.string(),
});
/** Newest first: the last 30 days, at most 1,000 per domain. */
export const refusedPage = z.object({ items: z.array(refusedTry), nextCursor: z.string().nullable() });

const stepKinds = ['refused', 'waits', 'enrolled', 'joined-register', 'certificate', 'online', 'unenrolled'] as const;

/** GET /devices/:id/enrolment: how the device enrolled, oldest first, at most the last 50 steps. */
export const deviceEnrolment = z.object({
  steps: z.array(
    z.object({
      what: z.enum(stepKinds),
      at: time,
      /** For `refused` and `waits`: the reason. */
      code: z.string().nullable(),
      /** For `refused`: number of attempts of its serial; `at` is the time of the latest. */
      times: z.int().min(1),
      /** The user or API key that decided; null: the display itself. */
      by: z.string().nullable(),
      address: z.string().nullable(),
      correlationId: z.string().nullable(),
      granted: z.int().nullable(),
    }),
  ),
  /** The newest valid one; `live`: how many are valid. Null: none yet, or none any more. */
  certificate: z.object({ issuedAt: time, serialNumber: z.string(), fingerprint: z.string(), live: z.int().min(1) }).nullable(),
});

export type RefusedTry = z.output<typeof refusedTry>;
export type DeviceEnrolment = z.output<typeof deviceEnrolment>;
export type EnrolmentStep = DeviceEnrolment['steps'][number];
