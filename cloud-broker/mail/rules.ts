/** When an unsent mail is retried, and when no more. Pure: time and randomness are parameters. */
import { doubledMs, jitteredMs } from '../../protocol/backoff.ts';

const HOUR_MS = 3_600_000;
const RETRY = { firstMs: 30_000, longestMs: HOUR_MS };
/** How long a mail is retried. */
const TRY_FOR_MS = 72 * HOUR_MS;
/** A link is valid for 48 hours from its creation (D2): after that its mail would only lead to a refusal. */
const LINK_FOR_MS = 48 * HOUR_MS;

/**
 * The wait after the `tries`-th failure (from 1) in ms: doubled each time from 30 s up to an hour, then reduced at random to between half and all of
 * that.
 */
export function backOffMs(tries: number, random: number): number {
  return jitteredMs(doubledMs(RETRY, tries - 1), [0.5, 1], random);
}

/** The time after which a mail is no longer tried; ms since 1970. */
export function triedUntil({ hasLink, createdAt }: { hasLink: boolean; createdAt: number }): number {
  return createdAt + (hasLink ? LINK_FOR_MS : TRY_FOR_MS);
}

/** Whether a waiting mail is worth another attempt: one with a dead link is not, not even a first. */
export function isWorthTrying(mail: { hasLink: boolean; createdAt: number; tries: number }, now: number): boolean {
  return now < triedUntil(mail) || (mail.tries === 0 && !mail.hasLink);
}

/** The result of an attempt. `server`: the mail server could not be reached or refused access; this says nothing about the mail. */
export type SendResult =
  | { kind: 'sent' }
  | { kind: 'refused'; failure: string }
  | { kind: 'later'; failure: string }
  | { kind: 'server'; failure: string };

/** When a mail is tried next after a failure, with `tries` including that one; null: never, the mail is given up. */
export function nextTry(
  mail: { hasLink: boolean; createdAt: number; tries: number },
  kind: Exclude<SendResult['kind'], 'sent'>,
  now: number,
  random: number,
): number | null {
  if (kind === 'refused') return null;
  const next = now + backOffMs(mail.tries, random);
  return next < triedUntil(mail) ? next : null;
}
