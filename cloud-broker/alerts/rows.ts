import { alertSettings, type AlertSettings } from '../../protocol/api-alerts.ts';
import { defaultAlertSettings } from './rules/settings.ts';
import type { Reads } from '../store/tx.ts';

export interface StoredRules {
  settings: AlertSettings;
  /** Null: never changed by the domain. */
  changedAt: number | null;
}

/** P7: which alerts a domain wants. */
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

/** How far events have been processed. */
export async function alertCursors(tx: Reads): Promise<AlertCursors> {
  const rows = await tx.all<{ feed: keyof AlertCursors; upTo: number }>('SELECT feed, up_to AS upTo FROM alert_cursors');
  return { status: 0, signals: 0, runs: 0, ...Object.fromEntries(rows.map(({ feed, upTo }) => [feed, upTo])) };
}
