/** Claim codes issued by the operator for printing on the invoice (K4). */
import * as z from 'zod';

export const issueClaimBody = z.object({ invoice: z.string().min(1).max(64) });

/** `validUntil`: the last moment for claiming it; `expired`: that has passed. */
export const claimIssued = z.object({
  code: z.string(),
  invoice: z.string(),
  validUntil: z.iso.datetime(),
  expired: z.boolean(),
});

export type ClaimIssued = z.output<typeof claimIssued>;
