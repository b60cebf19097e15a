import type { History, Period, StatusChange } from '../rules/spans.ts';
import type { Reads } from '../../store/tx.ts';
import type { DeviceView, Viewer } from '../../devices/queries/devices.ts';
import { eachOf, textsOf } from '../../store/dialect.ts';

/** For a device that changes more often than every six minutes for 90 days, the older part is omitted. */
const MAX_CHANGES = 20_000;
const MAX_RUNNING = 5000;

/** What presence of a device was from `from` to `to`; begins later where it changed too often (`MAX_CHANGES`). Who may see it is asked before. */
export async function presenceHistory(tx: Reads, deviceId: string, { from, to }: Period): Promise<History> {
  const before = await tx.get<{ at: number }>(
    'SELECT max(at) AS at FROM status_changes WHERE device_id = ? AND at <= ?',
    deviceId,
    from,
  );
  const changes = (
    await tx.all<StatusChange>(
      'SELECT at, status, how FROM status_changes WHERE device_id = ? AND at >= ? ORDER BY at DESC LIMIT ?',
      deviceId,
      before?.at ?? from,
      MAX_CHANGES,
    )
  ).toReversed();
  const [first] = changes;
  return {
    from: changes.length === MAX_CHANGES && first !== undefined ? Math.max(from, first.at) : from,
    to,
    enrolled: await tx.all(
      'SELECT from_at AS "from", to_at AS "to" FROM enrolment_spans WHERE device_id = ? AND coalesce(to_at, ?) > ? ORDER BY from_at',
      deviceId,
      to,
      from,
    ),
    changes,
    runs: await serviceRuns(tx),
    running: (
      await tx.all<Period>(
        'SELECT from_at AS "from", to_at AS "to" FROM running_times WHERE device_id = ? AND to_at > ? ORDER BY from_at DESC LIMIT ?',
        deviceId,
        from,
        MAX_RUNNING,
      )
    ).toReversed(),
  };
}

const TOGETHER_MS = 60_000;
/** Changes of the domain examined on each side of the device's own: more in one minute means that a whole city went offline. */
const MAX_LOOKED_AT = 5000;

/** Which other devices went offline within a minute of an offline device, as defined by devicePresence.wentWith. */
export async function wentWith(
  tx: Reads,
  viewer: Viewer,
  device: DeviceView,
): Promise<{ tag: string | null; others: number } | null> {
  if (device.status !== 'offline') return null;
  const own = await tx.get<{ n: number }>(
    'SELECT n FROM status_changes WHERE device_id = ? AND at = ?',
    device.id,
    device.statusSince,
  );
  if (own === null) return null;
  const rows = await tx.all<{ tag: string | null; others: number }>(
    `WITH went AS (
       SELECT DISTINCT c.device_id AS id FROM status_changes c JOIN devices d ON d.id = c.device_id
       WHERE c.domain_id = ?1 AND c.n BETWEEN ?2 AND ?3 AND c.at BETWEEN ?4 AND ?5 AND c.status = 'offline' AND c.device_id <> ?6
         AND d.state = 'enrolled' AND NOT EXISTS (SELECT 1 FROM ${eachOf('?7', 'w')} WHERE w.value NOT IN ${textsOf('d.tags')}))
     SELECT * FROM (
       SELECT t.tag AS tag, count(*) AS others FROM went JOIN device_tags t ON t.device_id = went.id
         AND t.tag IN ${textsOf('?8')} GROUP BY t.tag
       UNION ALL SELECT NULL, count(*) FROM went) counted
     ORDER BY tag IS NULL, others DESC, tag NULLS LAST LIMIT 1`,
    viewer.domainId,
    own.n - MAX_LOOKED_AT,
    own.n + MAX_LOOKED_AT,
    device.statusSince - TOGETHER_MS,
    device.statusSince + TOGETHER_MS,
    device.id,
    JSON.stringify(viewer.tags),
    device.tags,
  );
  const [most] = rows;
  return most === undefined || most.others === 0 ? null : most;
}

/** When the service ran in the last 90 days. */
export async function serviceRuns(tx: Reads): Promise<History['runs']> {
  return await tx.all('SELECT started_at AS startedAt, alive_at AS aliveAt FROM service_runs ORDER BY started_at');
}
