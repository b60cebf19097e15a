/** What a command needs of the API to speak to the operator's part of it: apart, as a schema takes longer to make than to use. */
import * as z from 'zod';

export const apiError = z.object({
  code: z.string(),
  message: z.string(),
  /** What to do about it. */
  next: z.string().optional(),
  correlationId: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export const domainStatuses = ['unconfirmed', 'trial', 'active', 'disabled', 'closed'] as const;
