import { parseAge, periodOf, type Period } from '../../../protocol/age.ts';
import type { DeviceFilter, DevicesQuery } from '../../../protocol/api.ts';
import type { Reads } from '../../store/tx.ts';
import { isSearched, orderedBy } from './device-order.ts';
import { cut, devicesById, enrolledIds, listDevices, placeOf, wantedTags, type DevicesList, type Viewer } from './devices.ts';
import type { DeviceSearch } from './search.ts';
import type { Wanted } from './device-filter.ts';

/** The current state that a list depends on. */
export interface Moment {
  /** Milliseconds since 1970. */
  now: number;
  /** P2: flapping devices of all domains. */
  unstable(): ReadonlySet<string>;
}

type Narrowed = Omit<Wanted, 'by' | 'descending' | 'after' | 'most'>;

function narrowed(viewer: Viewer, filter: DeviceFilter, { now, unstable }: Moment): Narrowed {
  const period = (text: string | undefined): Period | undefined => {
    const age = text === undefined ? null : parseAge(text);
    return age === null ? undefined : periodOf(age, now);
  };
  return {
    status: filter.status,
    tags: wantedTags(viewer, filter.tag),
    model: filter.model,
    firmware: filter.firmware,
    silent: period(filter.silent),
    enrolled: period(filter.enrolled),
    among: filter.unstable === undefined ? undefined : unstable(),
  };
}

const textOf = ({ q }: DeviceFilter): string => q?.trim() ?? '';

/**
 * A page of a filtered list and the total number of devices: read through the store's indexes or, where none applies, found in memory. Refuses with
 * `invalid-request` a cursor from another list.
 */
export async function pageOfDevices(
  tx: Reads,
  search: DeviceSearch,
  viewer: Viewer,
  query: DevicesQuery,
  moment: Moment,
): Promise<DevicesList> {
  if (!isSearched(query)) return listDevices(tx, viewer, query);
  const from = placeOf(query);
  const { ids, total } = await search.find(viewer.domainId, textOf(query), {
    ...narrowed(viewer, query, moment),
    by: orderedBy(query.sort),
    descending: query.sort.startsWith('-'),
    after: from === null ? null : { value: from[1], id: from[2] },
    most: query.limit + 1,
  });
  return { ...(await cut(tx, viewer, await devicesById(tx, ids), query)), total };
}

/** All devices that a filter shows; when read through the store's indexes, without those that wait for an admin. */
export async function idsOfFilter(
  tx: Reads,
  search: DeviceSearch,
  viewer: Viewer,
  filter: DeviceFilter,
  moment: Moment,
): Promise<string[]> {
  if (!isSearched({ ...filter, sort: 'label' })) return enrolledIds(tx, viewer, filter);
  const all = { by: 'label', descending: false, after: null, most: Number.MAX_SAFE_INTEGER } as const;
  return (await search.find(viewer.domainId, textOf(filter), { ...narrowed(viewer, filter, moment), ...all })).ids;
}
