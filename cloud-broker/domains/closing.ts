/** D8: closing a domain takes effect after 7 days; 90 days later its personal data is erased. */
import { closingsDue, erasuresDue } from './queries/closing.ts';
import type { Store } from '../store/port.ts';

const DAY_MS = 86_400_000;
/** In which a closing can be withdrawn. */
const GRACE_MS = 7 * DAY_MS;
const PERSONAL_DATA_MS = 90 * DAY_MS;
/** Devices, waiting rows and blocks that one transaction ends: others are not kept waiting for long. */
const PIECE = 100;

/** When a closing that is asked for at `now` takes effect. */
export function closesAt(now: number): number {
  return now + GRACE_MS;
}

/**
 * Closes every domain whose time has come, piece by piece, and erases what is due. What a crash interrupts the next run goes on
 * with: each piece is one transaction, and what is done is not found again.
 */
export async function closeDueDomains(store: Pick<Store, 'reader' | 'write'>, now: number): Promise<void> {
  for (const domainId of await closingsDue(store.reader, now)) {
    for (let done = false; !done;) ({ done } = await store.write('closePiece', { now, domainId, most: PIECE }));
  }
  for (const domainId of await erasuresDue(store.reader, now - PERSONAL_DATA_MS))
    await store.write('erasePersonalData', { now, domainId });
}
