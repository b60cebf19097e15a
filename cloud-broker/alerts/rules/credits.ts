/** Which credit warning is due (P7). Pure. */

const WARNED = [1, 7, 30] as const;
export type CreditDays = (typeof WARNED)[number];

/** The smallest of 1, 7 and 30 days that the credits do not cover; null if they last longer, or nothing is used. */
export function creditLevel(balance: number, devices: number): CreditDays | null {
  return devices === 0 ? null : (WARNED.find((days) => balance < days * devices) ?? null);
}

export type CreditsStep = { close: true } | { close: false; raise: boolean; days: CreditDays };

/**
 * The step from the open warning to the current level; null for none. Each warning is given once, until the credits last longer than it states;
 * credits that do not suffice for that only change its days.
 */
export function creditsStep(open: CreditDays | null, level: CreditDays | null): CreditsStep | null {
  if (open === level) return null;
  if (level === null) return { close: true };
  return { close: false, raise: open === null || level < open, days: level };
}
