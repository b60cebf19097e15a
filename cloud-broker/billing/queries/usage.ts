import * as z from 'zod';
import { dateOf, dayOf, MAX_OPEN_DAYS, startOf } from '../../ledger/rules/usage.ts';
import type { Reads } from '../../store/tx.ts';
import { decodeCursor, pageOf, type PageRequest } from '../../store/paging.ts';
import type { Viewer } from '../../devices/queries/devices.ts';
import { eachOf, least, textsOf } from '../../store/dialect.ts';

/** Where days can be open: equivalent to openDays() of ledger/rules/usage.ts for one domain. */
const OPEN = 'next_usage_day < ?1 AND closed_at IS NULL AND (closing_at IS NULL OR next_usage_day < closing_at / 86400000)';
/** The day before which a domain's days are to be closed, and none later than this one. */
const endOfOpen = (day: string): string => least('closing_at / 86400000', day);
const STUCK_SHOWN = 1000;

/**
 * L6: domains whose days are no longer closed automatically because too many are open; the operator closes or waives them. Those waiting longest, at
 * most 1,000.
 */
export async function stuckDomains(tx: Reads, now: number): Promise<{ domain: string; openSince: string; openDays: number }[]> {
  const today = dayOf(now);
  return (
    await tx.all<{ name: string; day: number; until: number }>(
      `SELECT name, next_usage_day AS day, ${endOfOpen('?2')} AS until FROM domains WHERE ${OPEN} ORDER BY next_usage_day NULLS FIRST, id LIMIT ?3`,
      today - MAX_OPEN_DAYS,
      today,
      STUCK_SHOWN,
    )
  )
    .map(({ name, day, until }) => ({ domain: name, openSince: dateOf(day), openDays: until - day }))
    .filter(({ openDays }) => openDays > MAX_OPEN_DAYS);
}

/** Open days of the domain furthest behind; 0 if every finished day is closed. */
export async function mostOpenDays(tx: Reads, now: number): Promise<number> {
  const today = dayOf(now);
  const oldest = await tx.get<{ day: number }>(
    `SELECT next_usage_day AS day FROM domains WHERE ${OPEN} ORDER BY next_usage_day NULLS FIRST LIMIT 1`,
    today,
  );
  return oldest === null ? 0 : today - oldest.day;
}

/** Days open up to `through`, in all domains or in one, if the first open day is not before `from`. */
export async function openDaysThrough(
  tx: Reads,
  about: { from: number; through: number; domain: string | null },
): Promise<number> {
  const end = about.through + 1;
  const row = await tx.get<{ days: number | null }>(
    `SELECT sum(${endOfOpen('?1')} - next_usage_day) AS days FROM domains WHERE ${OPEN} AND next_usage_day >= ?2 AND (CAST(?3 AS TEXT) IS NULL OR name = ?3)`,
    end,
    about.from,
    about.domain,
  );
  return row?.days ?? 0;
}

/** Whether any domain has a day to close automatically. */
export async function hasOpenDays(tx: Reads, now: number): Promise<boolean> {
  const today = dayOf(now);
  return (
    (await tx.get(
      `SELECT 1 AS found FROM domains WHERE ${OPEN} AND next_usage_day >= ?2 LIMIT 1`,
      today,
      today - MAX_OPEN_DAYS,
    )) !== null
  );
}

/** Totals of the closed rows of one day: the number of domains that closed it, and its cost. */
export async function closedOn(tx: Reads, day: number, domain: string | null): Promise<{ domains: number; credits: number }> {
  const row = await tx.get<{ domains: number; credits: number | null }>(
    `SELECT count(*) AS domains, sum(u.charged) AS credits FROM domains d JOIN usage_days u ON u.domain_id = d.id AND u.day = ?1
     WHERE CAST(?2 AS TEXT) IS NULL OR d.name = ?2`,
    day,
    domain,
  );
  return { domains: row?.domains ?? 0, credits: row?.credits ?? 0 };
}

export interface UsageDay {
  day: number;
  devices: number;
  charged: number;
  waived: 0 | 1;
}

/** A closed day of the domain; null if it is not closed. */
export async function usageDay(tx: Reads, domainId: number, day: number): Promise<UsageDay | null> {
  return await tx.get<UsageDay>(
    'SELECT day, devices, charged, waived FROM usage_days WHERE domain_id = ? AND day = ?',
    domainId,
    day,
  );
}

export interface UsedDevice {
  id: string;
  serial: string;
  label: string;
}

interface UsedRow extends UsedDevice {
  toAt: number | null;
  fromAt: number;
}

/** Represents the end of an open span, as in the index on spans, whose order a page follows. */
const OPEN_END = 9_223_372_036_854_775_807n;
const END = (span: string): string => `coalesce(${span}.to_at, ${OPEN_END})`;
/** A device with several spans on the day is listed by its last: the open one, or the one that ended latest. */
const USED = `SELECT d.id, d.serial, d.label, e.to_at AS toAt, e.from_at AS fromAt FROM enrolment_spans e CROSS JOIN devices d
  WHERE d.id = e.device_id AND e.domain_id = ?1 AND ${END('e')} >= ?2 AND e.from_at < ?3
  AND NOT EXISTS (SELECT 1 FROM enrolment_spans o WHERE o.device_id = e.device_id AND o.to_at IS NULL AND o.from_at < ?3 AND o.id <> e.id)
  AND NOT EXISTS (SELECT 1 FROM enrolment_spans o WHERE o.domain_id = ?1 AND ${END('o')} >= e.to_at AND ${END('o')} < ${OPEN_END}
    AND o.device_id = e.device_id AND o.from_at < ?3 AND (o.to_at, o.id) > (e.to_at, e.id))
  AND NOT EXISTS (SELECT 1 FROM ${eachOf('?4', 't')} WHERE t.value NOT IN ${textsOf('d.tags')})`;
/**
 * After the cursor's row: first the remaining spans with the same end, then those that end later. One comparison of all three columns would not use
 * the index.
 */
const SAME_END = `${USED} AND ${END('e')} = ?6 AND (e.from_at, e.device_id) > (?7, ?8) ORDER BY e.from_at, e.device_id LIMIT ?5`;
const LATER_END = `${USED} AND ${END('e')} > ?6 ORDER BY ${END('e')}, e.from_at, e.device_id LIMIT ?5`;

const place = z.tuple([z.int().nullable(), z.int(), z.string().max(64)]);

/** L7: the devices whose enrolment touched the day, each once: those that have left since come first. A viewer with tags sees only theirs (D6). */
export async function devicesOfDay(
  tx: Reads,
  viewer: Viewer,
  day: number,
  request: PageRequest,
): Promise<{ items: UsedDevice[]; nextCursor: string | null }> {
  const [toAt, fromAt, id] = decodeCursor(request.cursor, place) ?? [-1, -1, ''];
  const most = request.limit + 1;
  const about = [viewer.domainId, startOf(day), startOf(day + 1), JSON.stringify(viewer.tags)] as const;
  const end = toAt ?? OPEN_END;
  const rows = await tx.all<UsedRow>(SAME_END, ...about, most, end, fromAt, id);
  if (rows.length < most) rows.push(...(await tx.all<UsedRow>(LATER_END, ...about, most - rows.length, end)));
  const page = pageOf(rows, request.limit, (last) => [last.toAt, last.fromAt, last.id]);
  return { ...page, items: page.items.map(({ id: device, serial, label }) => ({ id: device, serial, label })) };
}
