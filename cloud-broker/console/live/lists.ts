import type { Query, QueryClient } from '@tanstack/react-query';
import type { BillingEvent, DevicesPage } from '../../../protocol/api.ts';
import type { DeviceFilter } from '../app/address.ts';
import { keys, readDevices } from '../api/queries.ts';
import type { Cursor } from '../api/pages.ts';
import type { HistoryList } from '../api/queries.ts';
import { absorb, differences, nothingWaiting, settle, withTotal } from '../api/rows.ts';
import type { Change, DeviceList, Held, Waiting } from '../api/rows.ts';

/** Pages of a list read again after a lost link; the missed events bring deeper rows up to date. */
export const CATCH_UP_PAGES = 10;

export const waitingKey = (filter: DeviceFilter) => [...keys.waiting, filter] as const;
const listKey = (filter: DeviceFilter) => [...keys.lists, filter] as const;
const filterOf = (query: Query): DeviceFilter => query.queryKey[2] as DeviceFilter;

function heldOf(client: QueryClient, filter: DeviceFilter): Held | null {
  const list = client.getQueryData<DeviceList>(listKey(filter));
  if (list === undefined) return null;
  return { list, waiting: client.getQueryData<Waiting>(waitingKey(filter)) ?? nothingWaiting };
}

function keep(client: QueryClient, filter: DeviceFilter, held: Held): void {
  client.setQueryData<DeviceList>(listKey(filter), held.list);
  client.setQueryData<Waiting>(waitingKey(filter), held.waiting);
}

/** Applies changes to every cached list, in view or not. */
export function absorbEverywhere(client: QueryClient, changes: readonly Change[]): void {
  for (const query of client.getQueryCache().findAll({ queryKey: keys.lists })) {
    const filter = filterOf(query);
    const held = heldOf(client, filter);
    if (held !== null) keep(client, filter, absorb(held, filter, changes));
  }
}

/** Applies the waiting changes to one list. */
export function settleList(client: QueryClient, filter: DeviceFilter): void {
  const held = heldOf(client, filter);
  if (held !== null) keep(client, filter, { list: settle(held, filter), waiting: nothingWaiting });
}

async function readAgain(filter: DeviceFilter, pages: number): Promise<DevicesPage[]> {
  const fresh: DevicesPage[] = [];
  let cursor: Cursor = null;
  do {
    const page: DevicesPage = await readDevices(filter, cursor);
    fresh.push(page);
    cursor = page.nextCursor;
  } while (cursor !== null && fresh.length < pages);
  return fresh;
}

function merge(held: Held, filter: DeviceFilter, fresh: readonly DevicesPage[], newer: ReadonlySet<string>): Held {
  const changes = differences(held.list, fresh).filter((change) => !newer.has(change.id));
  const merged = withTotal(absorb(held, filter, changes), filter, fresh[0]?.total ?? 0);
  const last = merged.list.pages.at(-1);
  const grown = fresh.length === merged.list.pages.length ? (fresh.at(-1)?.nextCursor ?? null) : null;
  if (last === undefined || last.nextCursor !== null || grown === null) return merged;
  // The list was complete but has since outgrown its last page.
  const pages = merged.list.pages.with(merged.list.pages.length - 1, { ...last, nextCursor: grown });
  return { list: { ...merged.list, pages }, waiting: merged.waiting };
}

/**
 * Reads the list in view again and returns a step that merges the result without moving rows held still. `newer` names the devices that events
 * mentioned meanwhile: for those the event is right.
 */
export async function catchUp(
  client: QueryClient,
  filter: DeviceFilter,
  newer: ReadonlySet<string>,
  mostPages: number,
): Promise<() => void> {
  const loaded = client.getQueryData<DeviceList>(listKey(filter))?.pages.length ?? 1;
  const fresh = await readAgain(filter, Math.min(loaded, mostPages));
  return () => {
    const held = heldOf(client, filter);
    if (held !== null) keep(client, filter, merge(held, filter, fresh, newer));
  };
}

/** Filters of the lists in view. */
export const listsInView = (client: QueryClient): DeviceFilter[] =>
  client.getQueryCache().findAll({ queryKey: keys.lists, type: 'active' }).map(filterOf);

/** Adds a new row once, at the top of the history. Consecutive days of use are folded into one row. */
export function withRow(list: HistoryList, { row }: BillingEvent): HistoryList {
  const [first, ...others] = list.pages;
  if (first === undefined || list.pages.some((page) => page.items.some((known) => known.id === row.id))) return list;
  const [newest, ...older] = first.items;
  const { date } = row;
  if (date === undefined) return { ...list, pages: [{ ...first, items: [row, ...first.items] }, ...others] };
  if (newest?.run === undefined)
    return {
      ...list,
      pages: [{ ...first, items: [{ ...row, run: { days: 1, from: date, to: date } }, ...first.items] }, ...others],
    };
  const run = { days: newest.run.days + 1, from: newest.run.from, to: date };
  return { ...list, pages: [{ ...first, items: [{ ...row, credits: newest.credits + row.credits, run }, ...older] }, ...others] };
}
