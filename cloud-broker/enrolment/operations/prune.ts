import type { WriteContext } from '../../store/commit.ts';
import { deleteDevices } from '../../devices/changes.ts';

const DAY_MS = 86_400_000;
/** E6: a waiting row that no board has asked for in 7 days is deleted. */
const WAITING_MS = 7 * DAY_MS;
const EVENTS_KEPT_MS = 7 * DAY_MS;
const REFUSED_KEPT_MS = 30 * DAY_MS;

/** Deletes expired waiting rows, blocks, links and old events. */
export async function prune(context: WriteContext, input: { now: number }): Promise<{ waiting: number }> {
  const { tx } = context;
  const gone = await deleteDevices(tx, "state = 'pending' AND last_asked_at < ?", [input.now - WAITING_MS]);
  for (const row of gone) {
    context.audit({ domainId: row.domainId, at: input.now, actor: 'system', action: 'device.stopped-asking', subject: row.id });
    context.emitRemoved(row.domainId, input.now, row);
  }
  tx.send('DELETE FROM blocks WHERE until_at < ?', input.now);
  // An expired invitation stays visible in Users until it is sent again or withdrawn.
  tx.send("DELETE FROM tokens WHERE expires_at < ? AND (purpose <> 'invitation' OR used_at IS NOT NULL)", input.now);
  // Ids are in time order, so no index on the time is needed: the scan stops at the first event to keep.
  tx.send(
    'DELETE FROM events WHERE id < coalesce((SELECT id FROM events WHERE at >= ? ORDER BY id LIMIT 1), 9223372036854775807)',
    input.now - EVENTS_KEPT_MS,
  );
  tx.send('DELETE FROM refused_tries WHERE at < ?', input.now - REFUSED_KEPT_MS);
  return { waiting: gone.length };
}
