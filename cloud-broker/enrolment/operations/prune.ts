import type { WriteContext } from '../../store/commit.ts';
import { deleteDevices } from '../../devices/changes.ts';

const DAY_MS = 86_400_000;
/** E6: a waiting row that nobody asked for in 7 days goes. */
const WAITING_MS = 7 * DAY_MS;
const EVENTS_KEPT_MS = 7 * DAY_MS;
const REFUSED_KEPT_MS = 30 * DAY_MS;

/** Waiting rows, ended blocks, links and old events whose time is over. */
export async function prune(context: WriteContext, input: { now: number }): Promise<{ waiting: number }> {
  const { tx } = context;
  const gone = await deleteDevices(tx, "state = 'pending' AND last_asked_at < ?", [input.now - WAITING_MS]);
  for (const row of gone) {
    context.audit({ domainId: row.domainId, at: input.now, actor: 'system', action: 'device.stopped-asking', subject: row.id });
    context.emitRemoved(row.domainId, input.now, row);
  }
  tx.send('DELETE FROM blocks WHERE until_at < ?', input.now);
  // An invitation that is over still shows in Users until it is sent again or taken back.
  tx.send("DELETE FROM tokens WHERE expires_at < ? AND (purpose <> 'invitation' OR used_at IS NOT NULL)", input.now);
  // Ids follow the time, so no index of times is kept: the scan ends at the first event that stays.
  tx.send(
    'DELETE FROM events WHERE id < coalesce((SELECT id FROM events WHERE at >= ? ORDER BY id LIMIT 1), 9223372036854775807)',
    input.now - EVENTS_KEPT_MS,
  );
  tx.send('DELETE FROM refused_tries WHERE at < ?', input.now - REFUSED_KEPT_MS);
  return { waiting: gone.length };
}
