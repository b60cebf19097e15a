import type { History, Period, StatusChange } from '../../presence/spans.ts';
import type { Sql } from '../sql.ts';

/** Of a device that changes more often than every six minutes for 90 days, the older part is left out. */
const MOST_CHANGES = 20_000;
const MOST_RUNNING = 5000;

/** What presence of a device was from `from` to `to`; begins later where it changed too often (`MOST_CHANGES`). Who may see it is asked before. */
export function presenceHistory(sql: Sql, deviceId: string, { from, to }: Period): History {
  const before = sql.get<{ at: number }>(
    'SELECT max(at) AS at FROM status_changes WHERE device_id = ? AND at <= ?',
    deviceId,
    from,
  );
  const changes = sql
    .all<StatusChange>(
      'SELECT at, status, how FROM status_changes WHERE device_id = ? AND at >= ? ORDER BY at DESC LIMIT ?',
      deviceId,
      before?.at ?? from,
      MOST_CHANGES,
    )
    .toReversed();
  const [first] = changes;
  return {
    from: changes.length === MOST_CHANGES && first !== undefined ? Math.max(from, first.at) : from,
    to,
    enrolled: sql.all(
      'SELECT from_at AS "from", to_at AS "to" FROM enrolment_spans WHERE device_id = ? AND coalesce(to_at, ?) > ? ORDER BY from_at',
      deviceId,
      to,
      from,
    ),
    changes,
    runs: serviceRuns(sql),
    running: sql
      .all<Period>(
        'SELECT from_at AS "from", to_at AS "to" FROM running_times WHERE device_id = ? AND to_at > ? ORDER BY from_at DESC LIMIT ?',
        deviceId,
        from,
        MOST_RUNNING,
      )
      .toReversed(),
  };
}

/** When the service ran, in the last 90 days. */
export function serviceRuns(sql: Sql): History['runs'] {
  return sql.all('SELECT started_at AS startedAt, alive_at AS aliveAt FROM service_runs ORDER BY started_at');
}
