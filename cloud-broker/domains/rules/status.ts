import type { DomainStatus } from '../../../protocol/api.ts';

const TRIAL_DAYS = 30;
const DAY_MS = 86_400_000;

export interface DomainDates {
  /** Milliseconds since 1970; null before activation. */
  activatedAt: number | null;
  trialEndsAt: number | null;
  closedAt: number | null;
  /** Whether the domain has ever received credits (D4). */
  credited: boolean;
}

/** D3 to D5: a domain's status at `now`, from its dates, its balance and whether it has ever received credits. */
export function domainStatus(dates: DomainDates, balance: number, now: number): DomainStatus {
  if (dates.closedAt !== null && now >= dates.closedAt) return 'closed';
  if (dates.activatedAt === null || dates.trialEndsAt === null) return 'unconfirmed';
  if (dates.credited && balance > 0) return 'active';
  return now < dates.trialEndsAt ? 'trial' : 'disabled';
}

/** D3: the trial starts at activation and lasts 30 days. */
export function trialEnd(activatedAt: number): number {
  return activatedAt + TRIAL_DAYS * DAY_MS;
}
