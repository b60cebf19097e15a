import type { Device, DevicesPage } from '../../../protocol/api.ts';
import type { DeviceFilter } from '../app/address.ts';
import type { DeviceList } from '../api/queries.ts';

/**
 * How a list of devices takes up what happens (principle 1 of the console): values change at once; what would make a row
 * come, go or move is kept in `waiting` until `settle`.
 */

/** A device as it is now; null when it is gone from the domain. */
export interface Change {
  id: string;
  device: Device | null;
}

/** What would change a list's rows or their order, by device id; null for a row that goes. */
export type Waiting = ReadonlyMap<string, Device | null>;
export const nothingWaiting: Waiting = new Map();

export interface Held {
  list: DeviceList;
  waiting: Waiting;
}

const includes = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

/** Whether a filter's list shows this device. The service has the last word: a list is read anew whenever it is opened. */
export function matches(filter: DeviceFilter, device: Device): boolean {
  if (filter.status !== null && device.status !== filter.status) return false;
  if (filter.tag !== '' && !device.tags.includes(filter.tag)) return false;
  return filter.q === '' || [device.label, device.serial, device.model].some((text) => includes(text, filter.q));
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The order of a filter's list: by code points, then by id, as the service sorts. */
export function compare(filter: DeviceFilter, a: Device, b: Device): number {
  const byLabel = filter.sort === 'label' || filter.sort === '-label';
  const first = byLabel ? order(a.label, b.label) : order(a.enrolledAt ?? '', b.enrolledAt ?? '');
  const both = first === 0 ? order(a.id, b.id) : first;
  return filter.sort.startsWith('-') ? -both : both;
}

/** All rows of a list in order. A row that moved between two fetches stands where it was seen first. */
export function rowsOf(list: Pick<DeviceList, 'pages'>): Device[] {
  const seen = new Map<string, Device>();
  for (const page of list.pages) for (const device of page.items) if (!seen.has(device.id)) seen.set(device.id, device);
  return [...seen.values()];
}

interface Place {
  page: number;
  index: number;
}

function placesOf(list: DeviceList): Map<string, Place> {
  const places = new Map<string, Place>();
  list.pages.forEach((page, pageIndex) =>
    page.items.forEach((device, index) => places.set(device.id, { page: pageIndex, index })),
  );
  return places;
}

/** Whether a device would stand among the rows fetched so far, not further down. */
function reaches(list: DeviceList, filter: DeviceFilter, device: Device): boolean {
  const last = list.pages.at(-1);
  if (last === undefined) return false;
  const lastRow = last.items.at(-1);
  return last.nextCursor === null || (lastRow !== undefined && compare(filter, device, lastRow) < 0);
}

const sortsAlike = (filter: DeviceFilter, a: Device, b: Device): boolean =>
  filter.sort === 'label' || filter.sort === '-label' ? a.label === b.label : a.enrolledAt === b.enrolledAt;

/** What a known row's new value means for its place: stay, or wait to go or to move. */
function verdict(filter: DeviceFilter, before: Device, now: Device, waited: Device | null | undefined): Device | null | 'stays' {
  if (!matches(filter, now)) return null;
  const moving = waited !== undefined && waited !== null;
  return moving || !sortsAlike(filter, before, now) ? now : 'stays';
}

/** Takes changes up: known rows show their new values, and what that means for the rows themselves waits. */
export function absorb(held: Held, filter: DeviceFilter, changes: readonly Change[]): Held {
  const places = placesOf(held.list);
  const pages = [...held.list.pages];
  const waiting = new Map(held.waiting);
  for (const { id, device } of changes) {
    const place = places.get(id);
    const page = place === undefined ? undefined : pages[place.page];
    const before = place === undefined ? undefined : page?.items[place.index];
    if (place === undefined || page === undefined || before === undefined) {
      if (device !== null && matches(filter, device) && reaches(held.list, filter, device)) waiting.set(id, device);
      else waiting.delete(id);
      continue;
    }
    if (device === null) {
      waiting.set(id, null);
      continue;
    }
    pages[place.page] = { ...page, items: page.items.with(place.index, device) };
    const fate = verdict(filter, before, device, waiting.get(id));
    if (fate === 'stays') waiting.delete(id);
    else waiting.set(id, fate);
  }
  return { list: { ...held.list, pages }, waiting };
}

/** Lets what waited come, go and move, and corrects the total by it. */
export function settle({ list, waiting }: Held, filter: DeviceFilter): DeviceList {
  if (waiting.size === 0) return list;
  const arriving = [...waiting.values()].filter((device) => device !== null);
  const before = rowsOf(list).length;
  const lastIndex = list.pages.length - 1;
  const pages: DevicesPage[] = list.pages.map((page, index) => {
    const bound = page.items.at(-1);
    const fits = (device: Device): boolean => index === lastIndex || (bound !== undefined && compare(filter, device, bound) <= 0);
    const come = arriving.filter(fits);
    for (const device of come) arriving.splice(arriving.indexOf(device), 1);
    const items = [...page.items.filter((device) => !waiting.has(device.id)), ...come];
    return { ...page, items: come.length === 0 ? items : items.toSorted((a, b) => compare(filter, a, b)) };
  });
  const settled = { ...list, pages };
  const total = Math.max(0, (list.pages[0]?.total ?? 0) + rowsOf(settled).length - before);
  return { ...settled, pages: pages.map((page) => ({ ...page, total })) };
}

/**
 * What a newly read beginning of a list says that the kept one does not: every row that was read, and each kept row of that
 * stretch that is there no more. The result is absorbed like any other change.
 */
export function differences(list: DeviceList, fresh: readonly DevicesPage[]): Change[] {
  const read = new Map(fresh.flatMap((page) => page.items).map((device) => [device.id, device]));
  const complete = fresh.at(-1)?.nextCursor === null;
  const stretch = complete ? rowsOf(list) : list.pages.slice(0, fresh.length).flatMap((page) => page.items);
  const gone = stretch.filter((device) => !read.has(device.id)).map((device) => ({ id: device.id, device: null }));
  return [...[...read.values()].map((device) => ({ id: device.id, device })), ...gone];
}

/** Corrects the total so that it is `total` once all that waits has been let in. */
export function withTotal({ list, waiting }: Held, filter: DeviceFilter, total: number): Held {
  const shift = total - (settle({ list, waiting }, filter).pages[0]?.total ?? 0);
  return { list: { ...list, pages: list.pages.map((page) => ({ ...page, total: page.total + shift })) }, waiting };
}
