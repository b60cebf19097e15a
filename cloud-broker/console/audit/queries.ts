import { infiniteQueryOptions } from '@tanstack/react-query';
import { auditPage } from '../../../protocol/api-audit.ts';
import { read } from '../api/client.ts';

const ROWS = 50;

/** No event tells of audit rows, so each visit reads them again. */
export const auditQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', q],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: String(ROWS) });
      if (q !== '') query.set('q', q);
      if (pageParam !== null) query.set('cursor', pageParam);
      return read(`/audit?${query.toString()}`, auditPage, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 0,
    gcTime: 60_000,
  });
