import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { apiKeysPage, newApiKey } from '../../../protocol/api-keys.ts';
import type { ApiScope } from '../../../protocol/api-keys.ts';
import { ask, change, read } from '../api/client.ts';

const API_KEYS = ['api-keys'] as const;

/** No event tells of keys and their use, so each visit reads them again. */
export const apiKeysQuery = infiniteQueryOptions({
  queryKey: API_KEYS,
  queryFn: ({ pageParam, signal }) =>
    read(`/api-keys?limit=50${pageParam === null ? '' : `&cursor=${encodeURIComponent(pageParam)}`}`, apiKeysPage, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.nextCursor,
  staleTime: 0,
});

export function useNewApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (about: { name: string; scopes: ApiScope[] }) => ask('/api-keys', newApiKey, about),
    onSettled: () => client.invalidateQueries({ queryKey: API_KEYS }),
    // The answer holds the key: it is not kept longer than it is shown.
    gcTime: 0,
  });
}

export function useRevoke(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => change('DELETE', `/api-keys/${encodeURIComponent(id)}`),
    onSettled: () => client.invalidateQueries({ queryKey: API_KEYS }),
  });
}
