import { keepPreviousData, skipToken, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import type { Device } from '../../../protocol/api.ts';
import { devicesQuery } from '../api/queries.ts';
import type { DeviceFilter } from '../app/address.ts';
import { settleList, waitingKey } from '../live/lists.ts';
import { matches, nothingWaiting, rowsOf } from '../api/rows.ts';
import type { Waiting } from '../api/rows.ts';

export interface LiveDeviceList {
  rows: readonly Device[];
  total: number;
  error: Error | null;
  /** Nothing to show yet. `refreshing`: the rows shown belong to the previous filter. */
  loading: boolean;
  refreshing: boolean;
  more: boolean;
  fetchMore: () => void;
  retry: () => void;
  /** How many rows wait to appear, leave or move; `show` applies them. */
  changes: number;
  show: () => void;
  /** True for a row still shown although its device has left the domain. */
  removed: (device: Device) => boolean;
}

/** The live list of a filter; while `held`, its rows stay where they are. */
export function useDeviceList(filter: DeviceFilter, held: boolean): LiveDeviceList {
  const client = useQueryClient();
  const { data, error, hasNextPage, isFetching, isPlaceholderData, fetchNextPage, refetch } = useInfiniteQuery({
    ...devicesQuery(filter),
    placeholderData: keepPreviousData,
  });
  const { data: waiting = nothingWaiting } = useQuery<Waiting>({ queryKey: waitingKey(filter), queryFn: skipToken });
  const rows = useMemo(() => (data === undefined ? [] : rowsOf(data)), [data]);
  const show = useCallback(() => settleList(client, filter), [client, filter]);
  useEffect(() => {
    if (!held && !isFetching && waiting.size > 0) show();
  }, [held, isFetching, waiting, show]);
  const fetchMore = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [isFetching, fetchNextPage]);
  return {
    rows,
    total: data?.pages[0]?.total ?? 0,
    error: data === undefined || isPlaceholderData ? error : null,
    loading: data === undefined,
    refreshing: isPlaceholderData,
    more: hasNextPage,
    fetchMore,
    retry: () => void refetch(),
    changes: waiting.size,
    show,
    removed: (device) => waiting.get(device.id) === null && matches(filter, device),
  };
}
