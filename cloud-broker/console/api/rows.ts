import type { InfiniteData } from '@tanstack/react-query';
import { isIn, parseAge, periodOf } from '../../../protocol/age.ts';
import type { Device, DevicesPage } from '../../../protocol/api.ts';
import { serialKey } from '../../../protocol/text.ts';
import type { DeviceFilter } from '../app/address.ts';

/**
 * How a device list takes in changes (principle 1 of the console): values change at once; what would make a row appear, leave or move is kept in
 * `waiting` until `settle`.
 */

/** The pages of a device list fetched so far. */
export type DeviceList = InfiniteData<DevicesPage, string | null>;

/** A device's present state; null if it has left the domain. */
export interface Change {
  id: string;
  device: Device | null;
}

/** Pending changes to a list's rows or their order, by device id; null for a row that leaves. */
export type Waiting = ReadonlyMap<string, Device | null>;
export const nothingWaiting: Waiting = new Map();

export interface Held {
  list: DeviceList;
  waiting: Waiting;
}

const includes = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

const isOf = (age: string, at: string | null, now: number): boolean => {
  const parsed = parseAge(age);
  return parsed === null || (at !== null && isIn(periodOf(parsed, now), Date.parse(at)));
};

const isSilent = ({ status }: Device): boolean => status === 'offline' || status === 'never';

/**
 * Whether a filter's list contains this device. The service decides, by its own clock: a list is read again whenever it is opened. `now` in
 * milliseconds since 1970.
 */
export function matches(filter: DeviceFilter, device: Device, now = Date.now()): boolean {
  if (filter.unstable !== '' && !device.flapping) return false;
  if (filter.silent !== '' && !(isSilent(device) && isOf(filter.silent, device.statusSince, now))) return false;
  if (!isOf(filter.enrolled, device.enrolledAt, now)) return false;
  if (filter.status !== null && device.status !== filter.status) return false;
  if (filter.serials !== undefined && !filter.serials.includes(serialKey(device.serial))) return false;
  if (filter.tag !== '' && !device.tags.includes(filter.tag)) return false;
  if (filter.model !== '' && device.model !== filter.model) return false;
  if (filter.firmware !== '' && device.firmware !== filter.firmware) return false;
  return filter.q === '' || [device.label, device.serial, device.model, device.id].some((text) => includes(text, filter.q));
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The value a list is sorted by; devices without one come first. */
function sortedBy(sort: DeviceFilter['sort'], device: Device): string {
  if (sort.endsWith('label')) return device.label;
  if (sort.endsWith('enrolled')) return device.enrolledAt ?? '';
  if (sort.endsWith('since')) return device.statusSince;
  return sort.endsWith('model') ? device.model : (device.firmware ?? '');
}

/** Sort order of a filter's list: by code point, then by id, like the service. */
export function compare(filter: DeviceFilter, a: Device, b: Device): number {
  const first = order(sortedBy(filter.sort, a), sortedBy(filter.sort, b));
  const both = first === 0 ? order(a.id, b.id) : first;
  return filter.sort.startsWith('-') ? -both : both;
}

/** All rows of a list in order. A row that moved between two fetches stays where it was first seen. */
export function rowsOf(list: Pick<DeviceList, 'pages'>): Device[] {
  const seen = new Map<string, Device>();
  for (const page of list.pages) for (const device of page.items) if (!seen.has(device.id)) seen.set(device.id, device);
  return [...seen.values()];
}

/** Whether a device belongs among the rows fetched so far, not further down. */
function reaches(list: DeviceList, filter: DeviceFilter, device: Device): boolean {
  const last = list.pages.at(-1);
  if (last === undefined) return false;
  const lastRow = last.items.at(-1);
  return last.nextCursor === null || (lastRow !== undefined && compare(filter, device, lastRow) < 0);
}

/** The next row above (-1) or below (1) that is not about to leave or move. */
function settledFrom(rows: readonly Device[], index: number, step: -1 | 1, waiting: Waiting): Device | undefined {
  let at = index + step;
  for (let row = rows[at]; row !== undefined; row = rows[at]) {
    if (!waiting.has(row.id)) return row;
    at += step;
  }
  return undefined;
}

/** Whether a row may stay at `index`: it belongs to the list and sorts between its nearest neighbours that are not waiting. */
function staysAt(rows: readonly Device[], index: number, now: Device, filter: DeviceFilter, waiting: Waiting): boolean {
  if (!matches(filter, now)) return false;
  const above = settledFrom(rows, index, -1, waiting);
  const below = settledFrom(rows, index, 1, waiting);
  return (above === undefined || compare(filter, above, now) < 0) && (below === undefined || compare(filter, now, below) < 0);
}

/** Splits a list's rows into its pages again. Pages keep their sizes; the last takes the difference. */
function intoPages(list: DeviceList, rows: readonly Device[], total: number): DeviceList {
  let from = 0;
  const pages: DevicesPage[] = list.pages.map((page, index) => {
    const to = index === list.pages.length - 1 ? rows.length : from + page.items.length;
    const items = rows.slice(from, to);
    from = to;
    return { ...page, items, total };
  });
  return { ...list, pages };
}

const totalOf = (list: DeviceList): number => list.pages[0]?.total ?? 0;

/** Applies changes: known rows show their new values; additions, removals and moves wait. */
export function absorb(held: Held, filter: DeviceFilter, changes: readonly Change[]): Held {
  const rows = rowsOf(held.list);
  const places = new Map(rows.map(({ id }, index) => [id, index]));
  const waiting = new Map(held.waiting);
  for (const { id, device } of changes) {
    const index = places.get(id);
    if (index === undefined) {
      if (device !== null && matches(filter, device) && reaches(held.list, filter, device)) waiting.set(id, device);
      else waiting.delete(id);
    } else if (device === null) {
      waiting.set(id, null);
    } else {
      rows[index] = device;
      if (staysAt(rows, index, device, filter, waiting)) waiting.delete(id);
      else waiting.set(id, matches(filter, device) ? device : null);
    }
  }
  return { list: intoPages(held.list, rows, totalOf(held.list)), waiting };
}

/** Applies the waiting additions, removals and moves, and corrects the total. */
export function settle({ list, waiting }: Held, filter: DeviceFilter): DeviceList {
  if (waiting.size === 0) return list;
  const before = rowsOf(list);
  const arriving = [...waiting.values()].filter((device) => device !== null);
  const rows = [...before.filter((device) => !waiting.has(device.id)), ...arriving].toSorted((a, b) => compare(filter, a, b));
  return intoPages(list, rows, Math.max(0, totalOf(list) + rows.length - before.length));
}

/**
 * Changes that a newly read beginning of a list makes to the kept one: every row read, and each kept row of that stretch that is gone. The result is
 * absorbed like any other change.
 */
export function differences(list: DeviceList, fresh: readonly DevicesPage[]): Change[] {
  const read = new Map(fresh.flatMap((page) => page.items).map((device) => [device.id, device]));
  const complete = fresh.at(-1)?.nextCursor === null;
  const stretch = complete ? rowsOf(list) : list.pages.slice(0, fresh.length).flatMap((page) => page.items);
  const gone = stretch.filter((device) => !read.has(device.id)).map((device) => ({ id: device.id, device: null }));
  return [...[...read.values()].map((device) => ({ id: device.id, device })), ...gone];
}

/** Adjusts the total so that it is `total` once all waiting changes are applied. */
export function withTotal({ list, waiting }: Held, filter: DeviceFilter, total: number): Held {
  const shift = total - totalOf(settle({ list, waiting }, filter));
  return { list: { ...list, pages: list.pages.map((page) => ({ ...page, total: page.total + shift })) }, waiting };
}
