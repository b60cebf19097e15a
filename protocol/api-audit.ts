import * as z from 'zod';
import { cursor, limit } from './api.ts';

/** A3. `q` matches a subject, actor or action by its beginning, or a full correlation id. */
export const auditQuery = z.object({ cursor, limit, q: z.string().max(128).optional() });

const auditRow = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  actor: z.string(),
  /** Where the request came from; null for actions of the service itself. */
  address: z.string().nullable(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
  /** The request's id, as shown by a toast, a display or the server's log (E11). */
  correlationId: z.string().nullable(),
});
export const auditPage = z.object({ items: z.array(auditRow), nextCursor: z.string().nullable() });

export type AuditRow = z.output<typeof auditRow>;
export type AuditPage = z.output<typeof auditPage>;
