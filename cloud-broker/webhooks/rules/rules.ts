/** When an event is retried or given up, and when a webhook is switched off. Pure: time and randomness are parameters. */
import type { WebhookFailure, WebhookType } from '../../../protocol/api-webhooks.ts';
import { jitteredMs } from '../../../protocol/backoff.ts';
import type { StoredEvent } from '../../store/effects.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Delays after the first failures; from then on hourly. */
const WAITS_MS = [5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS];
/** How long an event is tried before the next replaces it. */
const TRY_FOR_MS = 24 * HOUR_MS;
/** A webhook that only fails for this long is switched off. */
const FAIL_FOR_MS = 5 * 24 * HOUR_MS;
/** How long the secret from before a rotation also signs. */
export const PREVIOUS_SECRET_MS = 24 * HOUR_MS;

/** Result of one attempt: the HTTP status if there was a response, and why it counts as a failure. */
export interface TryResult {
  status: number | null;
  failure: WebhookFailure | null;
}

/** The delay after the `tries`-th failure (from 1) in ms: three to five quarters of the schedule. */
export function backOffMs(tries: number, random: number): number {
  return jitteredMs(WAITS_MS[Math.max(tries, 1) - 1] ?? HOUR_MS, [0.75, 1.25], random);
}

interface Standing {
  /** Failed attempts of this event, including the last. */
  tries: number;
  firstTryAt: number;
  /** Start of this webhook's unbroken run of failures, including this one. */
  failingSince: number;
}

export interface Verdict {
  /** Next attempt of the event; null: never, it is given up. */
  nextTryAt: number | null;
  /** Why the webhook is switched off; null if it is not. */
  off: 'gone' | 'failing' | null;
}

/** Consequence of a failed attempt at `now`. With 410 the receiver states that it wants nothing more. */
export function afterFailure(
  { tries, firstTryAt, failingSince }: Standing,
  result: TryResult,
  now: number,
  random: number,
): Verdict {
  if (result.status === 410) return { nextTryAt: null, off: 'gone' };
  if (now - failingSince >= FAIL_FOR_MS) return { nextTryAt: null, off: 'failing' };
  const next = now + backOffMs(tries, random);
  return { nextTryAt: next < firstTryAt + TRY_FOR_MS ? next : null, off: null };
}

/**
 * Which of the next events are sent, in order: those of the webhook's types, and of several about one device only the last, because each shows the
 * device as it is when sent.
 */
export function eventsToSend(events: readonly StoredEvent[], types: readonly WebhookType[]): StoredEvent[] {
  const lastOf = new Map(events.flatMap((event) => (event.type === 'device' ? [[event.data.deviceId, event.id] as const] : [])));
  return events.filter(
    (event) => types.includes(event.type) && (event.type !== 'device' || lastOf.get(event.data.deviceId) === event.id),
  );
}

/**
 * Id of a message, the same for each attempt. Contains the time, because a restored backup reuses ids, and the webhook, because each domain numbers
 * its own events and one receiver may serve several.
 */
export function messageId(event: Pick<StoredEvent, 'id' | 'at'>, webhookId: string): string {
  return `evt_${event.id}_${event.at.toString(36)}_${webhookId}`;
}
