import type { DeviceFilter, deviceSorts } from '../../../protocol/api.ts';
import type { OrderedBy } from './device-filter.ts';

type DeviceSort = (typeof deviceSorts)[number];

/** Field for each sort. Labels and enrolment times are sorted by indexes of the store, the others by the in-memory search. */
const sortedBy = {
  label: 'label',
  enrolled: 'enrolledAt',
  since: 'statusSince',
  model: 'model',
  firmware: 'firmware',
} as const satisfies Record<string, OrderedBy>;

export function orderedBy(sort: DeviceSort): OrderedBy {
  return sortedBy[(sort.startsWith('-') ? sort.slice(1) : sort) as keyof typeof sortedBy];
}

/** Whether a list is answered from memory because no index of the store can sort or filter it this way. */
export function isSearched({
  q,
  sort,
  model,
  firmware,
  unstable,
  silent,
  enrolled,
}: DeviceFilter & { sort: DeviceSort }): boolean {
  const by = orderedBy(sort);
  if (by !== 'label' && by !== 'enrolledAt') return true;
  return (q ?? '').trim() !== '' || [model, firmware, unstable, silent, enrolled].some((wanted) => wanted !== undefined);
}

/** Whether a cursor's value is valid for this sort field. */
export function fits(by: OrderedBy, value: string | number | null): boolean {
  if (by === 'label' || by === 'model') return typeof value === 'string';
  if (by === 'firmware') return typeof value === 'string' || value === null;
  return by === 'statusSince' ? typeof value === 'number' : typeof value !== 'string';
}
