import type { Fingerprint } from '../firmware-shim/board.ts';
import { isSharedMac } from '../firmware-shim/linux.ts';
import { isSharedUuid } from '../firmware-shim/text.ts';
import { isPlaceholderSerial } from '../protocol/placeholder.ts';
import { serialKey } from '../protocol/text.ts';

/** What two readings of one part show. If either of them is missing, or a value that many boards share: nothing. */
type Verdict = 'agrees' | 'contradicts' | 'silent';

type IsShared = (part: string) => boolean;

/** A part in the form it is compared in, or null if it says nothing about this board. */
const own = (part: string | null, isShared: IsShared) => (part === null || isShared(part) ? null : serialKey(part));

function verdict(stored: string | null, now: readonly (string | null)[], isShared: IsShared): Verdict {
  const before = own(stored, isShared);
  const after = now.map((part) => own(part, isShared)).filter((part) => part !== null);
  if (before === null || after.length === 0) return 'silent';
  return after.includes(before) ? 'agrees' : 'contradicts';
}

/** The board UUID identifies the board, or else one of its network addresses, because interfaces come, go and change order. */
function placeVerdict(stored: Fingerprint, now: Fingerprint): Verdict {
  const both = [
    verdict(stored.boardUuid, [now.boardUuid], isSharedUuid),
    verdict(stored.firstMac, now.macs ?? [now.firstMac], isSharedMac),
  ];
  if (both.includes('agrees')) return 'agrees';
  return both.includes('contradicts') ? 'contradicts' : 'silent';
}

/**
 * E1: is this still the board that the state was created on? Of serial, machine id and board UUID (or first MAC) two must agree, or one if nothing
 * contradicts it: a part that cannot be read today proves nothing. Values that many boards share do not count, and a machine id, which a golden image
 * copies, does not replace a serial that is gone.
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
