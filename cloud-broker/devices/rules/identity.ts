import type { SerialSource } from '../../../protocol/messages.ts';
import { isPlaceholderSerial } from '../../../protocol/placeholder.ts';

/** E12: by what a board is told from others: its register line, its serial within the domain, or its device key alone. */
export type Identity = 'listed' | 'serial' | 'key';

/** E12: a serial that firmware left blank or an operating system made up identifies nothing; neither does one that several boards share. */
export function identityOf(
  board: { serial: string; serialSource: SerialSource },
  known: { listed: boolean; sharedSerial: boolean },
): Identity {
  if (board.serialSource === 'machine-id' || isPlaceholderSerial(board.serial)) return 'key';
  if (known.listed) return 'listed';
  return known.sharedSerial ? 'key' : 'serial';
}
