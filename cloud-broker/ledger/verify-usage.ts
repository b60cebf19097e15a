/** The part of `ledger verify` that checks daily use (L6): each closed day against its neighbours, the enrolment spans and its transfer. */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { chargeOf, dateOf, dayOf, firstChargedDay, usageKey } from './rules/usage.ts';
import type { Difference } from './rules/chain.ts';
import { creditsForDay } from './days-end.ts';
import type { Reads } from '../store/tx.ts';

const ROWS_AT_ONCE = 500;
/** Represents the end of an open span, as in the index on spans. */
const OPEN_END = 9_223_372_036_854_775_807n;

interface DayRow {
  day: number;
  devices: number;
  charged: number;
  waived: 0 | 1;
  transferId: number | null;
  n: number | null;
  kind: string | null;
  domainId: number | null;
  credit: string | null;
  credits: number | null;
  date: string | null;
  idempotencyKey: string | null;
  balanceAfter: number | null;
  closedAt: number;
  headN: number | null;
  headAt: number | null;
  headBalance: number | null;
}

/** Days of the domain after `day`, in order, each with the transfer it names. */
const DAYS = `SELECT u.day, u.devices, u.charged, u.waived, u.transfer_id AS transferId, t.n, t.kind, t.domain_id AS domainId, t.credit, t.credits, t.date,
  t.idempotency_key AS idempotencyKey, t.balance_after AS balanceAfter,
  u.closed_at AS closedAt, u.head_n AS headN, h.at AS headAt, h.balance_after AS headBalance
  FROM usage_days u LEFT JOIN transfers t ON t.id = u.transfer_id LEFT JOIN transfers h ON h.domain_id = u.domain_id AND h.n = u.head_n WHERE u.domain_id = ? AND u.day > ? ORDER BY u.day LIMIT ?`;

/**
 * In index order: first the remaining spans with the same end, then those that end later. One comparison of all three columns would not use the
 * index.
 */
const SPANS = 'SELECT to_at AS toAt, from_at AS fromAt, device_id AS deviceId FROM enrolment_spans WHERE domain_id = ?';
const SAME_END = `${SPANS} AND coalesce(to_at, ${OPEN_END}) = ? AND (from_at, device_id) > (?, ?) ORDER BY from_at, device_id LIMIT ?`;
const LATER_END = `${SPANS} AND coalesce(to_at, ${OPEN_END}) > ? ORDER BY coalesce(to_at, ${OPEN_END}), from_at, device_id LIMIT ?`;

interface Span {
  toAt: number | null;
  fromAt: number;
  deviceId: string;
}

/** First and last UTC day, inclusive. */
type Days = [first: number, last: number];

async function daysOfDevices(tx: Reads, domainId: number): Promise<Iterable<Days[]>> {
  const ofDevice = new Map<string, Days[]>();
  for (let place: [number | bigint, number, string] = [-1, -1, '']; ;) {
    const spans = await tx.all<Span>(SAME_END, domainId, ...place, ROWS_AT_ONCE);
    if (spans.length < ROWS_AT_ONCE)
      spans.push(...(await tx.all<Span>(LATER_END, domainId, place[0], ROWS_AT_ONCE - spans.length)));
    for (const { toAt, fromAt, deviceId } of spans) {
      const days: Days = [dayOf(fromAt), toAt === null ? Infinity : dayOf(toAt)];
      const others = ofDevice.get(deviceId);
      if (others === undefined) ofDevice.set(deviceId, [days]);
      else others.push(days);
    }
    const end = spans.at(-1);
    if (end === undefined || spans.length < ROWS_AT_ONCE) return ofDevice.values();
    place = [end.toAt ?? OPEN_END, end.fromAt, end.deviceId];
    await yieldToOthers();
  }
}

/** Devices per day, recounted from the spans, as the difference from the day before. A device that left and returned on the same day counts once. */
async function changesOf(tx: Reads, domainId: number): Promise<Map<number, number>> {
  const changes = new Map<number, number>();
  const add = (day: number, by: number): void => void changes.set(day, (changes.get(day) ?? 0) + by);
  for (const spans of await daysOfDevices(tx, domainId)) {
    let counted = -1;
    for (const [first, last] of spans.toSorted(([a], [b]) => a - b)) {
      const from = Math.max(first, counted + 1);
      if (from > last) continue;
      add(from, 1);
      add(last + 1, -1);
      counted = last;
    }
  }
  return changes;
}

/** What is wrong with the transfer that a day names, or with its absence. */
function transferDifference(domain: { id: number; name: string }, row: DayRow): string | null {
  if (row.charged === 0) return row.transferId === null ? null : 'names a transfer, but charges nothing';
  if (row.n === null) return `charges ${row.charged}, but its transfer is missing`;
  const isIts =
    row.domainId === domain.id &&
    row.kind === 'usage' &&
    row.credit === 'vendor:usage' &&
    row.date === dateOf(row.day) &&
    row.idempotencyKey === usageKey(domain.name, row.day);
  if (!isIts) return 'names a transfer that is not its own';
  if (row.credits !== row.charged) return `charges ${row.charged}, but its transfer moved ${row.credits}`;
  if (row.waived === 1) return 'is waived, but charges';
  if (row.charged > row.devices) return `charges ${row.charged} for ${row.devices} devices`;
  // Days closed before they stored a head were paid from the balance at that moment.
  if (row.headN === null && row.charged < row.devices && row.balanceAfter !== 0)
    return `charges ${row.charged} for ${row.devices} devices, but ${row.balanceAfter} credits were left`;
  return null;
}

/** What is wrong with a day's charge: it must not be less than the balance at its end covers, nor use later credits. */
async function chargeDifference(tx: Reads, domainId: number, row: DayRow): Promise<string | null> {
  const { headN, waived, devices, charged, n } = row;
  if (headN === null || waived === 1) return null;
  if (headN > 0 && row.headAt === null) return `was closed after row ${headN}, which is missing`;
  if (n !== null && n !== headN + 1) return `was closed after row ${headN}, but charges by row ${n}`;
  const head = { n: headN, at: row.headAt ?? 0, balance: row.headBalance ?? 0 };
  const covered = await creditsForDay(tx, domainId, head, { day: row.day, now: row.closedAt });
  if (charged === chargeOf(devices, covered)) return null;
  return `charges ${charged} for ${devices} devices, but its end left ${covered} credits`;
}

/**
 * L6: the closed days of a domain run without a gap from the first charged day to the one before the next open day; each counts the devices shown by
 * the spans and has exactly its own transfer; no other daily-use transfer exists. Null if all is right.
 */
export async function usageDifference(tx: Reads, domain: { id: number; name: string }): Promise<Difference | null> {
  const differs = (day: number, n: number | null, what: string): Difference => ({
    domain: domain.name,
    n,
    what: `the day ${dateOf(day)} ${what}`,
  });
  const dates = await tx.get<{ trialEndsAt: number | null; nextDay: number | null }>(
    'SELECT trial_ends_at AS trialEndsAt, next_usage_day AS nextDay FROM domains WHERE id = ?',
    domain.id,
  );
  const first = dates?.trialEndsAt == null ? null : firstChargedDay(dates.trialEndsAt);
  let expected = first ?? 0;
  let devices = 0;
  const changes = await changesOf(tx, domain.id);
  for (const [day, by] of changes) if (day < expected) devices += by;
  for (let before = -1; ;) {
    const rows = await tx.all<DayRow>(DAYS, domain.id, before, ROWS_AT_ONCE);
    for (const row of rows) {
      if (first === null) return differs(row.day, row.n, 'is closed, but the domain was never activated');
      if (row.day < expected) return differs(row.day, row.n, 'is closed, but it was free');
      if (row.day > expected) return differs(expected, null, 'is not closed, but a later one is');
      devices += changes.get(row.day) ?? 0;
      if (row.devices !== devices) return differs(row.day, row.n, `counts ${row.devices} devices, but ${devices} were enrolled`);
      const what = transferDifference(domain, row) ?? (await chargeDifference(tx, domain.id, row));
      if (what !== null) return differs(row.day, row.n, what);
      expected += 1;
      before = row.day;
    }
    if (rows.length < ROWS_AT_ONCE) break;
    await yieldToOthers();
  }
  if (first !== null && dates?.nextDay !== expected)
    return differs(
      expected,
      null,
      `is the next to be closed, but the domain says ${dates?.nextDay == null ? 'none' : dateOf(dates.nextDay)}`,
    );
  const stray = await tx.get<{ n: number }>(
    `SELECT t.n FROM transfers t WHERE t.domain_id = ? AND t.kind = 'usage'
     AND NOT EXISTS (SELECT 1 FROM usage_days u WHERE u.transfer_id = t.id AND u.domain_id = t.domain_id) ORDER BY t.n LIMIT 1`,
    domain.id,
  );
  return stray === null ? null : { domain: domain.name, n: stray.n, what: 'charges a day that is not closed' };
}
