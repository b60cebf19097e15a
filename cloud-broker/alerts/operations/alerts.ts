import type { AlertSettings } from '../../../protocol/api-alerts.ts';
import { creditLevel, creditsStep, type CreditDays } from '../rules/credits.ts';
import { advance, take, type AlertEvent } from '../rules/rules.ts';
import { defaultAlertSettings, lostAfterMs } from '../rules/settings.ts';
import { HISTORY_MS } from '../../presence/rules/spans.ts';
import { alertCursors, alertRulesOf, type AlertCursors } from '../rows.ts';
import { countDevices, StoredBook } from '../alert-store.ts';
import { closeLevel, mailedDomain, raiseLevel } from '../levels.ts';
import type { WriteContext } from '../../store/commit.ts';
import type { ChangeRequest } from '../../store/change-request.ts';

/** Delay before events are processed: by then they are stored, in whatever order they happened. */
const SETTLED_MS = 5000;
/** Steps per transaction, of some microseconds each, so that other writes do not wait long. */
const STEPS_AT_ONCE = 1000;
const DOMAINS_AT_ONCE = 500;
const CREDITS_AT_ONCE = 200;
const DAY_MS = 86_400_000;
/** A suspicion that is not renewed expires. */
const SUSPECTED_MS = DAY_MS;

interface Row {
  n: number;
  domainId: number;
  event: Exclude<AlertEvent, { type: 'start' }>;
}

/** The books of one transaction, opened on demand. */
class Books {
  private readonly open = new Map<number, { book: StoredBook; settings: AlertSettings }>();
  private readonly context: WriteContext;
  private readonly now: number;

  constructor(context: WriteContext, now: number) {
    this.context = context;
    this.now = now;
  }

  async of(domainId: number): Promise<{ book: StoredBook; settings: AlertSettings }> {
    const known = this.open.get(domainId);
    if (known !== undefined) return known;
    const domain = await mailedDomain(this.context.tx, domainId);
    const { settings } = await alertRulesOf(this.context.tx, domainId);
    const one = { settings, book: new StoredBook(this.context, domain, settings, this.now) };
    this.open.set(domainId, one);
    return one;
  }

  async close(): Promise<void> {
    for (const { book } of this.open.values()) await book.close();
  }
}

/** A clock that was set back must not hold up later events: times beyond `now` count as `upTo`. */
function until(rows: Row[], upTo: number, now: number): Row[] {
  const end = rows.findIndex(({ event: { at } }) => at > upTo && at <= now);
  return (end === -1 ? rows : rows.slice(0, end)).map((row) =>
    row.event.at > upTo ? { ...row, event: { ...row.event, at: upTo } } : row,
  );
}

type Feed = 'status' | 'signals';

async function readOn(
  context: WriteContext,
  cursors: AlertCursors,
  upTo: number,
  now: number,
): Promise<(Row & { feed: Feed })[]> {
  const { tx } = context;
  tx.send('UPDATE alert_signals SET at = ? WHERE n > ? AND at IS NULL', upTo, cursors.signals);
  const changes = (
    await tx.all<{ n: number; domainId: number } & Omit<Extract<AlertEvent, { type: 'status' }>, 'type'>>(
      'SELECT n, domain_id AS domainId, device_id AS deviceId, at, status, how FROM status_changes WHERE n > ? ORDER BY n LIMIT ?',
      cursors.status,
      STEPS_AT_ONCE,
    )
  ).map(({ n, domainId, ...change }): Row => ({ n, domainId, event: { type: 'status', ...change } }));
  const signals = (
    await tx.all<{ n: number; domainId: number; deviceId: string; at: number; type: 'waits' }>(
      'SELECT n, domain_id AS domainId, device_id AS deviceId, at, kind AS type FROM alert_signals WHERE n > ? ORDER BY n LIMIT ?',
      cursors.signals,
      STEPS_AT_ONCE,
    )
  ).map(({ n, domainId, ...signal }): Row => ({ n, domainId, event: signal }));
  // If one feed has more to come, the other must not run ahead of it.
  const known = Math.min(
    ...[changes, signals].map((rows) => (rows.length < STEPS_AT_ONCE ? Infinity : (rows.at(-1)?.event.at ?? 0))),
  );
  return [
    ...until(changes, Math.min(upTo, known), now).map((row) => ({ ...row, feed: 'status' as const })),
    ...until(signals, Math.min(upTo, known), now).map((row) => ({ ...row, feed: 'signals' as const })),
  ].toSorted((one, other) => one.event.at - other.event.at);
}

async function dueDomains(context: WriteContext, upTo: number): Promise<number[]> {
  return (
    await context.tx.all<{ id: number }>(
      `SELECT domain_id AS id FROM alert_watches WHERE due_at <= ?1 UNION SELECT domain_id FROM alerts WHERE due_at <= ?1 LIMIT ${DOMAINS_AT_ONCE}`,
      upTo,
    )
  ).map(({ id }) => id);
}

/** P4: watches that were open when the service stopped start again at its start. */
async function restartAll(context: WriteContext, books: Books, startedAt: number): Promise<void> {
  const rows = await context.tx.all<{ id: number }>(
    'SELECT DISTINCT domain_id AS id FROM alert_watches UNION SELECT domain_id FROM alerts WHERE due_at IS NOT NULL',
  );
  for (const { id } of rows) {
    const { book, settings } = await books.of(id);
    book.restart(startedAt, lostAfterMs(settings));
  }
}

/**
 * P7: continues where the last call stopped and processes events in order: raises and closes alerts and adds their e-mails to the outbox, in one
 * transaction with its progress, so that after a crash nothing is reported twice or left out. `more`: it stopped early and must be called again at
 * once.
 */
export async function raiseAlerts(context: WriteContext, { now }: { now: number }): Promise<{ more: boolean }> {
  const { tx } = context;
  const cursors = await alertCursors(tx);
  const run = await tx.get<{ startedAt: number; aliveAt: number }>(
    `SELECT started_at AS startedAt, coalesce((SELECT max(p.alive_at) FROM service_runs p WHERE p.started_at < r.started_at), 0) AS aliveAt
     FROM service_runs r WHERE started_at > ? ORDER BY started_at LIMIT 1`,
    cursors.runs,
  );
  const upTo = run === null ? now - SETTLED_MS : Math.min(run.startedAt, now);
  const books = new Books(context, now);
  const rows = await readOn(context, cursors, upTo, now);
  let left = STEPS_AT_ONCE;
  for (const { feed, n, domainId, event } of rows) {
    const { book, settings } = await books.of(domainId);
    left -= (await advance(book, settings, event.at, left)) + 1;
    if (left < 0) break;
    await take(book, settings, event);
    cursors[feed] = n;
  }
  const allRead = left >= 0 && rows.length < STEPS_AT_ONCE;
  const mayDo = run === null ? upTo : Math.min(upTo, run.aliveAt);
  if (allRead) {
    for (const id of await dueDomains(context, mayDo)) {
      const { book, settings } = await books.of(id);
      left -= await advance(book, settings, mayDo, Math.max(0, left));
    }
  }
  const more = !allRead || left <= 0 || (await dueDomains(context, mayDo)).length > 0;
  if (!more && run !== null) {
    await restartAll(context, books, run.startedAt);
    cursors.runs = run.startedAt;
  }
  await books.close();
  for (const [feed, upToNow] of Object.entries(cursors))
    tx.send('UPDATE alert_cursors SET up_to = ?2 WHERE feed = ?1 AND up_to <> ?2', feed, upToNow);
  return { more: more || run !== null };
}

/** P7: a deviceId was repeatedly taken over. Reported once a day, however often it happens. */
export async function noteTakeOvers(context: WriteContext, { deviceId, now }: { deviceId: string; now: number }): Promise<void> {
  await suspectClone(context, deviceId, now);
}

/** P7: another board may be impersonating this device, waiting or enrolled. False if already reported today. */
export async function suspectClone(context: WriteContext, deviceId: string, now: number): Promise<boolean> {
  const told = await context.tx.run(
    `INSERT INTO alert_signals (domain_id, device_id, kind, at) SELECT domain_id, id, 'take-overs', ?
     FROM devices WHERE id = ? AND state <> 'unenrolled' ON CONFLICT DO NOTHING`,
    now,
    deviceId,
  );
  return told > 0;
}

/** P7: sets which alerts a domain wants from now on. The audit row records what changed. */
export async function setAlertRules(context: WriteContext, input: ChangeRequest & { settings: AlertSettings }): Promise<void> {
  const { tx } = context;
  const { domainId, now, actor, address, settings } = input;
  const { settings: before } = await alertRulesOf(tx, domainId);
  const keys = Object.keys(defaultAlertSettings) as (keyof AlertSettings)[];
  const changed = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(settings[key]));
  if (changed.length === 0) return;
  tx.send(
    'INSERT INTO alert_rules (domain_id, settings, changed_at) VALUES (?1, ?2, ?3) ON CONFLICT (domain_id) DO UPDATE SET settings = ?2, changed_at = ?3',
    domainId,
    JSON.stringify(settings),
    now,
  );
  // Open watches adopt the new waiting time.
  tx.send(
    'UPDATE alert_watches SET due_at = due_at + ? WHERE domain_id = ?',
    lostAfterMs(settings) - lostAfterMs(before),
    domainId,
  );
  const name = (await tx.get<{ name: string }>('SELECT name FROM domains WHERE id = ?', domainId))?.name ?? '';
  const only = (from: AlertSettings) => Object.fromEntries(changed.map((key) => [key, from[key]]));
  const details = { before: only(before), after: only(settings) };
  context.audit({ domainId, at: now, actor, address, action: 'alerts.changed', subject: name, details });
}

/**
 * P7: checks how long the credits of the next domains after `after` last, and raises or closes warnings accordingly. Returns where to continue, or
 * null when all are done.
 */
export async function raiseCredits(
  context: WriteContext,
  { now, after }: { now: number; after: number },
): Promise<number | null> {
  const { tx } = context;
  const rows = await tx.all<{
    id: number;
    balance: number;
    devices: number;
    open: CreditDays | null;
    trialOpen: 0 | 1;
    isTrial: 0 | 1;
  }>(
    `SELECT d.id, coalesce(h.balance, 0) AS balance, (d.trial_ends_at > ?1 AND NOT (d.credited = 1 AND coalesce(h.balance, 0) > 0)) AS isTrial,
       (SELECT coalesce(sum(c.devices), 0) FROM device_counts c WHERE c.domain_id = d.id AND c.tag = '' AND c.status <> 'pending') AS devices,
       (SELECT a.days FROM alerts a WHERE a.domain_id = d.id AND a.kind = 'credits' AND a.closed_at IS NULL) AS open,
       EXISTS (SELECT 1 FROM alerts a WHERE a.domain_id = d.id AND a.kind = 'trial' AND a.closed_at IS NULL) AS trialOpen
     FROM domains d LEFT JOIN ledger_heads h ON h.domain_id = d.id
     WHERE d.id > ?2 AND d.closed_at IS NULL AND d.credited = 1 OR d.id > ?2 AND EXISTS (SELECT 1 FROM alerts a WHERE a.domain_id = d.id AND a.kind = 'trial' AND a.closed_at IS NULL)
     ORDER BY d.id LIMIT ${CREDITS_AT_ONCE}`,
    now,
    after,
  );
  for (const { id, balance, devices, open, trialOpen, isTrial } of rows) {
    if (trialOpen === 1 && isTrial === 0) await closeLevel(context, id, 'trial', now);
    const step = creditsStep(open, creditLevel(balance, devices));
    if (step === null) continue;
    if (step.close) await closeLevel(context, id, 'credits', now);
    else if (step.raise) await raiseLevel(context, await mailedDomain(tx, id), 'credits', step.days, now);
    else tx.send("UPDATE alerts SET days = ? WHERE domain_id = ? AND kind = 'credits' AND closed_at IS NULL", step.days, id);
  }
  const last = rows.at(-1);
  return last === undefined || rows.length < CREDITS_AT_ONCE ? null : last.id;
}

/** Deletes old alerts and signals, and ends clone suspicions that were not renewed. */
export async function pruneAlerts(context: WriteContext, { now }: { now: number }): Promise<void> {
  const { tx } = context;
  const ended = await tx.all<{ id: number }>(
    `UPDATE alert_devices SET ended_at = ? WHERE kind = 'take-overs' AND ended_at IS NULL AND since_at <= ?
       AND alert_id IN (SELECT id FROM alerts WHERE kind = 'take-overs' AND closed_at IS NULL AND due_at IS NULL) RETURNING alert_id AS id`,
    now,
    now - SUSPECTED_MS,
  );
  for (const id of new Set(ended.map((device) => device.id))) countDevices(tx, id);
  tx.send('DELETE FROM alerts WHERE closed_at < ?', now - HISTORY_MS);
  tx.send(
    "DELETE FROM alert_signals WHERE at < ? AND n <= (SELECT up_to FROM alert_cursors WHERE feed = 'signals')",
    now - HISTORY_MS,
  );
}
