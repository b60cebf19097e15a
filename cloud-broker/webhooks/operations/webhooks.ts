import { webhookMails } from '../mails.ts';
import { putMail } from '../../mail/outbox.ts';
import { MAX_WEBHOOKS, type WebhookType } from '../../../protocol/api-webhooks.ts';
import { RollcallError, type Language } from '../../../protocol/errors.ts';
import { alertRulesOf } from '../../alerts/rows.ts';
import type { EndWithDomain } from '../../domains/operations/closing.ts';
import type { WriteContext } from '../../store/commit.ts';
import { newestEventId } from '../../store/events.ts';
import type { ChangeRequest } from '../../store/change-request.ts';

export interface CreateWebhook extends ChangeRequest {
  id: string;
  url: string;
  types: WebhookType[];
  description: string;
  /** `Secrets.seal('webhook', id, …)`. */
  secret: Uint8Array;
}

export interface ChangeWebhook extends ChangeRequest {
  id: string;
  url?: string;
  types?: WebhookType[];
  description?: string;
  enabled?: boolean;
}

interface Row {
  url: string;
  types: string;
  description: string;
  enabled: 0 | 1;
}

/** The part of an address shown in the audit log: its path may be as good as a password. */
const hostOf = (url: string): string => new URL(url).host;

async function webhookRow(context: WriteContext, { id, domainId }: { id: string; domainId: number }): Promise<Row> {
  const row = await context.tx.get<Row>(
    'SELECT url, types, description, enabled FROM webhooks WHERE id = ? AND domain_id = ?',
    id,
    domainId,
  );
  if (row === null) throw new RollcallError('not-found');
  return row;
}

function note(context: WriteContext, asked: ChangeRequest, action: string, url: string, details: object): void {
  const { domainId, now: at, actor, address } = asked;
  context.audit({ domainId, at, actor, address, action, subject: hostOf(url), details });
}

/** Creates a webhook for events from now on. Refuses with `conflict` if the domain has five. */
export async function createWebhook(context: WriteContext, input: CreateWebhook): Promise<void> {
  const { tx } = context;
  const { domainId, id, url, types, description, secret, now, actor } = input;
  const there = (await tx.get<{ n: number }>('SELECT count(*) AS n FROM webhooks WHERE domain_id = ?', domainId))?.n ?? 0;
  if (there >= MAX_WEBHOOKS) throw new RollcallError('conflict', { reason: 'too-many-webhooks', most: MAX_WEBHOOKS });
  tx.send(
    `INSERT INTO webhooks (id, domain_id, url, types, description, enabled, secret, created_at, created_by, after_event)
     VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)`,
    id,
    domainId,
    url,
    JSON.stringify(types),
    description,
    secret,
    now,
    actor,
    await newestEventId(tx, domainId),
  );
  note(context, input, 'webhook.created', url, { webhook: id, types });
}

/** A webhook switched on again starts with new events; a new address is tried at once. Refuses with `not-found`. */
export async function changeWebhook(context: WriteContext, input: ChangeWebhook): Promise<void> {
  const { tx } = context;
  const { id } = input;
  const before = await webhookRow(context, input);
  const url = input.url ?? before.url;
  const types = input.types === undefined ? before.types : JSON.stringify(input.types);
  const description = input.description ?? before.description;
  tx.send('UPDATE webhooks SET url = ?, types = ?, description = ? WHERE id = ?', url, types, description, id);
  if (input.url !== undefined && input.url !== before.url)
    tx.send('UPDATE webhooks SET next_try_at = NULL, failing_since = NULL WHERE id = ?', id);
  if (input.enabled === true && before.enabled === 0) {
    tx.send(
      'UPDATE webhooks SET enabled = 1, off_reason = NULL, failing_since = NULL, after_event = ? WHERE id = ?',
      await newestEventId(tx, input.domainId),
      id,
    );
  }
  if (input.enabled === false && before.enabled === 1) turnOff(context, id, null);
  note(context, input, 'webhook.changed', url, {
    webhook: id,
    ...(input.types === undefined ? {} : { types: input.types }),
    ...(input.enabled === undefined ? {} : { enabled: input.enabled }),
    ...(url === before.url ? {} : { before: { address: hostOf(before.url) }, address: hostOf(url) }),
  });
}

/** Nothing is tried any more; waiting deliveries are given up. */
function turnOff(context: WriteContext, id: string, reason: 'gone' | 'failing' | null): void {
  context.tx.send('UPDATE webhooks SET enabled = 0, off_reason = ?, next_try_at = NULL WHERE id = ?', reason, id);
  context.tx.send("UPDATE webhook_deliveries SET state = 'failed' WHERE webhook_id = ? AND state IN ('waiting', 'again')", id);
}

/** The service itself switches a webhook off: this is recorded in the audit log and mailed to where the domain's alerts are sent. */
export async function switchOffWebhook(
  context: WriteContext,
  id: string,
  reason: 'gone' | 'failing',
  now: number,
): Promise<void> {
  const row = await context.tx.get<{ domainId: number; url: string; name: string; email: string; language: Language }>(
    `SELECT w.domain_id AS domainId, w.url, d.name, d.email, d.language FROM webhooks w JOIN domains d ON d.id = w.domain_id
     WHERE w.id = ?`,
    id,
  );
  if (row === null) return;
  turnOff(context, id, reason);
  const { domainId, url, name, email, language } = row;
  const host = hostOf(url);
  const details = { webhook: id, reason };
  context.audit({ domainId, at: now, actor: 'system', action: 'webhook.switched-off', subject: host, details });
  const recipient = (await alertRulesOf(context.tx, domainId)).settings.mailbox ?? email;
  await putMail(
    context,
    webhookMails.webhookOff,
    { domainId, recipient, language, data: { name, host, reason }, secret: null },
    now,
  );
}

/** The new secret signs from now on, together with the old one until `previousUntil`. Refuses with `not-found`. */
export async function rotateWebhookSecret(
  context: WriteContext,
  input: ChangeRequest & { id: string; secret: Uint8Array; previousUntil: number },
): Promise<void> {
  const { url } = await webhookRow(context, input);
  context.tx.send(
    'UPDATE webhooks SET previous_secret = secret, previous_until = ?, secret = ? WHERE id = ?',
    input.previousUntil,
    input.secret,
    input.id,
  );
  note(context, input, 'webhook.secret-changed', url, { webhook: input.id });
}

/** Refuses with `not-found`. */
export async function deleteWebhook(context: WriteContext, input: ChangeRequest & { id: string }): Promise<void> {
  const { url } = await webhookRow(context, input);
  context.tx.send('DELETE FROM webhook_deliveries WHERE webhook_id = ?', input.id);
  context.tx.send('DELETE FROM webhooks WHERE id = ?', input.id);
  note(context, input, 'webhook.deleted', url, { webhook: input.id });
}

/** D8: a closed domain sends no more notifications. */
export const endWebhooks: EndWithDomain = async ({ tx }, { id }) => {
  tx.send('DELETE FROM webhook_deliveries WHERE webhook_id IN (SELECT id FROM webhooks WHERE domain_id = ?)', id);
  tx.send('DELETE FROM webhooks WHERE domain_id = ?', id);
  return false;
};

/**
 * Requests one more attempt of an event: at once if it waits, outside the queue if it was delivered or given up. Refuses with `not-found`, or with
 * `conflict` if the webhook is off or the event is no longer stored.
 */
export async function retryDelivery(
  context: WriteContext,
  input: ChangeRequest & { id: string; eventId: number },
): Promise<void> {
  const { tx } = context;
  const { id, eventId } = input;
  const webhook = await webhookRow(context, input);
  const row = await tx.get<{ state: string }>(
    'SELECT state FROM webhook_deliveries WHERE webhook_id = ? AND event_id = ?',
    id,
    eventId,
  );
  if (row === null) throw new RollcallError('not-found');
  if (webhook.enabled === 0) throw new RollcallError('conflict', { reason: 'webhook-off' });
  if ((await tx.get('SELECT 1 AS there FROM events WHERE number = ? AND domain_id = ?', eventId, input.domainId)) === null)
    throw new RollcallError('conflict', { reason: 'event-gone' });
  if (row.state === 'waiting') tx.send('UPDATE webhooks SET next_try_at = ? WHERE id = ?', input.now, id);
  else tx.send("UPDATE webhook_deliveries SET state = 'again' WHERE webhook_id = ? AND event_id = ?", id, eventId);
  note(context, input, 'webhook.tried-again', webhook.url, { webhook: id, event: eventId });
}
