import { rowType, type RowIn } from '../store/row-type.ts';
import type { Reads } from '../store/tx.ts';
import { numbersOf } from '../store/dialect.ts';

const MAIL = rowType('', {
  id: 'integer',
  recipient: 'text',
  template: 'text',
  language: ['en', 'fr'],
  /** JSON of the facts its kind requires. */
  data: 'text',
  secret: 'bytes?',
  createdAt: 'integer',
  /** Failed attempts so far. */
  tries: 'integer',
});
/** A mail waiting in the outbox. */
export type WaitingMail = RowIn<typeof MAIL>;

const NOT_AMONG = `id NOT IN ${numbersOf('?')}`;

/** Mails whose next attempt is due, longest overdue first; `except`: ids of those being sent. */
export async function dueMails(
  tx: Reads,
  now: number,
  about: { limit: number; except: readonly number[] },
): Promise<WaitingMail[]> {
  return await MAIL.all(
    tx,
    `SELECT ${MAIL.columns} FROM outbox
     WHERE sent_at IS NULL AND given_up_at IS NULL AND next_try_at <= ? AND ${NOT_AMONG} ORDER BY next_try_at, id LIMIT ?`,
    now,
    JSON.stringify(about.except),
    about.limit,
  );
}

/** When the next attempt of any mail other than these is due, ms since 1970; null if none is waiting. */
export async function nextMailAt(tx: Reads, except: readonly number[]): Promise<number | null> {
  const row = await tx.get<{ at: number }>(
    `SELECT next_try_at AS at FROM outbox WHERE sent_at IS NULL AND given_up_at IS NULL AND ${NOT_AMONG} ORDER BY next_try_at, id LIMIT 1`,
    JSON.stringify(except),
  );
  return row?.at ?? null;
}

/** How many mails are waiting, due or not. */
export async function waitingMails(tx: Reads): Promise<number> {
  return (await tx.get<{ n: number }>('SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL AND given_up_at IS NULL'))?.n ?? 0;
}
