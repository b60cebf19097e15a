import * as z from 'zod';
import {
  SHOWN_DELIVERIES,
  webhookTypes,
  type Webhook,
  type WebhookDelivery,
  type WebhookType,
} from '../../protocol/api-webhooks.ts';
import type { StoredEvent } from '../store/effects.ts';
import { readAs, rowType, type RowIn } from '../store/row-type.ts';
import type { Reads } from '../store/tx.ts';
import { isoTime, nullableIsoTime } from '../store/paging.ts';

const typeList = z.array(z.enum(webhookTypes));
const typesOf = (text: string): WebhookType[] => typeList.parse(JSON.parse(text));

const WEBHOOK = rowType('', {
  id: 'text',
  domainId: 'integer',
  url: 'text',
  types: 'text',
  description: 'text',
  enabled: 'flag',
  off: readAs('off_reason', ['gone', 'failing', null]),
  secret: 'bytes',
  previousSecret: 'bytes?',
  previousUntil: 'integer?',
  createdAt: 'integer',
  createdBy: 'text',
  afterEvent: 'integer',
  nextTryAt: 'integer?',
  failingSince: 'integer?',
});
type Row = RowIn<typeof WEBHOOK>;

const SELECT = `SELECT ${WEBHOOK.columns} FROM webhooks`;

/** A webhook that is on, as the deliverer needs it; secrets are sealed. */
export interface LiveWebhook extends Omit<Row, 'types' | 'enabled' | 'off' | 'description' | 'createdAt' | 'createdBy'> {
  types: WebhookType[];
}

/** A webhook that is on; null if it is off or deleted. */
export async function liveWebhook(tx: Reads, id: string): Promise<LiveWebhook | null> {
  const row = await WEBHOOK.get(tx, `${SELECT} WHERE id = ? AND enabled = 1`, id);
  return row === null ? null : { ...row, types: typesOf(row.types) };
}

/** A domain's webhook with its sealed secrets, on or off; null if in another domain. */
export async function webhookOf(tx: Reads, domainId: number, id: string): Promise<LiveWebhook | null> {
  const row = await WEBHOOK.get(tx, `${SELECT} WHERE id = ? AND domain_id = ?`, id, domainId);
  return row === null ? null : { ...row, types: typesOf(row.types) };
}

/** All webhooks of a domain, oldest first; at most five. */
export async function listWebhooks(tx: Reads, domainId: number, now: number): Promise<Webhook[]> {
  return (await WEBHOOK.all(tx, `${SELECT} WHERE domain_id = ? ORDER BY created_at, id`, domainId)).map((row) =>
    presentWebhook(row, now),
  );
}

/** A webhook as the API shows it; null if in another domain. */
export async function webhookView(tx: Reads, domainId: number, id: string, now: number): Promise<Webhook | null> {
  const row = await WEBHOOK.get(tx, `${SELECT} WHERE id = ? AND domain_id = ?`, id, domainId);
  return row === null ? null : presentWebhook(row, now);
}

function presentWebhook(row: Row, now: number): Webhook {
  const { id, url, description, off, createdBy, previousUntil } = row;
  return {
    id,
    url,
    types: typesOf(row.types),
    description,
    enabled: row.enabled === 1,
    off,
    createdAt: isoTime(row.createdAt),
    createdBy,
    failingSince: nullableIsoTime(row.failingSince),
    previousSecretUntil: previousUntil !== null && previousUntil > now ? isoTime(previousUntil) : null,
  };
}

/** Which events wake which webhook. */
export interface Listener {
  id: string;
  domainId: number;
  types: WebhookType[];
}

/** All webhooks that are on. */
export async function liveWebhooks(tx: Reads): Promise<Listener[]> {
  return (
    await tx.all<{ id: string; domainId: number; types: string }>(
      'SELECT id, domain_id AS domainId, types FROM webhooks WHERE enabled = 1',
    )
  ).map((row) => ({ ...row, types: typesOf(row.types) }));
}

/** Webhooks whose waiting event is due. */
export async function dueWebhooks(tx: Reads, now: number): Promise<string[]> {
  return (await tx.all<{ id: string }>('SELECT id FROM webhooks WHERE next_try_at <= ? ORDER BY next_try_at', now)).map(
    ({ id }) => id,
  );
}

/** When the next waiting event is due; null if none waits. */
export async function nextWebhookTryAt(tx: Reads): Promise<number | null> {
  return (
    (await tx.get<{ at: number | null }>('SELECT min(next_try_at) AS at FROM webhooks WHERE next_try_at IS NOT NULL'))?.at ?? null
  );
}

/** An event to be tried again: in its turn, or outside the queue because an admin requested it. */
export interface Retry {
  eventId: number;
  tries: number;
  firstTryAt: number;
  inTurn: boolean;
}

export async function nextRetry(
  tx: Reads,
  { id, nextTryAt }: Pick<LiveWebhook, 'id' | 'nextTryAt'>,
  now: number,
): Promise<Retry | null> {
  const one = async (state: 'again' | 'waiting') =>
    tx.get<Omit<Retry, 'inTurn'>>(
      `SELECT event_id AS eventId, tries, first_try_at AS firstTryAt FROM webhook_deliveries
       WHERE webhook_id = ? AND state = '${state}' ORDER BY event_id LIMIT 1`,
      id,
    );
  const again = await one('again');
  if (again !== null) return { ...again, inTurn: false };
  const waiting = nextTryAt !== null && nextTryAt > now ? null : await one('waiting');
  return waiting === null ? null : { ...waiting, inTurn: true };
}

/** One event of a domain; null if it is no longer stored. */
export async function eventOf(tx: Reads, domainId: number, id: number): Promise<StoredEvent | null> {
  const row = await tx.get<{ data: string }>(
    'SELECT number AS id, domain_id AS domainId, at, type, data FROM events WHERE number = ? AND domain_id = ?',
    id,
    domainId,
  );
  return row === null ? null : ({ ...row, data: JSON.parse(row.data) as unknown } as StoredEvent);
}

interface DeliveryRow extends Pick<WebhookDelivery, 'type' | 'state' | 'tries' | 'status' | 'failure'> {
  eventId: number;
  eventAt: number;
  lastTryAt: number;
}

/** Newest deliveries of a webhook, newest event first. */
export async function listDeliveries(tx: Reads, webhook: Pick<LiveWebhook, 'id' | 'nextTryAt'>): Promise<WebhookDelivery[]> {
  return (
    await tx.all<DeliveryRow>(
      `SELECT event_id AS eventId, type, event_at AS eventAt, state, tries, last_try_at AS lastTryAt, status, failure
       FROM webhook_deliveries WHERE webhook_id = ? ORDER BY event_id DESC LIMIT ?`,
      webhook.id,
      SHOWN_DELIVERIES,
    )
  ).map(({ eventId, eventAt, lastTryAt, ...row }) => ({
    ...row,
    id: String(eventId),
    at: isoTime(eventAt),
    lastTryAt: isoTime(lastTryAt),
    nextTryAt: row.state === 'waiting' ? nullableIsoTime(webhook.nextTryAt) : null,
  }));
}
