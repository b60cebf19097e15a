/** The alert book of one domain in the store (P7): see rules/rules.ts. */
import { alertMails } from './mails.ts';
import { putMail } from '../mail/outbox.ts';
import { GATHER_MS, isLasting, type Book, type DeviceAlert, type Due } from './rules/rules.ts';
import type { AlertKind, AlertSettings } from '../../protocol/api-alerts.ts';
import { mailLevel, momentFor, type MailedDomain } from './levels.ts';
import { nextNumber, type WriteContext } from '../store/commit.ts';
import type { Reads, Tx } from '../store/tx.ts';
import { greatest, least, numbersOf } from '../store/dialect.ts';

/** Names in an e-mail and in a line of the console. */
export const NAMES_SHOWN = 20;

/** The tag that all devices of these alerts share; if there are several, the one with the fewest devices in the domain. Null if none. */
async function commonTag(tx: Reads, domainId: number, alertIds: string): Promise<string | null> {
  return (
    (
      await tx.get<{ tag: string }>(
        `WITH told AS (SELECT DISTINCT device_id FROM alert_devices WHERE alert_id IN ${numbersOf('?1')})
       SELECT t.tag FROM told JOIN device_tags t ON t.device_id = told.device_id AND t.domain_id = ?2 GROUP BY t.tag
       HAVING count(*) = (SELECT count(*) FROM told)
       ORDER BY (SELECT sum(devices) FROM device_counts c WHERE c.domain_id = ?2 AND c.tag = t.tag), t.tag LIMIT 1`,
        alertIds,
        domainId,
      )
    )?.tag ?? null
  );
}

/**
 * Recounts the devices of an alert, once per transaction however many of them changed. An alert is open while it still applies to a device, and closes when the last one has ended; `back` is closed
 * from the start.
 */
export function countDevices(tx: Tx, alertId: number): void {
  tx.send(
    `UPDATE alerts SET devices = m.devices, open_devices = m.lasting, since_at = ${least('m.since', 'since_at')},
       closed_at = CASE WHEN m.lasting > 0 THEN NULL WHEN kind = 'back' THEN closed_at ELSE ${greatest('m.ended', 'raised_at')} END
     FROM (SELECT count(*) AS devices, count(*) FILTER (WHERE ended_at IS NULL) AS lasting, min(since_at) AS since, max(ended_at) AS ended
       FROM alert_devices WHERE alert_id = ?1) m WHERE id = ?1 AND m.devices > 0`,
    alertId,
  );
}

export class StoredBook implements Book {
  private readonly context: WriteContext;
  private readonly domain: MailedDomain;
  private readonly settings: AlertSettings;
  private readonly now: number;
  private readonly touched = new Set<number>();

  constructor(context: WriteContext, domain: MailedDomain, settings: AlertSettings, now: number) {
    this.context = context;
    this.domain = domain;
    this.settings = settings;
    this.now = now;
  }

  private get tx(): Tx {
    return this.context.tx;
  }

  watch(deviceId: string, since: number, dueAt: number): void {
    this.tx.send(
      `INSERT INTO alert_watches (device_id, domain_id, since_at, due_at) SELECT id, domain_id, ?, ? FROM devices WHERE id = ? AND state = 'enrolled'
       ON CONFLICT (device_id) DO UPDATE SET since_at = excluded.since_at, due_at = excluded.due_at`,
      since,
      dueAt,
      deviceId,
    );
  }

  unwatch(deviceId: string): void {
    this.tx.send('DELETE FROM alert_watches WHERE device_id = ?', deviceId);
  }

  async nextDue(until: number): Promise<Due | null> {
    const watch = await this.tx.get<{ deviceId: string; since: number; at: number }>(
      'SELECT device_id AS deviceId, since_at AS since, due_at AS at FROM alert_watches WHERE domain_id = ? AND due_at <= ? ORDER BY due_at, device_id LIMIT 1',
      this.domain.id,
      until,
    );
    const mail = await this.tx.get<{ kind: AlertKind; at: number }>(
      'SELECT kind, due_at AS at FROM alerts WHERE domain_id = ? AND due_at <= ? ORDER BY due_at, id LIMIT 1',
      this.domain.id,
      until,
    );
    if (watch !== null && (mail === null || watch.at <= mail.at)) return { what: 'watch', ...watch };
    return mail === null ? null : { what: 'mail', ...mail };
  }

  private async gathering(kind: DeviceAlert, at: number): Promise<number> {
    const open = await this.tx.get<{ id: number }>(
      'SELECT id FROM alerts WHERE domain_id = ? AND due_at IS NOT NULL AND kind = ? AND raised_at > ? ORDER BY id DESC LIMIT 1',
      this.domain.id,
      kind,
      at - GATHER_MS,
    );
    if (open !== null) return open.id;
    const raisedAt = await momentFor(this.tx, this.domain.id, kind, at);
    return await this.tx.insert(
      'INSERT INTO alerts (domain_id, number, kind, raised_at, closed_at, due_at, since_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      this.domain.id,
      await nextNumber(this.tx, 'alerts', this.domain.id),
      kind,
      raisedAt,
      kind === 'back' ? raisedAt : null,
      raisedAt + GATHER_MS,
      at,
    );
  }

  async add(kind: DeviceAlert, deviceId: string, { at, since }: { at: number; since: number }): Promise<void> {
    const isOpen = await this.tx.get(
      'SELECT 1 FROM alert_devices WHERE device_id = ? AND kind = ? AND ended_at IS NULL',
      deviceId,
      kind,
    );
    if (isOpen !== null) return;
    const id = await this.gathering(kind, at);
    this.touched.add(id);
    this.tx.send(
      `INSERT INTO alert_devices (alert_id, device_id, kind, label, since_at, ended_at)
       SELECT ?1, ?2, ?3, coalesce((SELECT coalesce(r.label, d.label) FROM devices d LEFT JOIN devices r ON r.id = d.competes_with WHERE d.id = ?2), ?2), ?4, ?5 WHERE true
       ON CONFLICT (alert_id, device_id) DO UPDATE SET since_at = excluded.since_at, ended_at = excluded.ended_at`,
      id,
      deviceId,
      kind,
      since,
      kind === 'back' ? at : null,
    );
  }

  async end(kind: DeviceAlert, deviceId: string, at: number): Promise<{ since: number; mailed: boolean } | null> {
    const found = await this.tx.get<{ id: number; since: number; mailedAt: number | null }>(
      `SELECT a.id, m.since_at AS since, a.mailed_at AS mailedAt FROM alert_devices m JOIN alerts a ON a.id = m.alert_id
       WHERE m.device_id = ? AND m.kind = ? AND m.ended_at IS NULL`,
      deviceId,
      kind,
    );
    if (found === null) return null;
    this.tx.send('UPDATE alert_devices SET ended_at = ? WHERE alert_id = ? AND device_id = ?', at, found.id, deviceId);
    this.touched.add(found.id);
    return { since: found.since, mailed: found.mailedAt !== null };
  }

  /** Takes the alerts of a kind that are due at `at`; they are then no longer due. */
  private async takeDue(kind: AlertKind, at: number): Promise<string> {
    const ids = await this.tx.all<{ id: number }>(
      'UPDATE alerts SET due_at = NULL WHERE domain_id = ? AND due_at <= ? AND kind = ? RETURNING id',
      this.domain.id,
      at,
      kind,
    );
    for (const { id } of ids) this.touched.add(id);
    return JSON.stringify(ids.map(({ id }) => id));
  }

  async send(kind: AlertKind, at: number): Promise<void> {
    const ids = await this.takeDue(kind, at);
    if (this.domain.closedAt !== null) return;
    if (kind === 'credits' || kind === 'trial')
      return mailLevel(this.context, this.domain, this.settings, { ids, at, now: this.now });
    const told = `FROM alert_devices WHERE alert_id IN ${numbersOf('?')}${isLasting(kind) ? ' AND ended_at IS NULL' : ''}`;
    const sum = await this.tx.get<{ count: number; since: number }>(
      `SELECT count(*) AS count, min(since_at) AS since ${told}`,
      ids,
    );
    if (sum === null || sum.count === 0) return;
    const labels = (await this.tx.all<{ label: string }>(`SELECT label ${told} ORDER BY label LIMIT ${NAMES_SHOWN}`, ids)).map(
      ({ label }) => label,
    );
    const { name, email, language } = this.domain;
    const { mailbox, timeZone } = this.settings;
    const tag = await commonTag(this.tx, this.domain.id, ids);
    await putMail(
      this.context,
      alertMails.alert,
      {
        domainId: this.domain.id,
        recipient: mailbox ?? email,
        language,
        data: { kind, name, tag, ...sum, labels, timeZone },
        secret: null,
      },
      this.now,
    );
    this.tx.send(`UPDATE alerts SET mailed_at = ? WHERE id IN ${numbersOf('?')}`, at, ids);
  }

  hold(kind: AlertKind, at: number, until: number): void {
    this.tx.send(
      'UPDATE alerts SET due_at = ? WHERE domain_id = ? AND due_at <= ? AND kind = ?',
      until,
      this.domain.id,
      at,
      kind,
    );
  }

  async silence(kind: AlertKind, at: number): Promise<void> {
    await this.takeDue(kind, at);
  }

  restart(at: number, watchMs: number): void {
    this.tx.send('UPDATE alert_watches SET due_at = ? WHERE domain_id = ?', at + watchMs, this.domain.id);
    this.tx.send(
      `UPDATE alerts SET due_at = ${greatest('due_at', '?1')} WHERE domain_id = ?2 AND due_at IS NOT NULL`,
      at + GATHER_MS,
      this.domain.id,
    );
  }

  /** Tells the consoles which alerts have changed. */
  async close(): Promise<void> {
    for (const id of this.touched) {
      countDevices(this.tx, id);
      this.tx.send('UPDATE alerts SET tag = ? WHERE id = ?', await commonTag(this.tx, this.domain.id, JSON.stringify([id])), id);
      this.context.emit(this.domain.id, this.now, { type: 'alert', data: { alertId: id } });
    }
  }
}
