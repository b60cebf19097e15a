/** When an invoice can be claimed, and how long its subscription lasts (K4). Pure; dates are `YYYY-MM-DD`, times ms since 1970. */

const DAY_MS = 86_400_000;

/** The product of every subscription. */
export const PRODUCT = 'Rollcall';

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** K4: the last day on which an invoice can be claimed: one year after its purchase; for 29 February, 1 March. */
export function claimBefore(purchasedOn: string): string {
  const bought = new Date(purchasedOn);
  return dateOf(Date.UTC(bought.getUTCFullYear() + 1, bought.getUTCMonth(), bought.getUTCDate()));
}

/** K4: the last moment for a claim: the end of that day, UTC. */
export function claimEndsAt(purchasedOn: string): number {
  return Date.parse(claimBefore(purchasedOn)) + DAY_MS - 1;
}

/**
 * K3: renewal date of a subscription. Its credits pay for managing each of its boards every day from the purchase on, so the term is credits divided
 * by boards, in whole days and at least one.
 */
export function renewsOn(purchasedOn: string, credits: number, boards: number): string {
  const days = Math.max(1, Math.floor(credits / Math.max(1, boards)));
  return dateOf(Date.parse(purchasedOn) + days * DAY_MS);
}
