/** Figures across all domains, for the operator's metrics. */
import type { Reads } from '../store/tx.ts';

/** Devices waiting for an admin (E6). */
export async function pendingDevices(tx: Reads): Promise<number> {
  return (await tx.get<{ count: number }>("SELECT count(*) AS count FROM devices WHERE state = 'pending'"))?.count ?? 0;
}

/** Open commands (P8). */
export async function openCommandCount(tx: Reads): Promise<number> {
  return (await tx.get<{ count: number }>('SELECT count(*) AS count FROM commands WHERE outcome IS NULL'))?.count ?? 0;
}
