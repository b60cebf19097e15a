import type { Period } from '../../../protocol/age.ts';
import type { DeviceStatus } from '../../../protocol/api.ts';
import type { Key } from './search-order.ts';
import type { Terms } from './search-term.ts';

/** Fields that a list can be ordered by. */
export type OrderedBy = 'label' | 'enrolledAt' | 'statusSince' | 'model' | 'firmware';

/** Folds ASCII upper case only, like SQLite's LIKE. */
export function folded(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Which of the matching devices to return. */
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
  /** Last row returned. */
  after: Key | null;
  most: number;
}

export function termsOf(q: string, { model, firmware, status, tags, silent, enrolled }: Wanted): Terms {
  // Names have no line breaks; a device's searched text has one name per line.
  const text = folded(q).replaceAll('\n', ' ');
  return { text, model, firmware, status, silent, enrolled, tags: tags.map((tag) => JSON.stringify(tag)).toSorted() };
}
