/** When an event is sent again, when it is given up, and when a webhook is switched off. Pure: time and randomness are parameters. */
import type { WebhookFailure, WebhookType } from '../../../protocol/api-webhooks.ts';
import { jitteredMs } from '../../../protocol/backoff.ts';
import type { StoredEvent } from '../../store/effects.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Waits after the first failures; after them every hour. */
const WAITS_MS = [5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS];
/** How long one event is tried before the next takes its place. */
const TRY_FOR_MS = 24 * HOUR_MS;
/** A webhook that did nothing but fail for so long is switched off. */
const FAIL_FOR_MS = 5 * 24 * HOUR_MS;
/** How long the secret before a rotation signs too. */
export const PREVIOUS_SECRET_MS = 24 * HOUR_MS;

/** What became of one try: the HTTP status where there was an answer, and why it counts as a failure. */
export interface TryResult {
  status: number | null;
  failure: WebhookFailure | null;
}

/** The wait after the `tries`-th failure (from 1) in ms: three to five quarters of the schedule's. */
export function backOffMs(tries: number, random: number): number {
  return jitteredMs(WAITS_MS[Math.max(tries, 1) - 1] ?? HOUR_MS, [0.75, 1.25], random);
}

interface Standing {
  /** Failed tries of this event, the last one counted. */
  tries: number;
  firstTryAt: number;
  /** Since when every try of this webhook failed, this one counted. */
  failingSince: number;
}

export interface Verdict {
  /** When the event is tried next; null: never, it is given up. */
  nextTryAt: number | null;
  /** Why the webhook is switched off; null where it is not. */
  off: 'gone' | 'failing' | null;
}

/** What follows from a failed try at `now`. 410 is the receiver's way to say that it wants nothing more. */
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
 * Which of the next events are sent, in their order: those of the webhook's types, and of several about one device only the last,
 * because each shows the device as it is when it is sent.
 */
export function eventsToSend(events: readonly StoredEvent[], types: readonly WebhookType[]): StoredEvent[] {
  const lastOf = new Map(events.flatMap((event) => (event.type === 'device' ? [[event.data.deviceId, event.id] as const] : [])));
  return events.filter(
    (event) => types.includes(event.type) && (event.type !== 'device' || lastOf.get(event.data.deviceId) === event.id),
  );
}

/**
 * The id of a message, the same at each try. With the time, as a restored backup gives ids again, and the webhook, as each domain counts its
 * events by itself and one receiver may listen to several.
 */
export function messageId(event: Pick<StoredEvent, 'id' | 'at'>, webhookId: string): string {
  return `evt_${event.id}_${event.at.toString(36)}_${webhookId}`;
}
