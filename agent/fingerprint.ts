import type { Fingerprint } from '../firmware-shim/board.ts';
import { serialKey } from '../protocol/text.ts';

const same = (one: string | null, other: string | null) => one !== null && other !== null && serialKey(one) === serialKey(other);

/**
 * E1: is this still the board that the state was made on? Of serial, machine id and board UUID (or first MAC) two must
 * agree; where the board said less than two of them, all that it said must.
 */
export function isSameBoard(stored: Fingerprint, now: Fingerprint): boolean {
  const agreeing = [
    same(stored.serial, now.serial),
    same(stored.machineId, now.machineId),
    same(stored.boardUuid, now.boardUuid) || same(stored.firstMac, now.firstMac),
  ].filter(Boolean).length;
  const known = [stored.serial, stored.machineId, stored.boardUuid ?? stored.firstMac].filter((part) => part !== null).length;
  return agreeing >= Math.min(2, known);
}
