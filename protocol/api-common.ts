/** What CLI commands need of the API to talk to its operator part. Separate, because creating a schema takes longer than using it. */
import * as z from 'zod';

export const apiError = z.object({
  code: z.string(),
  message: z.string(),
  /** What to do next. */
  next: z.string().optional(),
  correlationId: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export const domainStatuses = ['unconfirmed', 'trial', 'active', 'disabled', 'closed'] as const;
