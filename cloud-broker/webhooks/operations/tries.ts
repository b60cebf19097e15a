import type { WriteContext } from '../../store/commit.ts';
import type { StoredEvent } from '../../store/effects.ts';
import type { TryResult, Verdict } from '../rules/rules.ts';
import { switchOffWebhook } from './webhooks.ts';
import { greatest } from '../../store/dialect.ts';

/** Newest deliveries kept per webhook, not counting waiting ones. */
const KEPT = 200;

export interface Tried {
  now: number;
  webhookId: string;
  event: Pick<StoredEvent, 'id' | 'type' | 'at'>;
  result: TryResult;
  /** Consequence of a failure; null after a success. */
  verdict: Verdict | null;
  /** Whether it was the event's turn; an attempt requested by an admin does not advance the webhook. */
  inTurn: boolean;
}

/**
 * Stores the result of an attempt and the webhook's position in one transaction: what is stored as delivered is not sent again automatically; what is
 * not, is. Does nothing if the webhook has been deleted meanwhile.
 */
export async function noteWebhookTry(context: WriteContext, input: Tried): Promise<void> {
  const { tx } = context;
  const { now, webhookId, event, verdict, inTurn } = input;
  const webhook = await tx.get<{ enabled: 0 | 1 }>('SELECT enabled FROM webhooks WHERE id = ?', webhookId);
  if (webhook === null) return;
  const waits = inTurn && verdict !== null && verdict.nextTryAt !== null && webhook.enabled === 1;
  putDelivery(context, input, verdict === null ? 'delivered' : waits ? 'waiting' : 'failed');
  if (verdict === null) tx.send('UPDATE webhooks SET failing_since = NULL, next_try_at = NULL WHERE id = ?', webhookId);
  else tx.send('UPDATE webhooks SET failing_since = coalesce(failing_since, ?) WHERE id = ?', now, webhookId);
  if (waits) tx.send('UPDATE webhooks SET next_try_at = ? WHERE id = ?', verdict.nextTryAt, webhookId);
  else if (inTurn) moveOn(context, webhookId, event.id);
  if (verdict !== null && verdict.off !== null && webhook.enabled === 1)
    await switchOffWebhook(context, webhookId, verdict.off, now);
  forgetOld(context, webhookId);
}

function putDelivery(context: WriteContext, input: Tried, state: 'delivered' | 'waiting' | 'failed'): void {
  const { now, webhookId, event, result } = input;
  context.tx.send(
    `INSERT INTO webhook_deliveries (webhook_id, event_id, type, event_at, state, tries, first_try_at, last_try_at, status, failure)
     VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
     ON CONFLICT (webhook_id, event_id) DO UPDATE SET state = excluded.state, tries = webhook_deliveries.tries + 1, last_try_at = excluded.last_try_at,
       status = excluded.status, failure = excluded.failure`,
    webhookId,
    event.id,
    event.type,
    event.at,
    state,
    now,
    now,
    result.status,
    result.failure,
  );
}

function forgetOld(context: WriteContext, webhookId: string): void {
  context.tx.send(
    `DELETE FROM webhook_deliveries WHERE webhook_id = ? AND state IN ('delivered', 'failed')
     AND event_id <= (SELECT event_id FROM webhook_deliveries WHERE webhook_id = ? ORDER BY event_id DESC LIMIT 1 OFFSET ?)`,
    webhookId,
    webhookId,
    KEPT,
  );
}

const AFTER = `after_event = ${greatest('after_event', '?1')}`;

/** The event has had its turn. */
function moveOn(context: WriteContext, webhookId: string, eventId: number): void {
  context.tx.send(`UPDATE webhooks SET next_try_at = NULL, ${AFTER} WHERE id = ?2`, eventId, webhookId);
}

/** No event up to `to` is meant for this webhook, so they are not read again. */
export function passWebhookEvents(context: WriteContext, input: { webhookId: string; to: number }): void {
  context.tx.send(`UPDATE webhooks SET ${AFTER} WHERE id = ?2`, input.to, input.webhookId);
}

/** The event that waits, or was requested again, is no longer stored: it is given up, and the next ones follow. */
export function dropWebhookEvent(context: WriteContext, input: { webhookId: string; eventId: number; inTurn: boolean }): void {
  const { webhookId, eventId, inTurn } = input;
  context.tx.send("UPDATE webhook_deliveries SET state = 'failed' WHERE webhook_id = ? AND event_id = ?", webhookId, eventId);
  if (!inTurn) return;
  moveOn(context, webhookId, eventId);
}
