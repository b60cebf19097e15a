import * as z from 'zod';
import { cursor, limit } from './api.ts';

/** A3. `q` finds who, what or which: a subject, an actor or an action by its beginning, a correlation id in whole. */
export const auditQuery = z.object({ cursor, limit, q: z.string().max(128).optional() });

const auditRow = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  actor: z.string(),
  /** From where; null for what the service did by itself. */
  address: z.string().nullable(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
  /** Of the request, as a toast, a display or the server's log shows it (E11). */
  correlationId: z.string().nullable(),
});
export const auditPage = z.object({ items: z.array(auditRow), nextCursor: z.string().nullable() });

export type AuditRow = z.output<typeof auditRow>;
export type AuditPage = z.output<typeof auditPage>;
