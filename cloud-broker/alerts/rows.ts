import { alertSettings, type AlertSettings } from '../../protocol/api-alerts.ts';
import { defaultAlertSettings } from './rules/settings.ts';
import type { Reads } from '../store/tx.ts';

export interface StoredRules {
  settings: AlertSettings;
  /** Null: the domain never changed them. */
  changedAt: number | null;
}

/** P7: what a domain wants to be told of. */
export async function alertRulesOf(tx: Reads, domainId: number): Promise<StoredRules> {
  const row = await tx.get<{ settings: string; changedAt: number }>(
    'SELECT settings, changed_at AS changedAt FROM alert_rules WHERE domain_id = ?',
    domainId,
  );
  if (row === null) return { settings: defaultAlertSettings, changedAt: null };
  return { settings: alertSettings.parse(JSON.parse(row.settings)), changedAt: row.changedAt };
}

export interface AlertCursors {
  status: number;
  signals: number;
  runs: number;
}

/** Up to where it was looked at what happened. */
export async function alertCursors(tx: Reads): Promise<AlertCursors> {
  const rows = await tx.all<{ feed: keyof AlertCursors; upTo: number }>('SELECT feed, up_to AS upTo FROM alert_cursors');
  return { status: 0, signals: 0, runs: 0, ...Object.fromEntries(rows.map(({ feed, upTo }) => [feed, upTo])) };
}
