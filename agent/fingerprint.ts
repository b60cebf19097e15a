import type { Fingerprint } from '../firmware-shim/board.ts';
import { isSharedMac } from '../firmware-shim/linux.ts';
import { isSharedUuid } from '../firmware-shim/text.ts';
import { isPlaceholderSerial } from '../protocol/placeholder.ts';
import { serialKey } from '../protocol/text.ts';

/** What two readings of one part say of each other; where one of them says nothing, or what many boards say: nothing. */
type Verdict = 'agrees' | 'contradicts' | 'silent';

type IsShared = (part: string) => boolean;

/** A part as it is compared, or null where it says nothing of this board. */
const own = (part: string | null, isShared: IsShared) => (part === null || isShared(part) ? null : serialKey(part));

function verdict(stored: string | null, now: readonly (string | null)[], isShared: IsShared): Verdict {
  const before = own(stored, isShared);
  const after = now.map((part) => own(part, isShared)).filter((part) => part !== null);
  if (before === null || after.length === 0) return 'silent';
  return after.includes(before) ? 'agrees' : 'contradicts';
}

/** The board UUID says which board it is, or else one of its network addresses: interfaces come, go and change their order. */
function placeVerdict(stored: Fingerprint, now: Fingerprint): Verdict {
  const both = [
    verdict(stored.boardUuid, [now.boardUuid], isSharedUuid),
    verdict(stored.firstMac, now.macs ?? [now.firstMac], isSharedMac),
  ];
  if (both.includes('agrees')) return 'agrees';
  return both.includes('contradicts') ? 'contradicts' : 'silent';
}

/**
 * E1: is this still the board that the state was made on? Of serial, machine id and board UUID (or first MAC) two must agree,
 * or one where nothing contradicts it: what cannot be read today says nothing. What many boards share is no part of it, and
 * a machine id, which a golden image copies, does not stand in for a serial that has gone.
 */
export function isSameBoard(stored: Fingerprint, now: Fingerprint): boolean {
  const serial = verdict(stored.serial, [now.serial], isPlaceholderSerial);
  const machineId = verdict(stored.machineId, [now.machineId], () => false);
  const place = placeVerdict(stored, now);
  const parts = [serial, machineId, place];
  if (parts.filter((part) => part === 'agrees').length >= 2) return true;
  if (parts.includes('contradicts')) return false;
  if (serial === 'agrees' || place === 'agrees') return true;
  return own(stored.serial, isPlaceholderSerial) === null && (machineId === 'agrees' || stored.machineId === null);
}
