/** When a mail that could not be sent is tried again, and when no more. Pure: time and dice are parameters. */

const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;
const HOUR_MS = 3_600_000;
/** How long a mail is tried. */
const TRY_FOR_MS = 72 * HOUR_MS;
/** A link is good for 48 hours from when it was made (D2): after that its mail would only lead to a refusal. */
const LINK_FOR_MS = 48 * HOUR_MS;

/**
 * The wait after the `tries`-th failure (from 1) in ms: doubled each time from 30 s up to an hour, then between a half and the whole of
 * that, as `dice` (0 to 1) falls, so that mails that failed together do not come back together.
 */
export function backOffMs(tries: number, dice: number): number {
  const most = Math.min(FIRST_WAIT_MS * 2 ** Math.max(tries - 1, 0), LONGEST_WAIT_MS);
  return Math.round((most * (1 + dice)) / 2);
}

/** From when on a mail is not tried any more; ms since 1970. */
export function triedUntil({ hasLink, createdAt }: { hasLink: boolean; createdAt: number }): number {
  return createdAt + (hasLink ? LINK_FOR_MS : TRY_FOR_MS);
}

/** Whether a mail that waits is worth another try: a dead link is not, not even the first. */
export function isWorthTrying(mail: { hasLink: boolean; createdAt: number; tries: number }, now: number): boolean {
  return now < triedUntil(mail) || (mail.tries === 0 && !mail.hasLink);
}

/** What became of a try. `server`: the mail server could not be reached or let nobody in; it says nothing about this mail. */
export type SendResult =
  | { kind: 'sent' }
  | { kind: 'refused'; failure: string }
  | { kind: 'later'; failure: string }
  | { kind: 'server'; failure: string };

/** When a mail is tried next after a failed try, `tries` counting that one; null: never, it is given up. */
export function nextTry(
  mail: { hasLink: boolean; createdAt: number; tries: number },
  kind: Exclude<SendResult['kind'], 'sent'>,
  now: number,
  dice: number,
): number | null {
  if (kind === 'refused') return null;
  const next = now + backOffMs(mail.tries, dice);
  return next < triedUntil(mail) ? next : null;
}
