import * as z from 'zod';
import type { Alert } from '../../protocol/api-alerts.ts';
import type { AlertEvent } from './rules/rules.ts';
import { NAMES_SHOWN } from './alert-store.ts';
import { alertCursors } from './rows.ts';
import { readAs, rowType, type RowIn } from '../store/row-type.ts';
import type { Reads } from '../store/tx.ts';
import { decodeCursor, isoTime, nullableIsoTime, pageOf, type PageRequest } from '../store/paging.ts';

/** Viewer of alerts: credit alerts need the Billing permission. */
export interface AlertViewer {
  domainId: number;
  billing: boolean;
}

const ALERT = rowType('', {
  id: 'integer',
  /** Number within the domain. */
  number: 'integer',
  kind: ['lost', 'back', 'waiting', 'key-changed', 'take-overs', 'credits', 'trial'],
  raisedAt: 'integer',
  closedAt: 'integer?',
  mailedAt: 'integer?',
  dueAt: 'integer?',
  since: readAs('since_at', 'integer'),
  tag: 'text?',
  devices: 'integer',
  open: readAs('open_devices', 'integer'),
  days: 'integer?',
});
type AlertRow = RowIn<typeof ALERT>;

const SHOWN = "domain_id = ?1 AND (kind <> 'credits' OR ?2 = 1)";
const STATES = { open: 'AND closed_at IS NULL', closed: 'AND closed_at IS NOT NULL', all: '' } as const;

const place = z.int().min(1);

async function presentAlert(
  tx: Reads,
  { id, number, raisedAt, closedAt, mailedAt, dueAt, since, ...row }: AlertRow,
): Promise<Alert> {
  const names = await tx.all<{ id: string; label: string; isOpen: 0 | 1 }>(
    `SELECT device_id AS id, label, ended_at IS NULL AS isOpen FROM alert_devices WHERE alert_id = ? ORDER BY isOpen DESC, label LIMIT ${NAMES_SHOWN}`,
    id,
  );
  return {
    ...row,
    id: String(number),
    raisedAt: isoTime(raisedAt),
    closedAt: nullableIsoTime(closedAt),
    mailedAt: nullableIsoTime(mailedAt),
    mailDueAt: nullableIsoTime(dueAt),
    since: isoTime(since),
    names: names.map(({ isOpen, ...name }) => ({ ...name, open: isOpen === 1 })),
  };
}

/** P7: newest first. */
export async function listAlerts(
  tx: Reads,
  { domainId, billing }: AlertViewer,
  request: PageRequest & { state: keyof typeof STATES },
): Promise<{ items: Alert[]; nextCursor: string | null }> {
  const before = decodeCursor(request.cursor, place) ?? Number.MAX_SAFE_INTEGER;
  const rows = await ALERT.all(
    tx,
    `SELECT ${ALERT.columns} FROM alerts WHERE ${SHOWN} ${STATES[request.state]} AND number < ?3 ORDER BY number DESC LIMIT ?4`,
    domainId,
    Number(billing),
    before,
    request.limit + 1,
  );
  const page = pageOf(rows, request.limit, (last) => last.number);
  return { ...page, items: await Promise.all(page.items.map(async (row) => presentAlert(tx, row))) };
}

export async function openAlerts(tx: Reads, { domainId, billing }: AlertViewer): Promise<number> {
  const where = `${SHOWN} AND closed_at IS NULL`;
  return (
    (await tx.get<{ open: number }>(`SELECT count(*) AS open FROM alerts WHERE ${where}`, domainId, Number(billing)))?.open ?? 0
  );
}

/** One alert as the list shows it; null if it does not. */
export async function alertView(tx: Reads, { domainId, billing }: AlertViewer, id: number): Promise<Alert | null> {
  const row = await ALERT.get(
    tx,
    `SELECT ${ALERT.columns} FROM alerts WHERE ${SHOWN} AND id = ?3`,
    domainId,
    Number(billing),
    id,
  );
  return row === null ? null : await presentAlert(tx, row);
}

/** Whether `raiseAlerts` would find something to do. */
export async function alertsWait(tx: Reads, now: number): Promise<boolean> {
  const { status, signals, runs } = await alertCursors(tx);
  return (
    (
      await tx.get<{ any: 0 | 1 }>(
        `SELECT EXISTS (SELECT 1 FROM status_changes WHERE n > ?1) OR EXISTS (SELECT 1 FROM alert_signals WHERE n > ?2)
         OR EXISTS (SELECT 1 FROM service_runs WHERE started_at > ?3)
         OR EXISTS (SELECT 1 FROM alert_watches WHERE due_at <= ?4) OR EXISTS (SELECT 1 FROM alerts WHERE due_at <= ?4) AS any`,
        status,
        signals,
        runs,
        now,
      )
    )?.any === 1
  );
}

/** Events in a domain's kept history, by time. */
export interface AlertHistory {
  events: AlertEvent[];
  /** Complete since this time. */
  from: number;
}

type StatusEvent = Extract<AlertEvent, { type: 'status' }>;

/** P7: from `from` to `to`, with the newest `most` presence changes. Devices that were only late are left out, because they cause no alert. */
export async function alertHistory(
  tx: Reads,
  domainId: number,
  about: { from: number; to: number; most: number },
): Promise<AlertHistory> {
  const changes = (
    await tx.all<Omit<StatusEvent, 'type'>>(
      'SELECT device_id AS deviceId, at, status, how FROM status_changes WHERE domain_id = ? ORDER BY n DESC LIMIT ?',
      domainId,
      about.most,
    )
  ).toReversed();
  const [oldest] = changes;
  const from = changes.length === about.most && oldest !== undefined ? Math.max(about.from, oldest.at) : about.from;
  const signals = await tx.all<{ deviceId: string; at: number; type: 'waits' }>(
    'SELECT device_id AS deviceId, at, kind AS type FROM alert_signals WHERE domain_id = ? AND at IS NOT NULL ORDER BY n DESC LIMIT ?',
    domainId,
    about.most,
  );
  const runs = await tx.all<{ at: number; aliveAt: number }>(
    'SELECT started_at AS at, coalesce(lag(alive_at) OVER (ORDER BY started_at), 0) AS aliveAt FROM service_runs ORDER BY started_at',
  );
  const events: AlertEvent[] = [
    ...changes.map((change): AlertEvent => ({ type: 'status', ...change })),
    ...signals.toReversed(),
    ...runs.map((run): AlertEvent => ({ type: 'start', ...run })),
  ];
  return {
    from,
    events: events.filter(({ at }) => at >= from && at <= about.to).toSorted((one, other) => one.at - other.at),
  };
}

/** A domain's balance after each transfer, and the devices counted on the last closed day before it. */
export async function creditsHistory(
  tx: Reads,
  domainId: number,
  from: number,
): Promise<{ at: number; balance: number; devices: number }[]> {
  return await tx.all(
    `SELECT t.at, t.balance_after AS balance, coalesce((SELECT u.devices FROM usage_days u WHERE u.domain_id = t.domain_id
        AND u.day <= t.at / 86400000 ORDER BY u.day DESC LIMIT 1), 0) AS devices
     FROM transfers t WHERE t.domain_id = ? AND t.at >= ? ORDER BY t.n LIMIT 5000`,
    domainId,
    from,
  );
}

export async function trialReminders(tx: Reads, domainId: number, from: number): Promise<{ at: number }[]> {
  return await tx.all('SELECT at FROM trial_reminders WHERE domain_id = ? AND at >= ? ORDER BY at', domainId, from);
}
