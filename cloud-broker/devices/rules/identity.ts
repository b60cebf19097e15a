import type { SerialSource } from '../../../protocol/messages.ts';
import { isPlaceholderSerial } from '../../../protocol/placeholder.ts';

/** E12: what identifies a board: its register line, its serial number within the domain, or its device key alone. */
export type Identity = 'listed' | 'serial' | 'key';

/** E12: a serial number that the firmware left blank or the operating system invented identifies nothing; nor does one shared by several boards. */
export function identityOf(
  board: { serial: string; serialSource: SerialSource },
  known: { listed: boolean; sharedSerial: boolean },
): Identity {
  if (board.serialSource === 'machine-id' || isPlaceholderSerial(board.serial)) return 'key';
  if (known.listed) return 'listed';
  return known.sharedSerial ? 'key' : 'serial';
}
