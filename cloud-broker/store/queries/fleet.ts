/** Figures over all domains, for the operator's metrics. */
import type { Sql } from '../sql.ts';

/** Devices that wait for an admin (E6). */
export function pendingDevices(sql: Sql): number {
  return sql.get<{ count: number }>("SELECT count(*) AS count FROM devices WHERE state = 'pending'")?.count ?? 0;
}

/** Commands that have not ended (P8). */
export function openCommandCount(sql: Sql): number {
  return sql.get<{ count: number }>('SELECT count(*) AS count FROM commands WHERE outcome IS NULL')?.count ?? 0;
}
