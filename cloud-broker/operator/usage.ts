/** Daily use as the operator closes it (L6). */
import * as z from 'zod';
import { RollcallError } from '../../protocol/errors.ts';
import { domainName, normaliseDomain } from '../../protocol/text.ts';
import { closeOpenDays } from '../daily-use.ts';
import { dateOf, dayOf, dayOfDate } from '../ledger/usage.ts';
import { domainByName } from '../store/domain-rows.ts';
import { closedOn, stuckDomains } from '../store/queries/usage.ts';
import type { Store } from '../store/store.ts';

export const closeDayBody = z.object({
  /** `YYYY-MM-DD`; yesterday where it is not said. */
  date: z.iso.date().optional(),
  domain: z.string().min(1).max(64).optional(),
  /** Closes without a charge. */
  waive: z.boolean().default(false),
});

/** `domains` and `credits` are what the closed rows of that date say, however often it is asked. */
export const dayClosed = z.object({
  date: z.iso.date(),
  domains: z.int(),
  credits: z.int(),
  /** Days closed by this call, and domains whose days wait because too many are open. */
  daysClosed: z.int(),
  stuck: z.array(z.object({ domain: domainName, openSince: z.iso.date(), openDays: z.int() })),
});

export type CloseDay = z.input<typeof closeDayBody>;
export type DayClosed = z.output<typeof dayClosed>;

/**
 * Closes what is open up to a date. Without a date it does what the daily job does: up to yesterday, and not where more than 7 days are open;
 * those are closed when the date is said. Refuses with `invalid-request` (`day-not-over`) or `not-found`.
 */
export async function closeDay(services: { store: Store; clock(): number }, asked: CloseDay, actor: string): Promise<DayClosed> {
  const { store, clock } = services;
  const parsed = closeDayBody.safeParse(asked);
  if (!parsed.success) throw new RollcallError('invalid-request', { field: parsed.error.issues[0]?.path.join('.') ?? '' });
  const { date, waive } = parsed.data;
  const domain = parsed.data.domain === undefined ? null : normaliseDomain(parsed.data.domain);
  if (domain !== null && domainByName(store.reader, domain) === null) throw new RollcallError('not-found');
  const now = clock();
  const through = date === undefined ? dayOf(now) - 1 : dayOfDate(date);
  const byOperator = date === undefined && !waive ? null : { waive, actor };
  const { days } = await closeOpenDays(store, { now, through, domain, byOperator });
  return {
    date: dateOf(through),
    ...closedOn(store.reader, through, domain),
    daysClosed: days,
    stuck: stuckDomains(store.reader, now),
  };
}
