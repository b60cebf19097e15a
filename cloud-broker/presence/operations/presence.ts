import { MAX_EPOCH } from '../../../protocol/messages.ts';
import type { Flush } from '../flush.ts';
import { HISTORY_MS } from '../rules/spans.ts';
import type { WriteContext } from '../../store/commit.ts';
import type { Tx } from '../../store/tx.ts';
import { updateDerived, setStatus, type Change } from '../../devices/changes.ts';

const LEFT_BEFORE_MS = 30 * 86_400_000;
/** Longer than any link is valid (D2, D6). */
const MAX_LINK_MS = 8 * 86_400_000;

/** P5: one flush of presence data. Rows of devices that are gone in the meantime are skipped. */
export async function flushPresence(context: WriteContext, flush: Flush): Promise<void> {
  const { tx } = context;
  for (const row of flush.rows) {
    tx.send(
      `INSERT INTO presence (device_id, epoch, last_heartbeat_at, interval_s, ended, ended_at, clock_difference_ms, health, inventory)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM devices WHERE id = ?1 AND state = 'enrolled')
       ON CONFLICT (device_id) DO UPDATE SET epoch = CASE WHEN presence.epoch >= ${MAX_EPOCH} OR excluded.epoch > presence.epoch THEN excluded.epoch ELSE presence.epoch END,
         last_heartbeat_at = excluded.last_heartbeat_at,
         interval_s = excluded.interval_s, ended = excluded.ended, ended_at = excluded.ended_at,
         clock_difference_ms = excluded.clock_difference_ms, health = coalesce(excluded.health, presence.health),
         inventory = coalesce(excluded.inventory, presence.inventory)`,
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
    const changed = await tx.get<{ domainId: number }>(
      `UPDATE devices SET agent_version = ?1, firmware = coalesce(?2, firmware) WHERE id = ?3 AND state = 'enrolled'
         AND (agent_version <> ?1 OR firmware IS DISTINCT FROM coalesce(?2, firmware)) RETURNING domain_id AS domainId`,
      birth.agentVersion,
      birth.firmware,
      birth.deviceId,
    );
    // Lists are filtered and counted by firmware: an event is emitted even if the status stays the same.
    if (changed !== null) context.emit(changed.domainId, flush.now, { type: 'device', data: { deviceId: birth.deviceId } });
  }
  const changes: Change[] = [];
  for (const transition of flush.transitions) {
    const change = await changeStatus(context, transition, flush.now);
    if (change !== null) changes.push(change);
  }
  updateDerived(tx, changes);
  for (const { deviceId, from, to } of flush.running) {
    tx.send(
      `INSERT INTO running_times (device_id, from_at, to_at) SELECT id, ?, ? FROM devices WHERE id = ? AND state = 'enrolled'
       ON CONFLICT (device_id, from_at) DO UPDATE SET to_at = excluded.to_at`,
      from,
      to,
      deviceId,
    );
    tx.send('DELETE FROM running_times WHERE device_id = ? AND to_at < ?', deviceId, flush.now - HISTORY_MS);
  }
}

async function changeStatus(
  context: WriteContext,
  { deviceId, status, since, how }: Flush['transitions'][number],
  now: number,
): Promise<Change | null> {
  const { tx } = context;
  const change = await setStatus(tx, deviceId, status, since);
  if (change === null) return null;
  const { domainId } = change.before;
  context.emit(domainId, now, { type: 'device', data: { deviceId } });
  // Of two changes in one millisecond the later stays, with a number of its own: who reads on from the last number has to meet it.
  tx.send('DELETE FROM status_changes WHERE device_id = ? AND at = ?', deviceId, since);
  tx.send(
    'INSERT INTO status_changes (device_id, domain_id, at, status, how) VALUES (?, ?, ?, ?, ?)',
    deviceId,
    domainId,
    since,
    status,
    how,
  );
  // P5: the last change before the history period gives the status at its beginning.
  tx.send(
    'DELETE FROM status_changes WHERE device_id = ?1 AND at < (SELECT max(at) FROM status_changes WHERE device_id = ?1 AND at <= ?2)',
    deviceId,
    now - HISTORY_MS,
  );
  return change;
}

/** Notes that the service is running. Nobody observed what happened between two runs. */
export function noteRun(context: WriteContext, { startedAt, now }: { startedAt: number; now: number }): void {
  const { tx } = context;
  tx.send(
    'INSERT INTO service_runs (started_at, alive_at) VALUES (?, ?) ON CONFLICT (started_at) DO UPDATE SET alive_at = excluded.alive_at',
    startedAt,
    Math.max(startedAt, now),
  );
  tx.send('DELETE FROM service_runs WHERE alive_at < ?', now - HISTORY_MS);
  believe(tx, now);
}

const BELIEVE =
  'INSERT INTO service_clock (id, believed_at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET believed_at = excluded.believed_at';

function believe(tx: Tx, now: number): void {
  tx.send(BELIEVE, now);
}

/** Milliseconds since 1970; null before the first run. */
export async function believedAt(tx: Pick<Tx, 'get'>): Promise<number | null> {
  return (await tx.get<{ at: number }>('SELECT believed_at AS at FROM service_clock'))?.at ?? null;
}

/**
 * The operator states that it is `now`, whatever was stored. Links valid for longer than any link can be were created by a clock far ahead: they
 * become void.
 */
export function acceptClock(context: WriteContext, { now, was, actor }: { now: number; was: number; actor: string }): void {
  const { tx } = context;
  believe(tx, now);
  tx.send('UPDATE tokens SET used_at = ?1 WHERE used_at IS NULL AND expires_at > ?2', now, now + MAX_LINK_MS);
  const iso = (at: number): string => new Date(at).toISOString();
  context.audit({
    domainId: null,
    at: now,
    actor,
    action: 'clock.accepted',
    subject: 'clock',
    details: { now: iso(now), was: iso(was) },
  });
}

/** For devices that left so long ago that nothing of it is kept. Those that left more than a month earlier have been pruned by then. */
export function prunePresence(context: WriteContext, { now }: { now: number }): void {
  const left = "SELECT id FROM devices WHERE state = 'unenrolled' AND unenrolled_at BETWEEN ? AND ?";
  const cutoff = now - HISTORY_MS;
  for (const table of ['status_changes', 'running_times'])
    context.tx.send(`DELETE FROM ${table} WHERE device_id IN (${left})`, cutoff - LEFT_BEFORE_MS, cutoff);
}
