import type { Period } from '../../../protocol/age.ts';
import type { DeviceStatus } from '../../../protocol/api.ts';
import type { Key } from './search-order.ts';
import type { Terms } from './search-term.ts';

/** What a list can be in the order of. */
export type OrderedBy = 'label' | 'enrolledAt' | 'statusSince' | 'model' | 'firmware';

/** Upper case letters of ASCII do not count, as in SQLite's LIKE. */
export function folded(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** What of the devices found is wanted. */
export interface Wanted {
  status: DeviceStatus | undefined;
  /** All of them. */
  tags: readonly string[];
  model?: string | undefined;
  firmware?: string | undefined;
  silent?: Period | undefined;
  enrolled?: Period | undefined;
  /** Only these. */
  among?: ReadonlySet<string> | undefined;
  by: OrderedBy;
  descending: boolean;
  /** The last one seen. */
  after: Key | null;
  most: number;
}

export function termsOf(q: string, { model, firmware, status, tags, silent, enrolled }: Wanted): Terms {
  // No name has a line end, and what is kept of a device is lines.
  const text = folded(q).replaceAll('\n', ' ');
  return { text, model, firmware, status, silent, enrolled, tags: tags.map((tag) => JSON.stringify(tag)).toSorted() };
}
