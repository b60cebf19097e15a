import type { Flush } from '../../presence/flush.ts';
import type { WriteContext } from '../context.ts';

/** P5: one flush of what was heard. Rows of devices that are gone meanwhile are passed over. */
export function flushPresence(context: WriteContext, flush: Flush): void {
  const { sql } = context;
  for (const row of flush.rows) {
    sql.run(
      `INSERT INTO presence (device_id, epoch, last_heartbeat_at, interval_s, ended, ended_at, clock_difference_ms, health, inventory)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM devices WHERE id = ?1 AND state = 'enrolled')
       ON CONFLICT (device_id) DO UPDATE SET epoch = max(epoch, excluded.epoch), last_heartbeat_at = excluded.last_heartbeat_at,
         interval_s = excluded.interval_s, ended = excluded.ended, ended_at = excluded.ended_at,
         clock_difference_ms = excluded.clock_difference_ms, health = coalesce(excluded.health, health),
         inventory = coalesce(excluded.inventory, inventory)`,
      row.deviceId,
      row.epoch,
      row.lastHeartbeatAt,
      row.intervalS,
      row.ended,
      row.endedAt,
      row.clockDifferenceMs,
      row.health,
      row.inventory,
    );
  }
  for (const birth of flush.births) {
    sql.run(
      "UPDATE devices SET agent_version = ?, firmware = coalesce(?, firmware) WHERE id = ? AND state = 'enrolled' AND (agent_version <> ? OR firmware IS NOT ?)",
      birth.agentVersion,
      birth.firmware,
      birth.deviceId,
      birth.agentVersion,
      birth.firmware,
    );
  }
  for (const { deviceId, status, since } of flush.transitions) {
    const device = sql.get<{ domainId: number }>(
      "UPDATE devices SET status = ?, status_since = ? WHERE id = ? AND state = 'enrolled' AND status <> ? RETURNING domain_id AS domainId",
      status,
      since,
      deviceId,
      status,
    );
    if (device !== null) context.emit(device.domainId, flush.now, { type: 'device', data: { deviceId } });
  }
}
