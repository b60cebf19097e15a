/** D8: closing a domain takes effect after 7 days; 90 days later its personal data is erased. */
import { closingsDue, erasuresDue } from './queries/closing.ts';
import type { Store } from '../store/port.ts';

const DAY_MS = 86_400_000;
/** Period in which closing can be withdrawn. */
const GRACE_MS = 7 * DAY_MS;
const PERSONAL_DATA_MS = 90 * DAY_MS;
/** Devices, waiting rows and blocks ended per transaction, so that others do not wait long. */
const PIECE = 100;

/** When a closing requested at `now` takes effect. */
export function closesAt(now: number): number {
  return now + GRACE_MS;
}

/**
 * Closes every domain that is due, in batches, and erases what is due. After a crash the next run continues: each batch is one transaction, and what
 * is done is not found again.
 */
export async function closeDueDomains(store: Pick<Store, 'reader' | 'write'>, now: number): Promise<void> {
  for (const domainId of await closingsDue(store.reader, now)) {
    for (let done = false; !done;) ({ done } = await store.write('closePiece', { now, domainId, most: PIECE }));
  }
  for (const domainId of await erasuresDue(store.reader, now - PERSONAL_DATA_MS))
    await store.write('erasePersonalData', { now, domainId });
}
