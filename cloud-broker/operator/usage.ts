/** Closing of daily use by the operator (L6). */
import * as z from 'zod';
import { RollcallError } from '../../protocol/errors.ts';
import { domainName, normaliseDomain } from '../../protocol/text.ts';
import { closeOpenDays } from '../ledger/close-days.ts';
import { dateOf, dayOf, dayOfDate, MAX_OPEN_DAYS } from '../ledger/rules/usage.ts';
import { domainByName } from '../domains/rows.ts';
import { closedOn, openDaysThrough, stuckDomains } from '../billing/queries/usage.ts';
import type { Store } from '../store/port.ts';

/** Maximum days that one HTTP request closes: about a second. */
const DAYS_A_REQUEST = 10_000;

export const closeDayBody = z.object({
  /** `YYYY-MM-DD`; yesterday by default. */
  date: z.iso.date().optional(),
  domain: z.string().min(1).max(64).optional(),
  /** Closes without a charge, which requires a date. */
  waive: z.boolean().default(false),
  /** Closes at most this many days; `left` gives the rest. */
  most: z.int().min(1).max(DAYS_A_REQUEST).optional(),
});

/** `domains` and `credits` come from the closed rows of that date, however often it is requested. */
export const dayClosed = z.object({
  date: z.iso.date(),
  domains: z.int(),
  credits: z.int(),
  /** Days closed by this call, and days up to that date that are still open. */
  daysClosed: z.int(),
  left: z.int(),
  /** Domains whose days are not closed automatically, because more than 7 are open. */
  stuck: z.array(z.object({ domain: domainName, openSince: z.iso.date(), openDays: z.int() })),
});

export type CloseDay = z.input<typeof closeDayBody>;
export type DayClosed = z.output<typeof dayClosed>;
/** Called from time to time with the number of days closed and the total to close. */
export type CloseProgress = (closed: number, inAll: number) => void;

/**
 * Closes what is open up to a date. Without a date it does what the daily job does: up to yesterday, and not if more than 7 days are open; those are
 * closed when a date is given. Refuses with `invalid-request` (`day-not-over`, `waive-needs-date`) or `not-found`.
 */
export async function closeDay(
  services: { store: Store; clock(): number },
  asked: CloseDay,
  actor: string,
  onProgress?: CloseProgress,
): Promise<DayClosed> {
  const { store, clock } = services;
  const parsed = closeDayBody.safeParse(asked);
  if (!parsed.success) throw new RollcallError('invalid-request', { field: parsed.error.issues[0]?.path.join('.') ?? '' });
  const { date, waive, most } = parsed.data;
  if (waive && date === undefined) throw new RollcallError('invalid-request', { reason: 'waive-needs-date' });
  const domain = parsed.data.domain === undefined ? null : normaliseDomain(parsed.data.domain);
  if (domain !== null && (await domainByName(store.reader, domain)) === null) throw new RollcallError('not-found');
  const now = clock();
  const through = date === undefined ? dayOf(now) - 1 : dayOfDate(date);
  const byOperator = date === undefined ? null : { waive, actor };
  // Without a date, this call is not meant to close stuck domains.
  const from = byOperator === null ? dayOf(now) - MAX_OPEN_DAYS : 0;
  const open = async (): Promise<number> => openDaysThrough(store.reader, { from, through, domain });
  const inAll = await open();
  const { days } = await closeOpenDays(
    store,
    { now, through, domain, byOperator },
    (closed) => onProgress?.(closed, inAll),
    most,
  );
  const stuck = (await stuckDomains(store.reader, now)).filter((one) => domain === null || one.domain === domain);
  return {
    date: dateOf(through),
    ...(await closedOn(store.reader, through, domain)),
    daysClosed: days,
    left: await open(),
    stuck,
  };
}

/** The same in limited requests, for remote use. */
export async function closeByRequests(
  asked: CloseDay,
  request: (asked: CloseDay) => Promise<DayClosed>,
  onProgress?: CloseProgress,
): Promise<DayClosed> {
  let daysClosed = 0;
  for (;;) {
    const answer = await request({ ...asked, most: DAYS_A_REQUEST });
    daysClosed += answer.daysClosed;
    onProgress?.(daysClosed, daysClosed + answer.left);
    if (answer.left === 0 || answer.daysClosed === 0) return { ...answer, daysClosed };
  }
}
