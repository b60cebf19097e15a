import type { AlertSettings } from '../../protocol/api-alerts.ts';
import { defaultAlertSettings } from '../../cloud-broker/alerts/rules/settings.ts';
import { twoDomains, type InProcessStore } from './in-process.ts';
import { CHANGE, enrolled, START } from './store.ts';

const MINUTE = 60_000;
/** So many minutes after START. */
export const at = (minutes: number): number => START + minutes * MINUTE;

export interface Told {
  recipient: string;
  template: string;
  data: Record<string, unknown>;
}

export const mailsOf = async (store: InProcessStore): Promise<Told[]> =>
  (
    await store.reader.all<{ recipient: string; template: string; data: string }>(
      'SELECT recipient, template, data FROM outbox ORDER BY id',
    )
  ).map((mail) => ({ ...mail, data: JSON.parse(mail.data) as Record<string, unknown> }));

/** Springfield with devices, and what happens to them. */
export async function school(devices: number) {
  const { store, domainId, accept, unenrol } = await twoDomains();
  await accept();
  const ids: string[] = [];
  for (let n = 0; n < devices; n += 1) ids.push((await enrolled(store, { serial: `SN-${n}` })).deviceId);
  const run = async (now: number): Promise<void> => {
    for (let more = true; more;) ({ more } = await store.write('raiseAlerts', { now }));
  };
  await run(START);
  const change = async (minutes: number, changes: [string | undefined, 'online' | 'lost' | 'said'][]): Promise<void> =>
    store.write('flushPresence', {
      now: at(minutes),
      rows: [],
      running: [],
      births: [],
      transitions: changes.map(([deviceId = '', what]) => ({
        deviceId,
        status: what === 'online' ? ('online' as const) : ('offline' as const),
        since: at(minutes),
        how: what === 'online' ? null : what,
      })),
    });
  const rules = async (settings: Partial<AlertSettings>): Promise<void> =>
    store.write('setAlertRules', { ...CHANGE, domainId, now: START, settings: { ...defaultAlertSettings, ...settings } });
  return { store, domainId, ids, run, change, rules, unenrol };
}

export const alertsOf = async (store: InProcessStore): Promise<unknown[]> =>
  store.reader.all(
    'SELECT kind, tag, devices, open_devices AS open, closed_at IS NULL AS isOpen, mailed_at IS NOT NULL AS mailed FROM alerts ORDER BY id',
  );
