import { dateOf, dayOf, MOST_OPEN_DAYS, startOf } from '../../ledger/usage.ts';
import type { Sql } from '../sql.ts';
import { decodeCursor, pageOf, type PageRequest } from './cursor.ts';
import * as z from 'zod';

/** L6: domains whose days are not closed by themselves any more, because too many are open; the operator closes or waives them. */
export function stuckDomains(sql: Sql, now: number): { domain: string; openSince: string; openDays: number }[] {
  const today = dayOf(now);
  return sql
    .all<{ name: string; day: number }>(
      'SELECT name, next_usage_day AS day FROM domains WHERE next_usage_day < ? AND next_usage_day IS NOT NULL AND closed_at IS NULL ORDER BY next_usage_day LIMIT 1000',
      today - MOST_OPEN_DAYS,
    )
    .map(({ name, day }) => ({ domain: name, openSince: dateOf(day), openDays: today - day }));
}

/** Whether any domain has a day to close up to `through`. */
export function hasOpenDays(sql: Sql, now: number): boolean {
  const today = dayOf(now);
  return (
    sql.get(
      'SELECT 1 AS found FROM domains WHERE next_usage_day BETWEEN ? AND ? AND closed_at IS NULL LIMIT 1',
      today - MOST_OPEN_DAYS,
      today - 1,
    ) !== null
  );
}

/** What the closed rows of one day say: in how many domains it is closed, and what it cost. */
export function closedOn(sql: Sql, day: number, domain: string | null): { domains: number; credits: number } {
  const row = sql.get<{ domains: number; credits: number | null }>(
    `SELECT count(*) AS domains, sum(u.charged) AS credits FROM domains d JOIN usage_days u ON u.domain_id = d.id AND u.day = ?
     WHERE ? IS NULL OR d.name = ?`,
    day,
    domain,
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

/** A closed day of the domain; null where it is not closed. */
export function usageDay(sql: Sql, domainId: number, day: number): UsageDay | null {
  return sql.get<UsageDay>('SELECT day, devices, charged, waived FROM usage_days WHERE domain_id = ? AND day = ?', domainId, day);
}

export interface UsedDevice {
  id: string;
  serial: string;
  label: string;
}

const place = z.string();

/** L7: the devices whose enrolment touched the day, by id. */
export function devicesOfDay(
  sql: Sql,
  domainId: number,
  day: number,
  request: PageRequest,
): { items: UsedDevice[]; nextCursor: string | null } {
  const rows = sql.all<UsedDevice>(
    `SELECT DISTINCT d.id, d.serial, d.label FROM enrolment_spans s JOIN devices d ON d.id = s.device_id
     WHERE s.domain_id = ? AND ifnull(s.to_at, 9223372036854775807) >= ? AND s.from_at < ? AND s.device_id > ? ORDER BY d.id LIMIT ?`,
    domainId,
    startOf(day),
    startOf(day + 1),
    decodeCursor(request.cursor, place) ?? '',
    request.limit + 1,
  );
  return pageOf(rows, request.limit, (last) => last.id);
}
