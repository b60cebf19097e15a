import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { InfiniteData } from '@tanstack/react-query';
import { devicePresence } from '../../../protocol/api-presence.ts';
import { billing, blocksPage, device, deviceCounts, devicesPage, foldedPage, session, usedDay } from '../../../protocol/api.ts';
import type { DevicesPage, FoldedPage } from '../../../protocol/api.ts';
import { filterQuery } from '../app/address.ts';
import type { DeviceFilter } from '../app/address.ts';
import { readBySerial } from './by-serial.ts';
import { compare } from './rows.ts';
import { read } from './client.ts';
import { inPages, pathOfPage, type Cursor } from './pages.ts';
import { browserZone } from '../words/zone.ts';
import { hasCode } from './failure.ts';

/** Rows fetched per page: more than the tallest screen shows. */
const PAGE_ROWS = 100;
/** Counts are polled this often even when nothing happens, to tell a dead link from a quiet one. */
const COUNTS_EVERY_MS = 30_000;
const PRESENCE_EVERY_MS = 60_000;

export type HistoryList = InfiniteData<FoldedPage, Cursor>;

export const keys = {
  session: ['session'],
  lists: ['devices', 'list'],
  devices: ['devices', 'one'],
  waiting: ['devices', 'waiting'],
  commands: ['devices', 'commands'],
  enrolments: ['devices', 'enrolment'],
  refused: ['refused'],
  counts: ['devices', 'counts'],
  blocks: ['blocks'],
  alerts: ['alerts'],
  billing: ['billing', 'figures'],
  history: ['billing', 'history'],
} as const;

/** Keys of the Admin Portal, which has separate sessions. All share a prefix, so the two are never confused. */
export const portalKeys = {
  all: ['portal'],
  session: ['portal', 'session'],
  organizations: ['portal', 'organizations'],
  members: ['portal', 'members'],
  subscriptions: ['portal', 'subscriptions'],
  boards: ['portal', 'boards'],
} as const;

/** Null where nobody is signed in. */
export async function ifSignedIn<Answer>(reading: Promise<Answer>): Promise<Answer | null> {
  try {
    return await reading;
  } catch (error) {
    if (hasCode(error, 'signed-out')) return null;
    throw error;
  }
}

/** The signed-in user; null if nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: ({ signal }) => ifSignedIn(read('/session', session, signal)),
});

/** One page of the list selected by a filter. */
export const readDevices = (filter: DeviceFilter, cursor: Cursor, signal?: AbortSignal): Promise<DevicesPage> =>
  filter.serials === undefined
    ? read(pathOfPage('/devices', PAGE_ROWS, cursor, filterQuery(filter)), devicesPage, signal)
    : readBySerial(filter.serials, (a, b) => compare(filter, a, b));

export const devicesQuery = (filter: DeviceFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.lists, filter],
    queryFn: ({ pageParam, signal }) => readDevices(filter, pageParam, signal),
    initialPageParam: null as Cursor,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    structuralSharing: false,
  });

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.devices, id],
    queryFn: ({ signal }) => read(`/devices/${encodeURIComponent(id)}`, device, signal),
  });

/** Presence history by day, in this computer's time zone. */
export const presenceQuery = (id: string) =>
  queryOptions({
    queryKey: ['devices', 'presence', id],
    queryFn: ({ signal }) =>
      read(
        `/devices/${encodeURIComponent(id)}/presence?days=90&timeZone=${encodeURIComponent(browserZone())}`,
        devicePresence,
        signal,
      ),
    refetchInterval: PRESENCE_EVERY_MS,
  });

export const countsQuery = queryOptions({
  queryKey: keys.counts,
  queryFn: ({ signal }) => read('/devices/counts', deviceCounts, signal),
  refetchInterval: COUNTS_EVERY_MS,
});

export const blocksQuery = infiniteQueryOptions({
  queryKey: keys.blocks,
  ...inPages('/blocks', blocksPage, PAGE_ROWS),
});

export const billingQuery = queryOptions({
  queryKey: keys.billing,
  queryFn: ({ signal }) => read('/billing', billing, signal),
});

export const historyQuery = infiniteQueryOptions({
  queryKey: keys.history,
  ...inPages('/billing/history/folded', foldedPage, PAGE_ROWS),
  structuralSharing: false,
});

/** The first page of devices counted by a closed day of use (L7). */
export const usedDayQuery = (date: string) =>
  queryOptions({
    queryKey: ['billing', 'day', date],
    queryFn: ({ signal }) => read(pathOfPage(`/billing/days/${date}`, PAGE_ROWS, null), usedDay, signal),
    // A closed day is final.
    staleTime: Infinity,
  });
